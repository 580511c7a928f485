"""Taking back what the channel was not told yet, because another fact stands in its place."""

from collections.abc import Collection

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.attention import relieve
from orders.errors import NotAllowed
from orders.models import Attention, ChannelUpdate, Order

State = ChannelUpdate.State
OPEN = (State.PENDING, State.FAILED)


def open_updates(order: Order, kind: ChannelUpdate.Kind) -> QuerySet[ChannelUpdate]:
    """Not told: they wait, or were refused."""
    return ChannelUpdate.objects.filter(order=order, kind=kind, state__in=OPEN)


def withdraw(order: Order, kind: ChannelUpdate.Kind) -> None:
    """Never send these. Raises NotAllowed while one is on its way: its outcome decides what can be done."""
    # Their rows, not only the order's: a worker claims them without it.
    rows = list(open_updates(order, kind).select_for_update())
    if any(row.lease_until and row.lease_until > timezone.now() for row in rows):
        sentence = _("The channel is being told right now: look at the order again in a minute.")
        raise NotAllowed(sentence, field="status", code="being_told")
    ChannelUpdate.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.SUPERSEDED, finished_at=timezone.now(), lease_until=None
    )
    if not order.updates.filter(state=State.FAILED).exists():
        relieve(Attention.Reason.UPDATE_FAILED, [order.pk])


def requeue(order: Order, kinds: Collection[ChannelUpdate.Kind]) -> None:
    """Let what waits in these kinds wait behind what was told last: numbers decide who goes first."""
    waiting = ChannelUpdate.objects.filter(order=order, kind__in=kinds, state__in=OPEN).order_by("seq")
    for update in waiting.select_for_update():
        Order.objects.filter(pk=order.pk).update(update_seq=F("update_seq") + 1)
        order.update_seq += 1
        ChannelUpdate.objects.filter(pk=update.pk).update(seq=order.update_seq)
