"""Orders as the API shows them. Built from rows, a few statements for a whole page; shapes.py is their contract.

Three forms, each holding the one before: compact (lists and changes), state (what became of the work; the answer to
every recorded fact) and whole (with the buyer's data).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from orders.models import Attention, ChannelUpdate, Invoice, Order, OrderItem, Shipment, ShipmentItem
from orders.snapshot import Address, Payment, Tracking

Row = dict[str, Any]

COMPACT = (
    "code", "remote_code", "storefront", "status", "fulfillment", "placed_at", "approved_at", "shipped_at",
    "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until", "cancel_requested_at", "cancel_answer_by",
    "total", "carrier", "shipping_method", "changed_at", "needs_attention",
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
    return compact | _work(order_id)


def whole_order(order_id: int) -> Row:
    """Everything that we hold about one order."""
    row = _rows(Order.objects.filter(pk=order_id), (*COMPACT, *REST, *BUYER.values())).get()
    rest = {name: row.pop(name) for name in REST}
    rest["payments"] = [_told(Payment, payment) for payment in rest["payments"]]
    rest["trackings"] = [_told(Tracking, tracking) for tracking in rest["trackings"]]
    rest["shipping_address"] = _told(Address, rest["shipping_address"])
    rest["billing_address"] = _told(Address, rest["billing_address"])
    buyer = {name: row.pop(column) for name, column in BUYER.items()}
    return _compact(row, _items([order_id])[order_id]) | _work(order_id) | {"buyer": buyer} | rest


def _rows(orders: QuerySet[Order], columns: Iterable[str]) -> QuerySet[Order, Row]:
    open_attentions = Attention.objects.filter(order=OuterRef("pk"), cleared_at=None)
    flagged = orders.annotate(needs_attention=Exists(open_attentions))
    rows: QuerySet[Order, Row] = flagged.values("id", "channel__code", *columns)
    return rows


def _compact(row: Row, items: list[Row]) -> Row:
    return {"id": row.pop("id"), "channel": row.pop("channel__code"), **row, "items": items}


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


def _work(order_id: int) -> Row:
    return {
        "invoice": _invoice(order_id),
        "shipments": _shipments(order_id),
        "updates": _updates(order_id),
        "attention": _attention(order_id),
    }


def _invoice(order_id: int) -> Row | None:
    columns = ("access_key", "number", "series", "issued_at", "volumes")
    invoices = Invoice.objects.filter(order_id=order_id).order_by("id")
    invoice: Row | None = invoices.values(*columns, recorded_at=F("created_at")).first()
    return invoice


def _shipments(order_id: int) -> list[Row]:
    items = defaultdict(list)
    lines = ShipmentItem.objects.filter(shipment__order_id=order_id).order_by("id")
    for shipment_id, sku, quantity in lines.values_list("shipment_id", "item__sku", "quantity"):
        items[shipment_id].append({"sku": sku, "quantity": quantity})
    return [
        {
            "tracking_code": shipment.tracking_code,
            "carrier": shipment.carrier,
            "method": shipment.method,
            "tracking_url": shipment.tracking_url,
            "shipped_at": shipment.shipped_at,
            "recorded_at": shipment.created_at,
            "items": items[shipment.pk],
        }
        for shipment in Shipment.objects.filter(order_id=order_id).order_by("id")
    ]


def _updates(order_id: int) -> list[Row]:
    columns = ("seq", "kind", "state", "due_at", "attempts", "last_error", "created_at", "finished_at")
    return list(ChannelUpdate.objects.filter(order_id=order_id).order_by("seq").values(*columns))


def _attention(order_id: int) -> list[Row]:
    reasons = Attention.objects.filter(order_id=order_id, cleared_at=None).order_by("id")
    return [dict(row) for row in reasons.values("reason", "detail", "raised_at")]
