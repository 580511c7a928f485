"""What we hold about one buyer, for the buyer who asks (LGPD, art. 18): by CPF or CNPJ, over all channels."""

import re
from typing import Any

from django.db.models import QuerySet

from orders.errors import InvalidFact
from orders.models import Order
from orders.retention import ANONYMIZED


def orders_of(document: str) -> QuerySet[Order]:
    """The orders of a CPF or CNPJ, however it is punctuated; InvalidFact when it is neither."""
    plain = re.sub(r"[.\-/\s]", "", document).upper()
    if not re.fullmatch(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}", plain):
        raise InvalidFact("A CPF has 11 digits, a CNPJ 14 characters.", field="document", code="invalid_document")
    return Order.objects.filter(buyer_document=plain).exclude(buyer_version=ANONYMIZED).order_by("placed_at", "pk")


def held_about(document: str) -> list[dict[str, Any]]:
    """Everything, order by order, in values that JSON can hold."""
    related = ("items", "shipments", "notes", "disclosures", "labels")
    return [
        _order(order) for order in orders_of(document).select_related("channel", "invoice").prefetch_related(*related)
    ]


def _order(order: Order) -> dict[str, Any]:
    invoice = getattr(order, "invoice", None)
    return {
        "order": order.code,
        "channel": order.channel.name,
        "placed_at": order.placed_at.isoformat(),
        "status": order.get_status_display(),
        "total": str(order.total),
        "name": order.buyer_name,
        "document": order.buyer_document,
        "email": order.buyer_email,
        "phones": list(order.buyer_phones),
        "state_registration": order.buyer_state_registration,
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "payments": order.payments,
        "cancellation_asked": order.cancel_request_reason,
        "items": [{"sku": item.sku, "name": item.name, "quantity": item.quantity} for item in order.items.all()],
        "invoice": invoice.access_key if invoice else "",
        "trackings": [shipment.tracking_code for shipment in order.shipments.all()],
        "labels": order.labels.count(),
        "notes": [note.text for note in order.notes.all()],
        "shown_to": [
            {"who": one.by_name, "at": one.at.isoformat(), "reason": one.reason} for one in order.disclosures.all()
        ],
    }
