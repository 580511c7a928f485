"""An order's lines: which SKU, how many, at what price per unit, and what identifies each line. Pure."""

from collections import Counter
from decimal import Decimal
from typing import Any

from marketplaces.connectors.shopee import payload
from marketplaces.errors import Malformed
from marketplaces.values import LONGEST_CODE, amount, entries, kind, number, quantity, text
from orders.snapshot import ZERO, Item


def items(told: Any, *, left: bool) -> tuple[Item, ...]:
    """`left`: the order's packages are on their way. Raises Malformed naming the entry that cannot be read."""
    rows = [_row(row, f"item_list[{index}]") for index, row in enumerate(entries(told, "item_list"))]
    lines = _lines(rows)
    return tuple(
        _item(row, f"item_list[{index}]", line, left) for index, (row, line) in enumerate(zip(rows, lines, strict=True))
    )


def sku(row: payload.Item) -> str:
    """The model's; sellers without variations have it on the item, and some have none: then Shopee's numbers."""
    return listed_sku(row.model_sku, row.item_sku, row.item_id, row.model_id)


def listed_sku(model_sku: Any, item_sku: Any, item: Any, model: Any) -> str:
    """The same for a product that is listed and for an order's line of it."""
    told = text(model_sku, most=LONGEST_CODE) or text(item_sku, most=LONGEST_CODE)
    return told or f"{number(item)}-{number(model)}"


def _row(row: Any, field: str) -> payload.Item:
    if not isinstance(row, payload.Item):
        raise Malformed(f"{field}: esperava um item (objeto), veio {kind(row)}.")
    if not number(row.item_id):
        raise Malformed(f"{field}.item_id: falta o código.")
    return row


def _lines(rows: list[payload.Item]) -> list[str]:
    """Item and model; a bundle's parts share these, and differ in order_item_id and promotion_group_id."""
    lines: list[str] = []
    seen: Counter[str] = Counter()
    for row in rows:
        line = f"{number(row.item_id)}-{number(row.model_id)}"
        own, group = number(row.order_item_id), number(row.promotion_group_id)
        if own not in (0, number(row.item_id), number(row.model_id)) or group:
            line = f"{line}-{own}-{group}"[:70]
        seen[line] += 1
        lines.append(line if seen[line] == 1 else f"{line}#{seen[line]}")
    return lines


def _item(row: payload.Item, field: str, line: str, left: bool) -> Item:
    units = quantity(row.model_quantity_purchased, f"{field}.model_quantity_purchased")
    canceled = min(number(row.cancelled_qty), units)
    shipped = units - canceled if left else 0
    name, model = text(row.item_name), text(row.model_name)
    parent = text(row.item_sku, most=LONGEST_CODE)
    return Item(
        line=line,
        sku=sku(row),
        parent_sku=parent if parent != sku(row) else "",
        name=f"{name} ({model})"[:250] if model else name,
        quantity=units,
        unit_price=_price(row, field),
        list_price=amount(row.model_original_price, f"{field}.model_original_price", default=ZERO) or None,
        shipped=shipped,
        canceled=canceled,
        returned=min(number(row.returned_qty), shipped),
    )


def _price(row: payload.Item, field: str) -> Decimal:
    """Per unit (measured with two units). In a bundle the discounted price is 0 by design: the original counts."""
    discounted = amount(row.model_discounted_price, f"{field}.model_discounted_price", default=ZERO)
    return discounted or amount(row.model_original_price, f"{field}.model_original_price")
