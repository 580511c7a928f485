"""Everything a connector may need to tell an update, read for a whole batch at once."""

from collections.abc import Mapping, Sequence

from marketplaces.adapter import InvoiceFact, Outgoing, ShipmentFact
from orders.models import ChannelUpdate, Invoice, Shipment, ShipmentItem
from orders.status import Status


def outgoing(update_ids: Sequence[int]) -> Mapping[int, Outgoing]:
    """By update id. Facts do not change once recorded, so it does not matter when they are read."""
    updates = ChannelUpdate.objects.select_related("order", "order__invoice", "event", "shipment").filter(
        pk__in=update_ids
    )
    rows = list(updates)
    shipment_ids = [row.shipment_id for row in rows if row.shipment_id]
    items, hand_overs = _items(shipment_ids), _hand_overs(shipment_ids)
    return {row.pk: _outgoing(row, items, hand_overs) for row in rows}


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
    row: ChannelUpdate, items: Mapping[int, list[tuple[str, int]]], hand_overs: Mapping[int, int]
) -> Outgoing:
    order, event = row.order, row.event
    return Outgoing(
        update_id=row.pk,
        kind=row.kind,
        code=order.code,
        remote_code=order.remote_code,
        approved_at=order.approved_at,
        invoice=_invoice(getattr(order, "invoice", None)),
        shipment=_shipment(row.shipment, items, hand_overs),
        delivered_at=order.delivered_at,
        at=event.at,
        reason=str(event.data.get("reason", "")),
        # The verb moved the order to SHIPPED exactly when the last unit left with this shipment.
        shipping_complete=event.after == Status.SHIPPED,
    )


def _invoice(invoice: Invoice | None) -> InvoiceFact | None:
    if invoice is None:
        return None
    return InvoiceFact(
        access_key=invoice.access_key,
        number=invoice.number,
        series=invoice.series,
        issued_at=invoice.issued_at,
        volumes=invoice.volumes,
    )


def _shipment(
    shipment: Shipment | None, items: Mapping[int, list[tuple[str, int]]], hand_overs: Mapping[int, int]
) -> ShipmentFact | None:
    if shipment is None:
        return None
    return ShipmentFact(
        tracking_code=shipment.tracking_code,
        carrier=shipment.carrier,
        method=shipment.method,
        tracking_url=shipment.tracking_url,
        shipped_at=shipment.shipped_at,
        items=tuple(items.get(shipment.pk, ())),
        hand_over=hand_overs[shipment.pk],
    )
