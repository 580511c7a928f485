"""Raising and clearing what needs a person (intake does the same for whole batches, in SQL)."""

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils import timezone

from orders.models import Actor, Attention, OrderEvent


def demand(reason: Attention.Reason, details: Mapping[int, str], *, by: Actor) -> None:
    """Raise `reason` for these orders (id → what happened). What a person settled is not raised for the same fact."""
    for order_id, detail in details.items():
        same = Q(order_id=order_id, reason=reason, detail=detail)
        if Attention.objects.filter(same & (Q(cleared_at=None) | ~Q(cleared_by=""))).exists():
            continue
        Attention.objects.update_or_create(
            order_id=order_id, reason=reason, cleared_at=None, defaults={"detail": detail}
        )
        OrderEvent.objects.create(
            order_id=order_id,
            kind=OrderEvent.Kind.ATTENTION,
            by_kind=by.kind,
            by_name=by.name,
            data={"reason": reason, "detail": detail},
        )


def relieve(reason: Attention.Reason, order_ids: Sequence[int]) -> None:
    """The cause is gone: clear `reason` where it is open."""
    Attention.objects.filter(order_id__in=order_ids, reason=reason, cleared_at=None).update(cleared_at=timezone.now())


def settle_by_person(order_id: int, reason: Attention.Reason, *, by: Actor) -> None:
    """A person dealt with it: clear `reason`, and do not raise it again for the same fact."""
    Attention.objects.filter(order_id=order_id, reason=reason, cleared_at=None).update(
        cleared_at=timezone.now(), cleared_by=by.name
    )
