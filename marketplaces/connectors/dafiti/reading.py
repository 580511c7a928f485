"""Reading what is peculiar to Dafiti's values: ids as numbers, "#####" where it does not tell. Pure."""

import re
from datetime import datetime
from typing import Any

from marketplaces.errors import Malformed
from marketplaces.values import iso_instant, number, shown, text

_MASK = re.compile("#{3,}")


def is_masked(value: Any) -> bool:
    return bool(_MASK.search(text(value)))


def unmasked(value: Any, *, most: int = 250) -> str:
    """`text`, or "" where access to the value is restricted."""
    found = text(value, most=most)
    return "" if _MASK.search(found) else found


def identifier(value: Any, field: str) -> int:
    if found := number(value):
        return found
    raise Malformed(f"{field}: falta o código." if value in (None, "") else f"{field}: {shown(value)} não é um código.")


def digits(value: Any) -> str:
    return "".join(character for character in unmasked(value) if character in "0123456789")


def instant(value: Any) -> datetime | None:
    """A date without a time of day is none."""
    found = text(value, most=40)
    return iso_instant(found) if len(found) >= len("2026-11-20T12:00") else None


def required_instant(value: Any, field: str) -> datetime:
    if at := instant(value):
        return at
    raise Malformed(f"{field}: falta a data." if value in (None, "") else f"{field}: {shown(value)} não é uma data.")
