"""Orders as the API shows them, a few statements for a whole page; shapes.py is their contract.

Three forms, each holding the one before: compact (lists and changes), state (what became of the work; the answer to
every recorded fact) and whole (with the buyer's data).
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from orders.api.compact import Compact, compact_orders
from orders.api.work import work_of
from orders.models import Order
from orders.snapshot import Address, Payment, Tracking

Row = dict[str, Any]

REST = (
    "channel_status", "cancel_request_reason", "shipping_cost", "discount", "interest", "payments", "tags",
    "trackings", "shipping_address", "billing_address",
)  # fmt: skip
BUYER = {
    "name": "buyer_name",
    "document": "buyer_document",
    "email": "buyer_email",
    "phones": "buyer_phones",
    "state_registration": "buyer_state_registration",
    "masked": "masked",
}


def order_state(order_id: int) -> Row:
    """What is recorded about the work on one order, without personal data."""
    (compact,) = compact_orders(Order.objects.filter(pk=order_id))
    return compact.members | work_of([order_id])[order_id]


def whole_orders(known: Sequence[Compact]) -> list[Row]:
    """Everything that we hold about them, in six statements, in the same sequence."""
    ids = [compact.id for compact in known]
    work = work_of(ids)
    rest = {row["pk"]: row for row in Order.objects.filter(pk__in=ids).values("pk", *REST, *BUYER.values())}
    return [compact.members | work[compact.id] | _rest(rest[compact.id]) for compact in known]


def _rest(row: Row) -> Row:
    rest = {name: row[name] for name in REST}
    rest["payments"] = [_told(Payment, payment) for payment in rest["payments"]]
    rest["trackings"] = [_told(Tracking, tracking) for tracking in rest["trackings"]]
    rest["shipping_address"] = _told(Address, rest["shipping_address"])
    rest["billing_address"] = _told(Address, rest["billing_address"])
    return {"buyer": {name: row[column] for name, column in BUYER.items()}, **rest}


def _told(kind: type[Address | Payment | Tracking], stored: Row) -> Row:
    """What intake stored as JSON, with every member, also of rows that are older than a member."""
    return {field.name: stored.get(field.name, field.default) for field in fields(kind)}
