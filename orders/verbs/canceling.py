"""cancel: what is left of the order, or a part of it, will not be fulfilled."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone, NotAllowed
from orders.models import Actor, ChannelUpdate, Order, OrderEvent, OrderItem
from orders.status import Status, sources
from orders.stock import settle
from orders.verbs import steps
from orders.verbs.units import SkuUnits, allot


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


def _rest_is_canceled(lines: list[OrderItem]) -> bool:
    """An earlier cancellation took all that had not shipped."""
    return any(line.quantity_canceled for line in lines) and not any(line.open_quantity for line in lines)


def _close(order: Order, lines: list[OrderItem]) -> str:
    if any(line.quantity_shipped for line in lines):
        return steps.move(order, Status.SHIPPED)
    before = steps.move(order, Status.CANCELED, canceled_at=timezone.now())
    steps.supersede_updates([order.pk])
    return before
