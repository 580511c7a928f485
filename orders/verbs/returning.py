"""start_return, receive_return: what was shipped is on its way back, and what of it came back."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone, InvalidFact
from orders.models import Actor, Order, OrderEvent, OrderItem
from orders.status import Status
from orders.verbs import steps
from orders.verbs.units import SkuUnits, units_by_sku


@transaction.atomic
def start_return(order: Order, *, reason: str, by: Actor) -> OrderEvent:
    """Record that the goods are coming back. Marketplaces run returns themselves: nothing is told."""
    order = steps.lock(order)
    if order.status == Status.RETURNING:
        raise AlreadyDone(_("The return is already recorded."), fact=order)
    before = steps.move(order, Status.RETURNING)
    return steps.record(order, OrderEvent.Kind.RETURNING, before, by, reason=reason)


@transaction.atomic
def receive_return(order: Order, *, by: Actor, items: SkuUnits = ()) -> OrderEvent:
    """Record what came back: (SKU, units), or everything that was shipped. Stock is for the warehouse to count."""
    order = steps.lock(order)
    if order.status == Status.RETURNED:
        raise AlreadyDone(_("The return is already received."), fact=order)
    lines = list(order.items.order_by("id").select_for_update())
    units = _returned(lines, items)
    before = steps.move(order, Status.RETURNED)
    for line, quantity in units.items():
        OrderItem.objects.filter(pk=line.pk).update(quantity_returned=F("quantity_returned") + quantity)
    back = {line.sku: quantity for line, quantity in units.items()}
    return steps.record(order, OrderEvent.Kind.RETURNED, before, by, items=back)


def _returned(lines: Sequence[OrderItem], items: SkuUnits) -> Mapping[OrderItem, int]:
    out = {line: line.quantity_shipped - line.quantity_returned for line in lines}
    if not items:
        return out
    units: dict[OrderItem, int] = {}
    for sku, wanted in units_by_sku(items).items():
        for line in (line for line in lines if line.sku == sku):
            units[line] = min(wanted, out[line])
            wanted -= units[line]
        if wanted or not any(line.sku == sku for line in lines):
            sentence = _("More units of SKU %(sku)s came back than were shipped.")
            raise InvalidFact(sentence % {"sku": sku}, field="items", code="quantity")
    return units
