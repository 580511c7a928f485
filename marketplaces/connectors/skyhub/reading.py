"""Reading the values SkyHub writes: text, amounts, units and five styles of dates. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Malformed

CENT = Decimal("0.01")
LONGEST_CODE = 80
LARGEST_AMOUNT = Decimal(10) ** 10
LARGEST_QUANTITY = 2**31 - 1
PLAUSIBLE_YEARS = range(1990, 2200)

#: What shops write where they have nothing to say (Magento 2 module, fixed in its 1.0.10).
_FILLERS = frozenset({"null", "none", "nil", "undefined", "não informado", "nao informado", "-"})
_KINDS = {str: "texto", bool: "booleano", int: "número", float: "número", list: "lista", dict: "objeto"}


def text(value: Any, *, most: int = 250) -> str:
    """One line of at most `most` characters; "" for null, lists and objects. Streets come with newlines (M2 1.0.9)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # PostgreSQL cannot hold a NUL.
    return " ".join(str(value).replace("\0", " ").split())[:most].rstrip()


def optional(value: Any, *, most: int = 250) -> str:
    """`text`, without the words that mean "nothing"."""
    found = text(value, most=most)
    return "" if found.casefold() in _FILLERS else found


def identifier(value: Any, field: str) -> str:
    """A code or SKU exactly as written, because it is sent back; an integer becomes its digits."""
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(found, str) or not found.strip():
        raise Malformed(f"{field}: falta o código." if value in (None, "") else f"{field}: {shown(value)} não serve.")
    if len(found) > LONGEST_CODE or not found.isprintable():
        raise Malformed(f"{field}: {shown(value)} tem mais de {LONGEST_CODE} caracteres ou caracteres invisíveis.")
    return found


def digits(value: Any) -> str:
    return "".join(character for character in text(value) if character in "0123456789")


def instant(value: Any) -> datetime | None:
    """Naive means UTC, with or without microseconds; None for "", null and what is no date."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in PLAUSIBLE_YEARS else None


def first_instant(**fields: Any) -> datetime:
    """The first field that is filled in; raises Malformed when it cannot be read or all are empty."""
    for field, value in fields.items():
        if value is None or value == "":
            continue
        if at := instant(value):
            return at
        raise Malformed(f"{field}: {shown(value)} não é uma data.")
    raise Malformed(f"{next(iter(fields))}: falta a data.")


def amount(value: Any, field: str, *, default: Decimal | None = None) -> Decimal:
    """Reais and cents. A float's noise (99.98999…) is rounded away; null and "" give `default`."""
    if value is None or value == "":
        if default is None:
            raise Malformed(f"{field}: falta o valor.")
        return default
    try:
        found = Decimal(str(value).strip()) if isinstance(value, str | int | float) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or abs(found) >= LARGEST_AMOUNT:
        raise Malformed(f"{field}: {shown(value)} não é um valor em reais.")
    return found.quantize(CENT, ROUND_HALF_UP)


def quantity(value: Any, field: str) -> int:
    """Whole units, at least one."""
    found = text(value)
    units = int(found) if found.isascii() and found.isdigit() and len(found) <= 10 else 0
    if not 0 < units <= LARGEST_QUANTITY:
        raise Malformed(f"{field}: {shown(value)} não é uma quantidade (número inteiro maior que zero).")
    return units


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
    return f"“{text(value, most=40)}”" if isinstance(value, str) else kind(value) + f" {text(value, most=40)}".rstrip()
