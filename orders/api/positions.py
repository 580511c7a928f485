"""Places in a sequence that a caller may come back to: opaque text outside, two numbers inside."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The last moment a column can hold, and the last number of a row.
LAST_MICROSECOND = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
LAST_NUMBER = 2**63 - 1
_PAIR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the change feed: the writing transaction and, within it, the event."""

    xid: int = 0
    event_id: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for text that we never gave."""
        return cls(*_numbers(text, LAST_NUMBER))

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
        micros, order_id = _numbers(text, LAST_MICROSECOND)
        return cls(EPOCH + timedelta(microseconds=micros), order_id)

    def __str__(self) -> str:
        return f"{(self.placed_at - EPOCH) // timedelta(microseconds=1)}-{self.order_id}"


def _numbers(text: str, largest_first: int) -> tuple[int, int]:
    if not (match := _PAIR.fullmatch(text)):
        raise ValueError(text)
    first, second = int(match[1]), int(match[2])
    if first > largest_first or second > LAST_NUMBER:
        raise ValueError(text)
    return first, second
