"""cancel: what is left of the order, or a part of it, will not be fulfilled."""

from collections import Counter

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone, Contradiction, NotAllowed
from orders.models import Actor, ChannelUpdate, Order, OrderEvent, OrderItem
from orders.status import Status, sources
from orders.stock import settle
from orders.verbs import steps
from orders.verbs.units import SkuUnits, allot, units_by_sku


@transaction.atomic
def cancel(order: Order, *, reason: str, by: Actor, items: SkuUnits = ()) -> OrderEvent:
    """Cancel units and tell the channel. `items` are (SKU, units); none means all that is left.

    When no unit is left open the order becomes CANCELED, or SHIPPED if some had left before. A canceled order's
    waiting updates are pointless and are not sent.
    """
    order = steps.lock(order)
    lines = list(order.items.order_by("id").select_for_update())
    if order.status == Status.CANCELED or (not items and _rest_is_canceled(lines)):
        raise AlreadyDone(_("The order is already canceled."), fact=order)
    if order.status not in sources(Status.CANCELED):
        raise NotAllowed.move(order, Status.CANCELED, sources(Status.CANCELED))
    units = allot(lines, items, _("canceled"))
    for line, quantity in units.items():
        OrderItem.objects.filter(pk=line.pk).update(quantity_canceled=F("quantity_canceled") + quantity)
    complete = all(line.open_quantity == units.get(line, 0) for line in lines)
    before = _close(order, lines) if complete else steps.touch(order)
    settle([order.pk])
    canceled = {line.sku: quantity for line, quantity in units.items()}
    event = steps.record(order, OrderEvent.Kind.CANCELED, before, by, reason=reason, items=canceled)
    steps.tell(order, ChannelUpdate.Kind.CANCELED, event, lane=ChannelUpdate.Lane.CANCELLATION)
    return event


@transaction.atomic
def cancel_in_all(order: Order, *, totals: SkuUnits, reason: str, by: Actor) -> OrderEvent:
    """Cancel until so many units of each SKU are canceled: said twice it is still the same fact.

    `totals` are (SKU, units), counting those that were canceled before, by whomever.
    """
    order = steps.lock(order)
    canceled = Counter[str]()
    for sku, quantity in order.items.values_list("sku", "quantity_canceled"):
        canceled[sku] += quantity
    missing = {sku: units - canceled[sku] for sku, units in units_by_sku(totals).items()}
    if taken_back := [sku for sku, units in missing.items() if units < 0]:
        message = _("Of SKU %(sku)s %(units)s units are canceled already; a cancellation is not taken back.")
        place = {"sku": taken_back[0], "units": canceled[taken_back[0]]}
        raise Contradiction(message % place, field="items", code="other_cancellation")
    if not any(missing.values()):
        raise AlreadyDone(_("These units are already canceled."), fact=order)
    return cancel(order, reason=reason, by=by, items=[(sku, units) for sku, units in missing.items() if units])


def _rest_is_canceled(lines: list[OrderItem]) -> bool:
    """An earlier cancellation took all that had not shipped."""
    return any(line.quantity_canceled for line in lines) and not any(line.open_quantity for line in lines)


def _close(order: Order, lines: list[OrderItem]) -> str:
    if any(line.quantity_shipped for line in lines):
        return steps.move(order, Status.SHIPPED)
    before = steps.move(order, Status.CANCELED, canceled_at=timezone.now())
    steps.supersede_updates([order.pk])
    return before
