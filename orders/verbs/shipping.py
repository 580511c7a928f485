"""ship, deliver, fail_delivery: what the carrier has, handed over or could not hand over."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import rows
from orders.errors import AlreadyDone, Contradiction, InvalidFact, NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent, OrderItem, Shipment, ShipmentItem
from orders.statements import execute
from orders.status import AHEAD, RESERVING, Status, sources
from orders.stock import settle
from orders.verbs import steps
from orders.verbs.units import SkuUnits, allot, units_by_sku

#: From here the carrier hands over. A channel may also tell that a return was given up; we never do.
DELIVERABLE = frozenset({Status.SHIPPED, Status.DELIVERY_FAILED})
_OPEN_ATTENTION = (
    "SELECT 1 FROM orders_attention WHERE order_id = %(order)s AND reason = %(reason)s AND cleared_at IS NULL"
)
_SHIP_UNITS = """
WITH units AS (SELECT * FROM unnest(%(items)s::bigint[], %(quantities)s::int[]) AS u(item_id, quantity)),
     shipped AS (INSERT INTO orders_shipmentitem (shipment_id, item_id, quantity)
                 SELECT %(shipment)s, item_id, quantity FROM units)
UPDATE orders_orderitem AS i SET quantity_shipped = quantity_shipped + units.quantity
  FROM units WHERE i.id = units.item_id
"""


@transaction.atomic
def ship(
    order: Order,
    *,
    tracking_code: str,
    by: Actor,
    carrier: str = "",
    method: str = "",
    tracking_url: str = "",
    items: SkuUnits = (),
    packages: int | None = None,
    shipped_at: datetime | None = None,
) -> Shipment:
    """Record one hand-over to a carrier and tell the channel.

    `items` are (SKU, units); none means all that is left. The order becomes SHIPPED when its last unit has left.
    """
    if not (tracking_code := tracking_code.strip()):
        raise InvalidFact(_("Give the tracking code."), field="tracking_code", code="required")
    order = steps.lock(order)
    lines = rows.fetch(OrderItem, "order_id = %(order)s ORDER BY id FOR UPDATE", order=order.pk)
    same = "order_id = %(order)s AND tracking_code = %(tracking_code)s"
    for recorded in rows.fetch(Shipment, same, order=order.pk, tracking_code=tracking_code):
        details = {"carrier": carrier, "method": method, "tracking_url": tracking_url}
        raise _repeated_shipment(recorded, items, {**details, "packages": packages, "shipped_at": shipped_at})
    _guard_shipping(order)
    units = allot(lines, items, _("shipped"))
    row = rows.insert(
        Shipment(
            order=order,
            tracking_code=tracking_code,
            carrier=carrier,
            method=method,
            tracking_url=tracking_url,
            packages=packages,
            shipped_at=shipped_at or timezone.now(),
        )
    )
    _ship_units(row, units)
    complete = all(line.open_quantity == units.get(line, 0) for line in lines)
    before = steps.move(order, Status.SHIPPED, shipped_at=row.shipped_at) if complete else steps.touch(order)
    settle([order.pk])
    shipped = {line.sku: quantity for line, quantity in units.items()}
    event = steps.record(order, OrderEvent.Kind.SHIPPED, before, by, tracking_code=tracking_code, items=shipped)
    steps.tell(order, ChannelUpdate.Kind.SHIPPED, event, shipment=row, due_at=order.hold_until)
    return row


@transaction.atomic
def deliver(order: Order, *, by: Actor, delivered_at: datetime | None = None) -> OrderEvent:
    """Record that the buyer has it and tell the channel."""
    order = steps.lock(order)
    if order.delivered_at and order.status in AHEAD[Status.SHIPPED] - {Status.DELIVERY_FAILED}:
        raise _repeated_delivery(order, delivered_at)
    _guard_ours_to_ship(order)
    if order.status not in DELIVERABLE:
        raise NotAllowed.move(order, Status.DELIVERED, DELIVERABLE)
    if delivered_at and order.shipped_at and delivered_at < order.shipped_at:
        raise InvalidFact(
            _("The delivery cannot be before the shipment."), field="delivered_at", code="before_shipment"
        )
    # The channel's clock, which may have told the shipment, may be ahead of ours.
    now = max(filter(None, (timezone.now(), order.shipped_at)))
    before = steps.move(order, Status.DELIVERED, delivered_at=delivered_at or now)
    event = steps.record(order, OrderEvent.Kind.DELIVERED, before, by)
    steps.tell(order, ChannelUpdate.Kind.DELIVERED, event)
    return event


@transaction.atomic
def fail_delivery(order: Order, *, reason: str, by: Actor) -> OrderEvent:
    """Record that the carrier could not hand it over and tell the channel."""
    order = steps.lock(order)
    if order.status == Status.DELIVERY_FAILED:
        raise AlreadyDone(_("The failed delivery is already recorded."), fact=order)
    _guard_ours_to_ship(order)
    before = steps.move(order, Status.DELIVERY_FAILED)
    event = steps.record(order, OrderEvent.Kind.DELIVERY_FAILED, before, by, reason=reason)
    steps.tell(order, ChannelUpdate.Kind.DELIVERY_FAILED, event)
    return event


def _guard_ours_to_ship(order: Order) -> None:
    if not order.is_ours_to_ship:
        raise NotAllowed(_("The marketplace ships this order, not us."), field="fulfillment", code="not_ours")


def _guard_shipping(order: Order) -> None:
    _guard_ours_to_ship(order)
    # Not a hold of hold_until: it ends when a person says so, not at an instant. Not a status either: the order is
    # paid and may be invoiced, and the channel knows no such step.
    if execute(_OPEN_ATTENTION, order=order.pk, reason=Attention.Reason.FRAUD_RISK):
        message = _(
            "The channel suspects fraud: the order is not shipped before a person in the back office releases it."
        )
        raise NotAllowed(message, field="status", code="fraud_risk")
    if order.status not in sources(Status.SHIPPED) & RESERVING:
        raise NotAllowed.move(order, Status.SHIPPED, sources(Status.SHIPPED) & RESERVING)


def _repeated_delivery(order: Order, delivered_at: datetime | None) -> AlreadyDone | Contradiction:
    if delivered_at in (None, order.delivered_at):
        return AlreadyDone(_("The delivery is already recorded."), fact=order)
    recorded = timezone.localtime(order.delivered_at)
    return Contradiction(
        _("The delivery is already recorded for %(at)s.") % {"at": f"{recorded:%d/%m/%Y %H:%M}"},
        field="delivered_at",
        code="other_delivery",
    )


def _ship_units(shipment: Shipment, units: Mapping[OrderItem, int]) -> None:
    items = [line.pk for line in units]
    execute(_SHIP_UNITS, shipment=shipment.pk, items=items, quantities=list(units.values()))


def _repeated_shipment(recorded: Shipment, items: SkuUnits, facts: Mapping[str, object]) -> AlreadyDone | Contradiction:
    lines = ShipmentItem.objects.filter(shipment=recorded).select_related("item")
    same_items = not items or units_by_sku(items) == units_by_sku([(i.item.sku, i.quantity) for i in lines])
    other = [name for name, value in facts.items() if value and value != getattr(recorded, name)]
    if same_items and not other:
        return AlreadyDone(_("This shipment is already recorded."), fact=recorded)
    return Contradiction(
        _("Tracking code %(code)s is already recorded with other items or details.") % {"code": recorded.tracking_code},
        field="items" if not same_items else other[0],
        code="other_shipment",
    )
