"""cancel: what is left of the order will not be fulfilled."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone
from orders.models import Actor, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from orders.stock import settle
from orders.verbs import steps


@transaction.atomic
def cancel(order: Order, *, reason: str, by: Actor) -> OrderEvent:
    """Cancel what is left of the order and tell the channel; updates that wait for it become pointless."""
    order = steps.lock(order)
    if order.status == Status.CANCELED:
        raise AlreadyDone(_("The order is already canceled."), fact=order)
    before = steps.move(order, Status.CANCELED, canceled_at=timezone.now())
    order.items.update(quantity_canceled=F("quantity") - F("quantity_shipped"))
    settle([order.pk])
    steps.supersede_updates([order.pk])
    event = steps.record(order, OrderEvent.Kind.CANCELED, before, by, reason=reason)
    steps.tell(order, ChannelUpdate.Kind.CANCELED, event, lane=ChannelUpdate.Lane.CANCELLATION)
    return event
