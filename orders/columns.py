"""What a snapshot tells, by the names of our columns, and what kind of column each of them is."""

from typing import Any

from orders.snapshot import Item, OrderSnapshot

Row = dict[str, Any]

#: Columns that the channel may leave empty later without meaning that the fact is gone.
STICKY = ("approved_at", "shipped_at", "delivered_at", "canceled_at", "carrier", "shipping_method", "trackings")
DATA = (
    "remote_code", "storefront", "channel_status", "fulfillment", "placed_at", "approved_at", "shipped_at",
    "delivered_at", "canceled_at", "ship_by", "deliver_by", "hold_until", "cancel_requested_at",
    "cancel_request_reason", "cancel_answer_by", "total", "shipping_cost", "discount", "interest", "carrier",
    "shipping_method", "payments", "trackings", "tags", "needs_arranging", "pickup_failed", "refused_invoice",
)  # fmt: skip
#: Columns that hold JSON.
JSON = ("payments", "trackings", "shipping_address", "billing_address")
#: Columns of an item that stock.py keeps.
BOOKED = ("reserved", "consumed")
BUYER = (
    "buyer_name", "buyer_document", "buyer_email", "buyer_phones", "buyer_state_registration", "masked",
    "shipping_address", "billing_address",
)  # fmt: skip
#: Changes of these columns are worth a line in the timeline.
TOLD = (*(name for name in DATA if name not in ("channel_status", "approved_at", "needs_arranging")), *BUYER)


def columns(s: OrderSnapshot) -> Row:
    """What the channel tells, by the names of our columns."""
    request, buyer = s.cancel_request, s.buyer
    return {
        "remote_code": s.remote_code, "storefront": s.storefront, "channel_status": s.channel_status,
        "fulfillment": s.fulfillment, "placed_at": s.placed_at, "approved_at": s.approved_at,
        "shipped_at": s.shipped_at, "delivered_at": s.delivered_at, "canceled_at": s.canceled_at,
        "ship_by": s.ship_by, "deliver_by": s.deliver_by, "hold_until": s.hold_until,
        "cancel_requested_at": request.requested_at if request else None,
        "cancel_request_reason": request.reason if request else "",
        "cancel_answer_by": request.answer_by if request else None,
        "total": s.total, "shipping_cost": s.shipping_cost, "discount": s.discount, "interest": s.interest,
        "carrier": s.carrier, "shipping_method": s.shipping_method, "payments": list(s.payments),
        "trackings": list(s.trackings), "tags": list(s.tags), "needs_arranging": s.needs_arranging,
        "pickup_failed": s.pickup_failed, "refused_invoice": _refused_key(s),
        "buyer_name": buyer.name, "buyer_document": buyer.document,
        "buyer_email": buyer.email, "buyer_phones": list(buyer.phones),
        "buyer_state_registration": buyer.state_registration, "masked": s.masked,
        "shipping_address": s.shipping_address,
        "billing_address": s.billing_address,
    }  # fmt: skip


def item_columns(item: Item) -> Row:
    return {
        "line": item.line, "sku": item.sku, "parent_sku": item.parent_sku, "name": item.name,
        "quantity": item.quantity, "quantity_shipped": item.shipped, "quantity_canceled": item.canceled,
        "quantity_returned": item.returned, "unit_price": item.unit_price, "list_price": item.list_price,
        "reserved": 0, "consumed": 0,
    }  # fmt: skip


def _refused_key(snapshot: OrderSnapshot) -> str:
    return next((seen.access_key for seen in snapshot.invoices if seen.refused), "")[:44]
