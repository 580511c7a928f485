"""answer_cancel_request: the buyer asked to cancel; the seller agrees or refuses."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.attention import settle_by_person
from orders.errors import AlreadyDone, Contradiction, NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent
from orders.verbs import steps


@transaction.atomic
def answer_cancel_request(order: Order, *, accept: bool, by: Actor, reason: str = "") -> OrderEvent:
    """Tell the channel the seller's answer. The order itself is canceled when the channel says so."""
    order = steps.lock(order)
    if order.cancel_requested_at is None:
        raise NotAllowed(_("The buyer has not asked to cancel this order."), field="accept", code="no_request")
    if not order.has_open_cancel_request:
        raise _repeated_answer(order, accept)
    Order.objects.filter(pk=order.pk).update(cancel_answered_at=timezone.now(), cancel_accepted=accept)
    before = steps.touch(order)
    settle_by_person(order.pk, Attention.Reason.CANCEL_REQUESTED, by=by)
    kind = OrderEvent.Kind.CANCEL_ACCEPTED if accept else OrderEvent.Kind.CANCEL_REJECTED
    event = steps.record(order, kind, before, by, reason=reason)
    steps.tell(order, ChannelUpdate.Kind(kind.value), event, lane=ChannelUpdate.Lane.CANCELLATION)
    return event


def _repeated_answer(order: Order, accept: bool) -> AlreadyDone | Contradiction:
    if order.cancel_accepted == accept:
        return AlreadyDone(_("The buyer's request is already answered so."), fact=order)
    return Contradiction(_("The buyer's request is already answered otherwise."), field="accept", code="other_answer")
