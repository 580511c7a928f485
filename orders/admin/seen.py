"""Two people at one order: a form says up to which event its reader knew the order, and nothing newer is overridden."""

from collections.abc import Sequence

from django.db.models import Max

from orders.models import OrderEvent

#: They change nothing that somebody could have decided differently.
QUIET = (OrderEvent.Kind.IGNORED, OrderEvent.Kind.NOTE)


def newest_event(order_id: int) -> int:
    """What a form carries as `seen`."""
    return OrderEvent.objects.filter(order=order_id).aggregate(newest=Max("id"))["newest"] or 0


def news_since(order_id: int, seen: str) -> Sequence[OrderEvent]:
    """What happened to the order after `seen`, newest first; nothing when the form did not say."""
    if not seen.isdecimal():
        return []
    later = OrderEvent.objects.filter(order=order_id, id__gt=min(int(seen), 2**63 - 1))
    return list(later.exclude(kind__in=QUIET).order_by("-id")[:10])
