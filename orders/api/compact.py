"""The compact form of orders: PostgreSQL writes the values as they are shown, and they are only passed on.

shapes.CompactOrder is its contract, and tests hold every answer against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

Members = Mapping[str, str]  #: of a JSON object: name → SQL

TEXTS = ("code", "remote_code", "storefront", "status", "fulfillment", "carrier", "shipping_method")
MOMENTS = (
    "placed_at", "approved_at", "shipped_at", "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until",
    "cancel_requested_at", "cancel_answer_by", "cancel_answered_at", "changed_at",
)  # fmt: skip


def json_object(members: Members) -> str:
    return "json_build_object(" + ", ".join(f"'{name}', {value}" for name, value in members.items()) + ")"


def json_list(members: Members, *, of: str, by: str) -> str:
    """`of` is what follows FROM, `by` the column that it is sorted by."""
    return f"(SELECT coalesce(json_agg({json_object(members)} ORDER BY {by}), '[]') FROM {of})"


def moment(column: str) -> str:
    """ISO 8601 in UTC, as the rest of the API writes it."""
    written = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({written}, '.000000Z', 'Z')"


_ITEM = {
    "line": "i.line",
    "sku": "i.sku",
    "parent_sku": "i.parent_sku",
    "name": "i.name",
    "quantity": "i.quantity",
    "shipped": "i.quantity_shipped",
    "canceled": "i.quantity_canceled",
    "returned": "i.quantity_returned",
    "unit_price": "i.unit_price::text",
    "list_price": "i.list_price::text",
}
COMPACT: Members = {
    "id": "orders_order.id",
    "channel": "(SELECT c.code FROM orders_channel AS c WHERE c.id = orders_order.channel_id)",
    **{name: f"orders_order.{name}" for name in TEXTS},
    **{name: moment(f"orders_order.{name}") for name in MOMENTS},
    "cancel_accepted": "orders_order.cancel_accepted",
    "total": "orders_order.total::text",
    "version": "(extract(epoch FROM orders_order.changed_at) * 1000000)::bigint::text",
    "needs_attention": "EXISTS (SELECT 1 FROM orders_attention AS a"
    " WHERE a.order_id = orders_order.id AND a.cleared_at IS NULL)",
    "items": json_list(_ITEM, of="orders_orderitem AS i WHERE i.order_id = orders_order.id", by="i.id"),
}


CompactOrder: Any = msgspec.defstruct("CompactOrder", COMPACT)
#: SQL up to where its conditions come. Values by themselves cost PostgreSQL half of what one JSON object of them does.
SELECT = f"SELECT {', '.join([*list(COMPACT.values())[:-1], COMPACT['items'] + '::text'])} FROM orders_order"


def compact(rows: Iterable[Sequence[Any]]) -> list[Any]:
    """The orders that SELECT found: each a CompactOrder."""
    return [CompactOrder(*values, msgspec.Raw(items.encode())) for *values, items in rows]
