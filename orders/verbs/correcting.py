"""correct_shipment: a hand-over that was recorded wrongly is put right before the channel knows of it."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from orders.doorbell import ring_on_commit
from orders.errors import AlreadyDone, Contradiction, InvalidFact, NotAllowed
from orders.models import Actor, ChannelUpdate, Order, OrderEvent, Shipment
from orders.verbs import steps

State = ChannelUpdate.State

#: The channel refused it, or nobody has begun to tell it. An unknown outcome may have told it.
UNTOLD = Q(outcome_unknown=False) & (
    Q(state=State.FAILED) | Q(state=State.PENDING) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))
)


def correctable(order: Order) -> list[Shipment]:
    """Shipments of which the channel has not been told."""
    updates = ChannelUpdate.objects.filter(UNTOLD, order=order, kind=ChannelUpdate.Kind.SHIPPED)
    return list(Shipment.objects.filter(pk__in=updates.values("shipment")).order_by("id"))


@transaction.atomic
def correct_shipment(
    shipment: Shipment,
    *,
    by: Actor,
    tracking_code: str,
    carrier: str = "",
    method: str = "",
    tracking_url: str = "",
) -> OrderEvent:
    """Write the right facts in place of the wrong ones; a refused update is sent again with them."""
    if not (tracking_code := tracking_code.strip()):
        raise InvalidFact(_("Give the tracking code."), field="tracking_code", code="required")
    order = steps.lock(shipment.order)
    shipment.refresh_from_db()
    wanted = {"tracking_code": tracking_code, "carrier": carrier, "method": method, "tracking_url": tracking_url}
    replaced = {name: getattr(shipment, name) for name, value in wanted.items() if value != getattr(shipment, name)}
    if not replaced:
        raise AlreadyDone(_("The shipment is recorded like this already."), fact=shipment)
    if order.shipments.filter(tracking_code=tracking_code).exclude(pk=shipment.pk).exists():
        raise Contradiction(_("Another shipment of the order has this tracking code."), field="tracking_code")
    _send_again(shipment)
    Shipment.objects.filter(pk=shipment.pk).update(**wanted)
    before = steps.touch(order)
    changed = {name: wanted[name] for name in replaced}
    event = steps.record(order, OrderEvent.Kind.CORRECTED, before, by, shipment=changed, instead_of=replaced)
    ring_on_commit(order.channel_id)
    return event


def _send_again(shipment: Shipment) -> None:
    updates = ChannelUpdate.objects.select_for_update().filter(shipment=shipment, kind=ChannelUpdate.Kind.SHIPPED)
    update = updates.filter(UNTOLD).first()
    if update is None:
        raise NotAllowed(
            _("The channel already knows this shipment, or is being told it now: it cannot be corrected here."),
            field="tracking_code",
            code="told",
        )
    # One on hold that nobody tried yet keeps its hour.
    due_at = {"due_at": Now()} if update.attempts else {}
    updates.filter(pk=update.pk).update(
        state=State.PENDING, attempts=0, failure="", trying_since=None, finished_at=None, **due_at
    )
