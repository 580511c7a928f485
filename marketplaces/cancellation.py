"""Is a cancellation of ours still on its way? SkyHub takes it at once and cancels only after a deadline of its own."""

from datetime import datetime

from orders.models import ChannelUpdate, Order, OrderEvent
from orders.status import Status


def waiting_since(order: Order) -> datetime | None:
    """When we told the channel to cancel an order that it has not called canceled since; else None."""
    if order.status != Status.CANCELED:
        return None
    told = ChannelUpdate.objects.filter(
        order=order, kind=ChannelUpdate.Kind.CANCELED, state=ChannelUpdate.State.SENT
    ).order_by("seq")
    update = told.last()
    if update is None or order.events.filter(kind=OrderEvent.Kind.CANCEL_CONFIRMED).exists():
        return None
    return update.finished_at
