"""Lines of an order. Dafiti writes each physical unit by itself; equal ones are folded into a quantity. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from marketplaces.connectors.dafiti import payload, statuses
from marketplaces.connectors.dafiti.reading import identifier
from marketplaces.document import part
from marketplaces.errors import Malformed
from marketplaces.values import amount, kind, text
from orders.snapshot import Item


def units(told: Any) -> list[payload.Item]:
    """Raises Malformed naming the unit that cannot be read."""
    if told is None:
        raise Malformed("items: falta a lista.")
    if not isinstance(told, list):
        raise Malformed(f"items: esperava uma lista, veio {kind(told)}.")
    if not told:
        raise Malformed("items: o pedido não tem nenhum item.")
    found = [_unit(unit, f"items[{index}]") for index, unit in enumerate(told)]
    if len({unit.id for unit in found}) < len(found):
        raise Malformed("items: o mesmo id aparece mais de uma vez.")
    return found


def items(found: Sequence[payload.Item]) -> tuple[Item, ...]:
    """One line per SKU and price, named by the lowest id of its units: ids never change, and no unit ever goes."""
    lines: dict[tuple[str, Decimal], list[payload.Item]] = {}
    for index, unit in enumerate(found):
        lines.setdefault((sku(unit), _price(unit, f"items[{index}]")), []).append(unit)
    return tuple(_item(key[0], key[1], folded) for key, folded in lines.items())


def sku(unit: payload.Item) -> str:
    """The seller's; Dafiti's own where he has none."""
    product = part(unit.product, payload.Product)
    return text(product.seller_sku, most=80) or text(product.sku, most=80) or f"item-{text(unit.id, most=20)}"


def _unit(told: Any, field: str) -> payload.Item:
    if not isinstance(told, payload.Item):
        raise Malformed(f"{field}: esperava um item (objeto), veio {kind(told)}.")
    identifier(told.id, f"{field}.id")
    if not text(told.status):
        raise Malformed(f"{field}.status: falta o status.")
    return told


def _price(unit: payload.Item, field: str) -> Decimal:
    """What the buyer paid, after vouchers; grandTotal is the sum of these with fees."""
    paid = amount(unit.paid_price, f"{field}.paidPrice", default=Decimal(-1))
    return paid if paid >= 0 else amount(unit.unit_price, f"{field}.unitPrice")


def _item(code: str, price: Decimal, folded: Sequence[payload.Item]) -> Item:
    first = min(folded, key=lambda unit: identifier(unit.id, "id"))
    product = part(first.product, payload.Product)
    words = [text(unit.status) for unit in folded]
    name, variation = text(product.name), text(product.variation, most=60)
    listed = amount(first.unit_price, "unitPrice", default=price)
    return Item(
        line=str(identifier(first.id, "id")),
        sku=code,
        name=f"{name} ({variation})"[:250] if variation not in ("", "-", "...") else name,
        quantity=len(folded),
        unit_price=price,
        list_price=listed if listed != price else None,
        shipped=sum(word in statuses.LEFT for word in words),
        canceled=words.count(statuses.CANCELED),
        returned=words.count(statuses.RETURNED),
    )
