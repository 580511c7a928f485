"""Reading the values Dafiti writes: text, ids, amounts, instants; "#####" where it does not tell. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Malformed

CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 10
LARGEST_ID = 2**63 - 1
PLAUSIBLE_YEARS = range(1990, 2200)
_MASK = re.compile("#{3,}")
_KINDS = {str: "texto", bool: "booleano", int: "número", Decimal: "número", float: "número", list: "lista"}


def text(value: Any, *, most: int = 250) -> str:
    """One line of at most `most` characters; "" for null, booleans, lists and objects."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    # PostgreSQL cannot hold a NUL, and no encoding a lone surrogate.
    plain = str(value).replace("\0", " ").encode(errors="replace").decode()
    return " ".join(plain.split())[:most].rstrip()


def is_masked(value: Any) -> bool:
    return bool(_MASK.search(text(value)))


def unmasked(value: Any, *, most: int = 250) -> str:
    """`text`, or "" where access to the value is restricted."""
    found = text(value, most=most)
    return "" if _MASK.search(found) else found


def number(value: Any) -> int:
    """An id; 0 for null and whatever is none. Webhooks write ids also as texts."""
    found = text(value, most=20)
    return int(found) if found.isascii() and found.isdigit() and int(found) <= LARGEST_ID else 0


def identifier(value: Any, field: str) -> int:
    if found := number(value):
        return found
    raise Malformed(f"{field}: falta o código." if value in (None, "") else f"{field}: {shown(value)} não é um código.")


def digits(value: Any) -> str:
    return "".join(character for character in unmasked(value) if character in "0123456789")


def instant(value: Any) -> datetime | None:
    """ISO 8601 as UTC, which it is also where the zone is left out; None for null and what is no time."""
    found = text(value, most=40)
    if len(found) < len("2026-11-20T12:00"):
        return None
    try:
        at = datetime.fromisoformat(found)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in PLAUSIBLE_YEARS else None


def required_instant(value: Any, field: str) -> datetime:
    if at := instant(value):
        return at
    raise Malformed(f"{field}: falta a data." if value in (None, "") else f"{field}: {shown(value)} não é uma data.")


def amount(value: Any, field: str, *, default: Decimal | None = None) -> Decimal:
    """Reais and cents, never below zero. Null and "" give `default`."""
    if value is None or value == "":
        if default is None:
            raise Malformed(f"{field}: falta o valor.")
        return default
    try:
        found = Decimal(str(value).strip()) if isinstance(value, str | int | float | Decimal) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found < LARGEST_AMOUNT:
        raise Malformed(f"{field}: {shown(value)} não é um valor em reais.")
    return found.quantize(CENT, ROUND_HALF_UP)


def listed(value: Any) -> Iterable[Any]:
    """A list that may be anything else, which counts as empty."""
    return value if isinstance(value, list) else ()


def kind(value: Any) -> str:
    return _KINDS.get(type(value), "objeto")


def shown(value: Any) -> str:
    """A wrong value as a problem quotes it."""
    if value is None:
        return "vazio"
    return f"“{text(value, most=40)}”" if isinstance(value, str) else f"{kind(value)} {text(value, most=40)}".rstrip()
