"""Reading what is peculiar to SkyHub's values: words for nothing, codes as numbers, dates. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from marketplaces import values
from marketplaces.errors import Malformed
from marketplaces.values import iso_instant as instant
from marketplaces.values import shown, text

__all__ = ["amount", "first_instant", "identifier", "instant", "optional"]

#: What shops write where they have nothing to say (Magento 2 module, fixed in its 1.0.10).
_FILLERS = frozenset({"null", "none", "nil", "undefined", "não informado", "nao informado", "-"})


def optional(value: Any, *, most: int = 250) -> str:
    """`text`, without the words that mean "nothing"."""
    found = text(value, most=most)
    return "" if found.casefold() in _FILLERS else found


def identifier(value: Any, field: str) -> str:
    """A code or SKU; an integer becomes its digits."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return values.identifier(written, field)


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
    """Also below zero: interest may be a discount."""
    return values.amount(value, field, default=default, signed=True)
