"""Orders as the API shows them, in one statement; shapes.py is their contract.

Three forms, each holding the one before: compact (lists and changes), state (what became of the work; the answer to
every recorded fact) and whole (with the buyer's data).
"""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

import msgspec

from orders.api.compact import COMPACT, Members, json_object
from orders.api.work import WORK
from orders.snapshot import Address, Payment, Tracking
from orders.statements import execute

Row = dict[str, Any]

_BUYER = {
    "name": "orders_order.buyer_name",
    "document": "orders_order.buyer_document",
    "email": "orders_order.buyer_email",
    "phones": "orders_order.buyer_phones",
    "state_registration": "orders_order.buyer_state_registration",
    "masked": "orders_order.masked",
}
STATE: Members = {**COMPACT, **WORK}
WHOLE: Members = {
    **STATE,
    "buyer": json_object(_BUYER),
    "channel_status": "orders_order.channel_status",
    "cancel_request_reason": "orders_order.cancel_request_reason",
    **{name: f"orders_order.{name}::text" for name in ("shipping_cost", "discount", "interest")},
    **{name: f"orders_order.{name}" for name in ("payments", "tags", "trackings")},
    **{name: f"orders_order.{name}" for name in ("shipping_address", "billing_address")},
}
#: SQL up to where its conditions come.
SELECT_WHOLE = f"SELECT ({json_object(WHOLE)})::text FROM orders_order"
# Planned once per connection: that takes longer than to run them.
_STATE = f"SELECT ({json_object(STATE)})::text FROM orders_order WHERE id = %(id)s"
_ONE = f"{SELECT_WHOLE} WHERE id = %(id)s AND (%(channels)s::bigint[] = '{{}}' OR channel_id = ANY(%(channels)s))"


def order_state(order_id: int) -> Row:
    """What is recorded about the work on one order, without personal data."""
    ((text,),) = execute(_STATE, id=order_id)
    state: Row = msgspec.json.decode(text)
    return state


def whole_order(order_id: int, channels: Collection[int]) -> Row | None:
    """Everything that we hold about it; None where there is none, in these channels if any are named."""
    found = execute(_ONE, id=order_id, channels=list(channels))
    return whole(found[0][0]) if found else None


def whole(text: str) -> Row:
    """What SELECT_WHOLE found: with every member of what intake stored, also in rows that are older than a member."""
    order: Row = msgspec.json.decode(text)
    return order | {
        "payments": [_told(Payment, payment) for payment in order["payments"]],
        "trackings": [_told(Tracking, tracking) for tracking in order["trackings"]],
        "shipping_address": _told(Address, order["shipping_address"]),
        "billing_address": _told(Address, order["billing_address"]),
    }


def _told(kind: type[Address | Payment | Tracking], stored: Row) -> Row:
    return {field.name: stored.get(field.name, field.default) for field in fields(kind)}
