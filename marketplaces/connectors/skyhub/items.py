"""An order's lines: which SKU, how many, at what price, and what identifies each line. Pure."""

from collections import Counter
from typing import Any

from marketplaces.connectors.skyhub import payload
from marketplaces.connectors.skyhub.reading import amount, identifier
from marketplaces.errors import Malformed
from marketplaces.values import entries, kind, quantity, text
from orders.snapshot import Item


def items(told: Any) -> tuple[Item, ...]:
    """Raises Malformed when `told` is no list, or an entry has no SKU, units or price."""
    rows = entries(told, "items")
    skus = [_sku(row, f"items[{index}]") for index, row in enumerate(rows)]
    lines = _lines(skus)
    return tuple(
        _item(row, f"items[{index}]", sku, line)
        for index, (row, sku, line) in enumerate(zip(rows, skus, lines, strict=True))
    )


def _sku(row: Any, field: str) -> str:
    if not isinstance(row, payload.Item):
        raise Malformed(f"{field}: esperava um item (objeto), veio {kind(row)}.")
    return identifier(row.id, f"{field}.id")


def _lines(skus: list[str]) -> list[str]:
    """What identifies each line for ever: its SKU, and "#2", "#3"… where a SKU comes again.

    delivery_line_id cannot serve: it is null at first and may be filled in later.
    """
    told, seen = set(skus), Counter[str]()
    lines: list[str] = []
    for sku in skus:
        seen[sku] += 1
        while seen[sku] > 1 and f"{sku}#{seen[sku]}" in told:
            seen[sku] += 1
        lines.append(sku if seen[sku] == 1 else f"{sku}#{seen[sku]}")
    return lines


def _item(row: payload.Item, field: str, sku: str, line: str) -> Item:
    """The buyer pays special_price wherever it is given, also 0; the API adds its totals up like that."""
    special = None if row.special_price in (None, "") else amount(row.special_price, f"{field}.special_price")
    original = None if row.original_price in (None, "") else amount(row.original_price, f"{field}.original_price")
    price = special if special is not None else original
    if price is None:
        raise Malformed(f"{field}.original_price: falta o preço.")
    return Item(
        line=identifier(line, f"{field}.id"),
        sku=sku,
        parent_sku=text(row.product_id, most=80),
        name=text(row.name),
        quantity=quantity(row.qty, f"{field}.qty"),
        unit_price=price,
        list_price=original,
    )
