"""The steps that verbs are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from orders.attention import relieve
from orders.doorbell import ring_on_commit
from orders.errors import NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent, Shipment
from orders.status import Status, sources


def lock(order: Order) -> Order:
    return Order.objects.select_related("channel").select_for_update(of=("self",)).get(pk=order.pk)


def move(order: Order, to: Status, **facts: Any) -> str:
    """Take one step of the table, or raise. The UPDATE is the guard: zero rows mean that somebody was first."""
    before = order.status
    moved = Order.objects.filter(pk=order.pk, status__in=sources(to)).update(
        status=to, changed_at=timezone.now(), **facts
    )
    if not moved:
        raise NotAllowed.move(order, to, sources(to))
    order.status = to
    return before


def touch(order: Order) -> str:
    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now())
    return order.status


def record(order: Order, kind: OrderEvent.Kind, before: str, by: Actor, **data: Any) -> OrderEvent:
    return OrderEvent.objects.create(
        order=order, kind=kind, before=before, after=order.status, by_kind=by.kind, by_name=by.name, data=data
    )


def tell(
    order: Order,
    kind: ChannelUpdate.Kind,
    event: OrderEvent,
    *,
    lane: ChannelUpdate.Lane = ChannelUpdate.Lane.FULFILLMENT,
    shipment: Shipment | None = None,
    due_at: datetime | None = None,
) -> None:
    # The order's row is locked, so the numbers follow the order in which facts commit.
    Order.objects.filter(pk=order.pk).update(update_seq=F("update_seq") + 1)
    order.update_seq += 1
    now = timezone.now()
    ChannelUpdate.objects.create(
        order=order,
        channel_id=order.channel_id,
        event=event,
        shipment=shipment,
        seq=order.update_seq,
        lane=lane,
        kind=kind,
        due_at=max(now, due_at or now),
    )
    ring_on_commit(order.channel_id, due_at=due_at)


def supersede_updates(order_ids: Sequence[int]) -> None:
    """A canceled order's waiting updates would only be refused: they are not sent, and no longer a person's care."""
    ChannelUpdate.objects.filter(
        order_id__in=order_ids, state__in=[ChannelUpdate.State.PENDING, ChannelUpdate.State.FAILED]
    ).update(state=ChannelUpdate.State.SUPERSEDED, finished_at=timezone.now(), lease_until=None)
    relieve(Attention.Reason.UPDATE_FAILED, order_ids)
