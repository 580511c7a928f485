"""Reading the values TikTok Shop writes: ids and money as texts, times as seconds, masks where it withholds. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Malformed

CENT = Decimal("0.01")
LONGEST_CODE = 80
LARGEST_AMOUNT = Decimal(10) ** 10
#: 1990 to 2200, in Unix seconds.
PLAUSIBLE = range(631_152_000, 7_258_118_400)
MASK = "*"

_KINDS = {str: "texto", bool: "booleano", int: "número", float: "número", list: "lista", dict: "objeto"}


def text(value: Any, *, most: int = 250) -> str:
    """One line of at most `most` characters; "" for null, booleans, lists and objects."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # PostgreSQL cannot hold a NUL.
    return " ".join(str(value).replace("\0", " ").split())[:most].rstrip()


def unmasked(value: Any, *, most: int = 250) -> str:
    """`text`, or "" where anything of it is masked; how, is not documented for Brazil."""
    found = text(value, most=most)
    return "" if MASK in found else found


def identifier(value: Any, field: str) -> str:
    """A code exactly as written, because it is sent back."""
    if not isinstance(value, str) or not value.strip():
        raise Malformed(f"{field}: falta o código." if value in (None, "") else f"{field}: {shown(value)} não serve.")
    if len(value) > LONGEST_CODE or not value.isprintable():
        raise Malformed(f"{field}: {shown(value)} tem mais de {LONGEST_CODE} caracteres ou caracteres invisíveis.")
    return value


def digits(value: Any) -> str:
    return "".join(character for character in unmasked(value) if character in "0123456789")


def instant(value: Any) -> datetime | None:
    """Unix seconds; None for 0 (not yet), null and what is no time."""
    found = text(value, most=30)
    seconds = int(found) if found.isascii() and found.isdigit() else 0
    return datetime.fromtimestamp(seconds, UTC) if seconds in PLAUSIBLE else None


def required_instant(value: Any, field: str) -> datetime:
    if at := instant(value):
        return at
    raise Malformed(
        f"{field}: falta a data." if value in (None, 0, "") else f"{field}: {shown(value)} não é uma data (segundos)."
    )


def amount(value: Any, field: str, *, default: Decimal | None = None) -> Decimal:
    """Reais and cents, never below zero. Null and "" give `default`."""
    if value is None or value == "":
        if default is None:
            raise Malformed(f"{field}: falta o valor.")
        return default
    try:
        found = Decimal(str(value).strip()) if isinstance(value, str | int | float) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found < LARGEST_AMOUNT:
        raise Malformed(f"{field}: {shown(value)} não é um valor em reais.")
    return found.quantize(CENT, ROUND_HALF_UP)


def entries(value: Any, field: str) -> list[Any]:
    """A list that must be there."""
    if value is None:
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
