"""arrange_shipping: how the parcel is handed over is agreed with the marketplace's carrier."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from orders.attention import settle_by_person
from orders.errors import AlreadyDone, NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent
from orders.status import Status, sources
from orders.verbs import steps
from orders.verbs.withdrawing import open_updates, withdraw

KIND = ChannelUpdate.Kind.SHIPPING_ARRANGED


@transaction.atomic
def arrange_shipping(
    order: Order, *, by: Actor, choice: Mapping[str, str] | None = None, words: str = ""
) -> OrderEvent:
    """Ask the channel to arrange the hand-over; `choice` says how, in the connector's words, and `words` in people's.

    Without a choice the account's rule decides. On an order on hold the channel is asked when the hold ends. What the
    channel was not told yet, or refused, is replaced by this; after a pickup that failed, another one is arranged.
    """
    order = steps.lock(order)
    _guard_ours_to_arrange(order)
    again = order.status == Status.SHIPPING_ARRANGED
    before = _again(order, by) if again else steps.move(order, Status.SHIPPING_ARRANGED)
    facts = {"choice": dict(choice or {})} | ({"hand_over": words} if words else {})
    event = steps.record(order, OrderEvent.Kind.SHIPPING_ARRANGED, before, by, **facts)
    steps.tell(order, KIND, event, due_at=order.hold_until)
    return event


def guard_arrangeable(order: Order) -> None:
    """Raises NotAllowed where the verb would do nothing now."""
    _guard_ours_to_arrange(order)
    if not may_arrange(order):
        raise NotAllowed.move(order, Status.SHIPPING_ARRANGED, sources(Status.SHIPPING_ARRANGED))


def may_arrange(order: Order) -> bool:
    """Would the verb do something now? Looks for updates only where shipping is arranged already."""
    if not order.is_ours_to_arrange:
        return False
    if order.status != Status.SHIPPING_ARRANGED:
        return order.status in sources(Status.SHIPPING_ARRANGED)
    return order.pickup_failed or open_updates(order, KIND).exists()


def _guard_ours_to_arrange(order: Order) -> None:
    if not order.is_ours_to_arrange:
        sentence = _("With %(channel)s there is nothing to arrange for this order.") % {"channel": order.channel}
        raise NotAllowed(sentence, field="status", code="nothing_to_arrange")


def _again(order: Order, by: Actor) -> str:
    if not may_arrange(order):
        raise AlreadyDone(_("Shipping is already arranged."), fact=order)
    withdraw(order, KIND)
    settle_by_person(order.pk, Attention.Reason.PICKUP_FAILED, by=by)
    return steps.touch(order)
