"""Reading the values that marketplaces write: text, codes, amounts, units, instants, lists. Pure.

Whatever is written may be null, of another type than documented, or absurd. What an order cannot do without raises
Malformed, which names the field; the rest reads as empty.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Malformed

CENT = Decimal("0.01")
LONGEST_CODE = 80
LARGEST_AMOUNT = Decimal(10) ** 10
LARGEST_QUANTITY = 2**31 - 1
LARGEST_ID = 2**63 - 1
PLAUSIBLE_YEARS = range(1990, 2200)

_KINDS = {
    str: "texto", bool: "booleano", int: "número", float: "número", Decimal: "número", list: "lista", dict: "objeto",
}  # fmt: skip


def text(value: Any, *, most: int = 250) -> str:
    """One line of at most `most` characters; "" for null, booleans, lists and objects."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    plain = str(value)
    if not plain.isascii():
        plain = plain.encode(errors="replace").decode()  # no encoding holds a lone surrogate
    # PostgreSQL cannot hold a NUL.
    return " ".join(plain.replace("\0", " ").split())[:most].rstrip()


def identifier(value: Any, field: str) -> str:
    """A code exactly as written, because it is sent back."""
    if not isinstance(value, str) or not value.strip():
        raise Malformed(f"{field}: falta o código." if value in (None, "") else f"{field}: {shown(value)} não serve.")
    if len(value) > LONGEST_CODE or not value.isprintable():
        raise Malformed(f"{field}: {shown(value)} tem mais de {LONGEST_CODE} caracteres ou caracteres invisíveis.")
    return value


def number(value: Any) -> int:
    """An id or a count, also where it is written as text; 0 for null and whatever is none."""
    found = text(value, most=30)
    return int(found) if found.isascii() and found.isdigit() and int(found) <= LARGEST_ID else 0


def quantity(value: Any, field: str) -> int:
    """Whole units, at least one."""
    units = number(value)
    if not 0 < units <= LARGEST_QUANTITY:
        raise Malformed(f"{field}: {shown(value)} não é uma quantidade (número inteiro maior que zero).")
    return units


def digits(value: Any) -> str:
    return "".join(character for character in text(value) if character in "0123456789")


def unix_instant(value: Any) -> datetime | None:
    """Unix seconds; None for 0 (not yet), null and what is no time."""
    try:
        at = datetime.fromtimestamp(number(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year in PLAUSIBLE_YEARS else None


def iso_instant(value: Any) -> datetime | None:
    """ISO 8601 as UTC, which it is also where the zone is left out; None for null and what is no time."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in PLAUSIBLE_YEARS else None


def amount(value: Any, field: str, *, default: Decimal | None = None, signed: bool = False) -> Decimal:
    """Reais and cents; a float's noise (99.98999…) is rounded away. Null and "" give `default`."""
    if value is None or value == "":
        if default is None:
            raise Malformed(f"{field}: falta o valor.")
        return default
    try:
        found = Decimal(str(value).strip()) if isinstance(value, str | int | float | Decimal) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    least = -LARGEST_AMOUNT if signed else Decimal(0)
    if isinstance(value, bool) or not found.is_finite() or not least <= found < LARGEST_AMOUNT:
        raise Malformed(f"{field}: {shown(value)} não é um valor em reais.")
    return found.quantize(CENT, ROUND_HALF_UP)


def entries(value: Any, field: str) -> list[Any]:
    """A list that must be there."""
    if value is None or value == "":
        raise Malformed(f"{field}: falta a lista.")
    if not isinstance(value, list):
        raise Malformed(f"{field}: esperava uma lista, veio {kind(value)}.")
    return value


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
