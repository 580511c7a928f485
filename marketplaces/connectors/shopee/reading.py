"""Reading what is peculiar to Shopee's values: times as seconds, masks where it does not tell. Pure."""

from datetime import datetime
from typing import Any

from marketplaces.errors import Malformed
from marketplaces.values import shown, text
from marketplaces.values import unix_instant as instant

__all__ = ["MASK", "digits", "instant", "required_instant", "unmasked"]

MASK = "*"


def unmasked(value: Any, *, most: int = 250) -> str:
    """`text`, or "" where the value is masked ("****", "******64")."""
    found = text(value, most=most)
    return "" if MASK in found else found


def digits(value: Any) -> str:
    return "".join(character for character in unmasked(value) if character in "0123456789")


def required_instant(value: Any, field: str) -> datetime:
    if at := instant(value):
        return at
    raise Malformed(
        f"{field}: falta a data." if value in (None, 0, "") else f"{field}: {shown(value)} não é uma data (segundos)."
    )
