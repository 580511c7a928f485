"""arrange_shipping: label and hand-over are agreed with the marketplace's carrier."""

from django.db import transaction
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone
from orders.models import Actor, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from orders.verbs import steps


@transaction.atomic
def arrange_shipping(order: Order, *, by: Actor, choice: dict[str, str] | None = None) -> OrderEvent:
    """Ask the channel to arrange the hand-over; `choice` says how, in the connector's words (pickup slot, branch…).

    On an order on hold the channel is asked when the hold ends.
    """
    order = steps.lock(order)
    if order.status == Status.SHIPPING_ARRANGED:
        raise AlreadyDone(_("Shipping is already arranged."), fact=order)
    before = steps.move(order, Status.SHIPPING_ARRANGED)
    event = steps.record(order, OrderEvent.Kind.SHIPPING_ARRANGED, before, by, choice=choice or {})
    steps.tell(order, ChannelUpdate.Kind.SHIPPING_ARRANGED, event, due_at=order.hold_until)
    return event
