"""Line items folded into order lines. TikTok Shop has one line item per unit and no quantities. Pure."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from marketplaces.connectors.tiktok import payload, statuses
from marketplaces.errors import Malformed
from marketplaces.values import LONGEST_CODE, amount, entries, identifier, kind, text
from orders.snapshot import ZERO, Item


class _Unit(NamedTuple):
    """What makes two units one line: the same article at the same price."""

    sku_id: str
    price: Decimal
    list_price: Decimal
    gift: bool


def units_of(told: Any) -> list[payload.Unit]:
    """Raises Malformed naming the entry that cannot be read."""
    found: list[payload.Unit] = []
    for index, unit in enumerate(entries(told, "line_items")):
        if not isinstance(unit, payload.Unit):
            raise Malformed(f"line_items[{index}]: esperava um item (objeto), veio {kind(unit)}.")
        identifier(unit.sku_id, f"line_items[{index}].sku_id")
        found.append(unit)
    return found


def items(units: Sequence[payload.Unit], *, left: bool | None, returned: Collection[str]) -> tuple[Item, ...]:
    """`left`: the goods went out, or did not; None: each unit's own word tells. `returned` are ids of line items."""
    lines: dict[_Unit, list[payload.Unit]] = {}
    for index, unit in enumerate(units):
        lines.setdefault(_key(unit, index), []).append(unit)
    names = _names(list(lines))
    return tuple(_item(key, group, names[key], left, returned) for key, group in lines.items())


def sku(unit: payload.Unit) -> str:
    """The seller's own code; TikTok Shop's number where there is none."""
    return text(unit.seller_sku, most=LONGEST_CODE) or text(unit.sku_id, most=LONGEST_CODE)


def _key(unit: payload.Unit, index: int) -> _Unit:
    price = amount(unit.sale_price, f"line_items[{index}].sale_price")
    listed = amount(unit.original_price, f"line_items[{index}].original_price", default=ZERO)
    return _Unit(text(unit.sku_id), price, listed, unit.is_gift is True)


def _names(keys: Sequence[_Unit]) -> Mapping[_Unit, str]:
    """The article's number; dearer and cheaper units of one article are told apart by their rank.

    Neither status nor the order of the list is part of it, so a line keeps its name for ever.
    """
    names: dict[_Unit, str] = {}
    seen: dict[str, int] = {}
    for key in sorted(keys, key=lambda key: (key.sku_id, -key.price, -key.list_price, key.gift)):
        seen[key.sku_id] = seen.get(key.sku_id, 0) + 1
        names[key] = key.sku_id if seen[key.sku_id] == 1 else f"{key.sku_id[:70]}#{seen[key.sku_id]}"
    return names


def _item(key: _Unit, units: list[payload.Unit], line: str, left: bool | None, returned: Collection[str]) -> Item:
    first = units[0]
    words = [text(unit.display_status) for unit in units]
    gone = [word in statuses.LEFT if left is None else left for word in words]
    canceled = sum(word == statuses.CANCELLED and not went for word, went in zip(words, gone, strict=True))
    back = sum(went and text(unit.id) in returned for unit, went in zip(units, gone, strict=True))
    name, variation = text(first.product_name), text(first.sku_name)
    return Item(
        line=line,
        sku=sku(first),
        name=f"{name} ({variation})"[:250] if variation else name,
        quantity=len(units),
        unit_price=key.price,
        list_price=key.list_price or None,
        shipped=sum(gone),
        canceled=canceled,
        returned=back,
    )
