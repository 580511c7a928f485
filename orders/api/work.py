"""What became of the work on orders: invoice, shipments, what the channel was told, what a person must look at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F

from orders.models import Attention, ChannelUpdate, Invoice, Shipment, ShipmentItem

Row = dict[str, Any]
Rows = defaultdict[int, list[Row]]


def work_of(order_ids: Sequence[int]) -> dict[int, Row]:
    """By order, in five statements, however many orders. Without personal data."""
    invoices, shipments = _invoices(order_ids), _shipments(order_ids)
    updates, attention = _updates(order_ids), _attention(order_ids)
    return {
        pk: {
            "invoice": invoices.get(pk),
            "shipments": shipments[pk],
            "updates": updates[pk],
            "attention": attention[pk],
        }
        for pk in order_ids
    }


def _invoices(order_ids: Sequence[int]) -> dict[int, Row]:
    columns = ("order_id", "access_key", "number", "series", "issued_at", "volumes")
    rows = Invoice.objects.filter(order_id__in=order_ids).values(*columns, recorded_at=F("created_at"))
    return {row.pop("order_id"): row for row in rows}


def _shipments(order_ids: Sequence[int]) -> Rows:
    columns = ("id", "order_id", "tracking_code", "carrier", "method", "tracking_url", "packages", "shipped_at")
    rows = Shipment.objects.filter(order_id__in=order_ids).order_by("id").values(*columns, recorded_at=F("created_at"))
    items: Rows = defaultdict(list)
    lines = ShipmentItem.objects.filter(shipment__order_id__in=order_ids).order_by("id")
    for shipment_id, sku, quantity in lines.values_list("shipment_id", "item__sku", "quantity"):
        items[shipment_id].append({"sku": sku, "quantity": quantity})
    return _by_order(row | {"items": items[row.pop("id")]} for row in rows)


def _updates(order_ids: Sequence[int]) -> Rows:
    columns = ("order_id", "seq", "kind", "state", "due_at", "attempts", "last_error", "created_at", "finished_at")
    rows = ChannelUpdate.objects.filter(order_id__in=order_ids).order_by("order_id", "seq")
    return _by_order(rows.values(*columns))


def _attention(order_ids: Sequence[int]) -> Rows:
    reasons = Attention.objects.filter(order_id__in=order_ids, cleared_at=None).order_by("id")
    return _by_order(reasons.values("order_id", "reason", "detail", "raised_at"))


def _by_order(rows: Iterable[Mapping[str, Any]]) -> Rows:
    by_order: Rows = defaultdict(list)
    for found in rows:
        row = dict(found)
        by_order[row.pop("order_id")].append(row)
    return by_order
