"""Orders as the API shows them. Built from rows, a few statements for a whole page; shapes.py is their contract.

Three forms, each holding the one before: compact (lists and changes), state (what became of the work; the answer to
every recorded fact) and whole (with the buyer's data).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from orders.api.versions import version_of
from orders.api.work import work_of
from orders.models import Attention, Order, OrderItem
from orders.snapshot import Address, Payment, Tracking

Row = dict[str, Any]

COMPACT = (
    "code", "remote_code", "storefront", "status", "fulfillment", "placed_at", "approved_at", "shipped_at",
    "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until", "cancel_requested_at", "cancel_answer_by",
    "cancel_answered_at", "cancel_accepted", "total", "carrier", "shipping_method", "changed_at", "needs_attention",
)  # fmt: skip
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


def compact_orders(orders: QuerySet[Order]) -> list[Row]:
    """Two statements. The sequence is the query's."""
    rows = list(_rows(orders, COMPACT))
    items = _items([row["id"] for row in rows])
    return [_compact(row, items[row["id"]]) for row in rows]


def order_state(order_id: int) -> Row:
    """What is recorded about the work on one order, without personal data."""
    (compact,) = compact_orders(Order.objects.filter(pk=order_id))
    return compact | work_of([order_id])[order_id]


def whole_orders(orders: QuerySet[Order]) -> list[Row]:
    """Everything that we hold about them, in seven statements. The sequence is the query's."""
    rows = list(_rows(orders, (*COMPACT, *REST, *BUYER.values())))
    ids = [row["id"] for row in rows]
    items, work = _items(ids), work_of(ids)
    return [_whole(row, items[row["id"]], work[row["id"]]) for row in rows]


def _rows(orders: QuerySet[Order], columns: Iterable[str]) -> QuerySet[Order, Row]:
    open_attentions = Attention.objects.filter(order=OuterRef("pk"), cleared_at=None)
    flagged = orders.annotate(needs_attention=Exists(open_attentions))
    rows: QuerySet[Order, Row] = flagged.values("id", "channel__code", *columns)
    return rows


def _compact(row: Row, items: list[Row]) -> Row:
    row["channel"] = row.pop("channel__code")
    row["version"] = version_of(row["changed_at"])
    row["items"] = items
    return row


def _whole(row: Row, items: list[Row], work: Row) -> Row:
    rest = {name: row.pop(name) for name in REST}
    rest["payments"] = [_told(Payment, payment) for payment in rest["payments"]]
    rest["trackings"] = [_told(Tracking, tracking) for tracking in rest["trackings"]]
    rest["shipping_address"] = _told(Address, rest["shipping_address"])
    rest["billing_address"] = _told(Address, rest["billing_address"])
    buyer = {name: row.pop(column) for name, column in BUYER.items()}
    return _compact(row, items) | work | {"buyer": buyer} | rest


def _told(kind: type[Address | Payment | Tracking], stored: Row) -> Row:
    """What intake stored as JSON, with every member, also of rows that are older than a member."""
    return {field.name: stored.get(field.name, field.default) for field in fields(kind)}


def _items(order_ids: Sequence[int]) -> defaultdict[int, list[Row]]:
    items: defaultdict[int, list[Row]] = defaultdict(list)
    for row in OrderItem.objects.filter(order_id__in=order_ids).order_by("order_id", "id").values():
        items[row["order_id"]].append(
            {
                "line": row["line"],
                "sku": row["sku"],
                "parent_sku": row["parent_sku"],
                "name": row["name"],
                "quantity": row["quantity"],
                "shipped": row["quantity_shipped"],
                "canceled": row["quantity_canceled"],
                "returned": row["quantity_returned"],
                "unit_price": row["unit_price"],
                "list_price": row["list_price"],
            }
        )
    return items
