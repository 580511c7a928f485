"""resolve: a person has looked at what needed attention."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import AlreadyDone
from orders.models import Actor, Attention, OrderEvent
from orders.verbs import steps


@transaction.atomic
def resolve(attention: Attention, *, by: Actor) -> OrderEvent:
    """Settle it for good: the same fact is not raised again."""
    order = steps.lock(attention.order)
    settled = Attention.objects.filter(pk=attention.pk, cleared_at__isnull=True).update(
        cleared_at=timezone.now(), cleared_by=by.name
    )
    if not settled:
        raise AlreadyDone(_("This is resolved already."), fact=attention)
    before = steps.touch(order)
    return steps.record(order, OrderEvent.Kind.RESOLVED, before, by, reason=attention.reason)
