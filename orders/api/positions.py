"""Places in a sequence that a caller may come back to: opaque text outside, two numbers inside."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_BIGINT = 2**63 - 1
POSITION = r"[0-9]{1,19}-[0-9]{1,19}"
#: Its first number is negative for what a marketplace dates before 1970.
CURSOR = rf"-?{POSITION}"
SKU_CURSOR = r"[A-Za-z0-9_-]+={0,2}"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the change feed: the writing transaction and, within it, the event."""

    xid: int = 0
    event_id: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for text that we never gave."""
        return cls(*_numbers(POSITION, text))

    def __str__(self) -> str:
        return f"{self.xid}-{self.event_id}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list of orders, newest first: everything before it was read."""

    placed_at: datetime
    order_id: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for text that we never gave."""
        micros, order_id = _numbers(CURSOR, text)
        try:
            return cls(EPOCH + timedelta(microseconds=micros), order_id)
        except OverflowError:
            raise ValueError(text) from None

    def __str__(self) -> str:
        return f"{(self.placed_at - EPOCH) // timedelta(microseconds=1)}-{self.order_id}"


def _numbers(pattern: str, text: str) -> tuple[int, int]:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    first, second = (int(number) for number in text.rsplit("-", 1))
    if max(first, second) > LARGEST_BIGINT:
        raise ValueError(text)
    return first, second


def sku_cursor(sku: str) -> str:
    """A place in the list of stock, by SKU: everything up to this one was read."""
    return base64.urlsafe_b64encode(sku.encode()).decode()


def sku_after(text: str) -> str:
    """The SKU of a cursor. Raises ValueError for text that we never gave."""
    sku = base64.urlsafe_b64decode(text).decode()
    if not sku or "\0" in sku or sku_cursor(sku) != text:
        raise ValueError(text)
    return sku
