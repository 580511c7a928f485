"""Everything a connector may need to tell an update, read for a whole batch at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Case, F, Sum, TextField, Value, When

from marketplaces.adapter import InvoiceFact, Outgoing, ShipmentFact
from orders.models import ChannelUpdate, ChannelUpdateAttempt, OrderItem, Shipment, ShipmentItem
from orders.status import Status

Row = Mapping[str, Any]
Ending = ChannelUpdateAttempt.Outcome
TELLING = (Ending.NOT_READY, Ending.REJECTED, Ending.OUTCOME_UNKNOWN, Ending.MALFORMED, Ending.INTERNAL)

#: Rows instead of models: an order alone has fifty columns, and this is on the way of every update.
COLUMNS = (
    "id", "kind", "order_id", "order__code", "order__remote_code", "order__approved_at", "order__delivered_at",
    "order__invoice__access_key", "order__invoice__number", "order__invoice__series", "order__invoice__issued_at",
    "order__invoice__volumes", "event__at", "event__after", "event__data", "shipment_id", "shipment__tracking_code",
    "shipment__carrier", "shipment__method", "shipment__tracking_url", "shipment__shipped_at", "order__fulfillment",
    "order__tags", "outcome_unknown", "parts_told",
)  # fmt: skip
#: Ten kilobytes, which only who tells the invoice wants.
XML = Case(
    When(kind=ChannelUpdate.Kind.INVOICED, then=F("order__invoice__xml")), default=Value(""), output_field=TextField()
)


def outgoing(update_ids: Sequence[int]) -> Mapping[int, Outgoing]:
    """By update id. Facts do not change once recorded, so it does not matter when they are read."""
    rows = list(ChannelUpdate.objects.filter(pk__in=update_ids).values(*COLUMNS, xml=XML))
    shipment_ids = [row["shipment_id"] for row in rows if row["shipment_id"]]
    items, hand_overs = _items(shipment_ids), _hand_overs(shipment_ids)
    canceled = _canceled([row["order_id"] for row in rows if row["kind"] == ChannelUpdate.Kind.CANCELED])
    taken = _taken([row["id"] for row in rows if row["outcome_unknown"]])
    return {row["id"]: _outgoing(row, items, hand_overs, canceled, taken) for row in rows}


def _taken(unknown: Sequence[int]) -> Collection[int]:
    """Of those whose outcome is unknown: what the marketplace said it took, rather than said nothing.

    An attempt that reached nobody tells nothing about it.
    """
    if not unknown:
        return ()
    attempts = ChannelUpdateAttempt.objects.filter(update__in=unknown, outcome__in=TELLING)
    last = attempts.order_by("update", "-id").distinct("update").values_list("update", "outcome")
    return {update_id for update_id, outcome in last if outcome == Ending.NOT_READY}


def _canceled(order_ids: Sequence[int]) -> Mapping[int, list[tuple[str, int]]]:
    units: dict[int, list[tuple[str, int]]] = {}
    if order_ids:
        lines = OrderItem.objects.filter(order__in=order_ids, quantity_canceled__gt=0)
        sums = lines.values_list("order_id", "sku").annotate(units=Sum("quantity_canceled")).order_by("order_id", "sku")
        for order_id, sku, quantity in sums:
            units.setdefault(order_id, []).append((sku, quantity))
    return units


def _items(shipment_ids: Sequence[int]) -> Mapping[int, list[tuple[str, int]]]:
    items: dict[int, list[tuple[str, int]]] = {}
    if shipment_ids:
        rows = ShipmentItem.objects.filter(shipment__in=shipment_ids).order_by("id")
        for shipment_id, sku, quantity in rows.values_list("shipment_id", "item__sku", "quantity"):
            items.setdefault(shipment_id, []).append((sku, quantity))
    return items


def _hand_overs(shipment_ids: Sequence[int]) -> Mapping[int, int]:
    """Which one of its order each shipment is: 1 for the first."""
    if not shipment_ids:
        return {}
    siblings = Shipment.objects.filter(order__shipments__in=shipment_ids).distinct()
    numbers: dict[int, int] = {}
    counted: dict[int, int] = {}
    for order_id, shipment_id in siblings.order_by("id").values_list("order_id", "id"):
        counted[order_id] = numbers[shipment_id] = counted.get(order_id, 0) + 1
    return numbers


def _outgoing(
    row: Row,
    items: Mapping[int, list[tuple[str, int]]],
    hand_overs: Mapping[int, int],
    canceled: Mapping[int, list[tuple[str, int]]],
    taken: Collection[int],
) -> Outgoing:
    return Outgoing(
        update_id=row["id"],
        kind=row["kind"],
        code=row["order__code"],
        remote_code=row["order__remote_code"],
        approved_at=row["order__approved_at"],
        invoice=_invoice(row),
        shipment=_shipment(row, items, hand_overs),
        delivered_at=row["order__delivered_at"],
        at=row["event__at"],
        reason=str(row["event__data"].get("reason", "")),
        # The verb moved the order to SHIPPED exactly when the last unit left with this shipment.
        shipping_complete=row["event__after"] == Status.SHIPPED,
        fulfillment=row["order__fulfillment"],
        tags=tuple(row["order__tags"]),
        choice=row["event__data"].get("choice") or {},
        partial=row["kind"] == ChannelUpdate.Kind.CANCELED and row["event__after"] != Status.CANCELED,
        canceled=tuple(canceled.get(row["order_id"], ())),
        taken=row["id"] in taken,
        parts=tuple(row["parts_told"]),
    )


def _invoice(row: Row) -> InvoiceFact | None:
    if row["order__invoice__access_key"] is None:
        return None
    return InvoiceFact(
        access_key=row["order__invoice__access_key"],
        number=row["order__invoice__number"],
        series=row["order__invoice__series"],
        issued_at=row["order__invoice__issued_at"],
        volumes=row["order__invoice__volumes"],
        xml=row["xml"] or "",
    )


def _shipment(
    row: Row, items: Mapping[int, list[tuple[str, int]]], hand_overs: Mapping[int, int]
) -> ShipmentFact | None:
    shipment_id = row["shipment_id"]
    if shipment_id is None:
        return None
    return ShipmentFact(
        tracking_code=row["shipment__tracking_code"],
        carrier=row["shipment__carrier"],
        method=row["shipment__method"],
        tracking_url=row["shipment__tracking_url"],
        shipped_at=row["shipment__shipped_at"],
        items=tuple(items.get(shipment_id, ())),
        hand_over=hand_overs[shipment_id],
    )
