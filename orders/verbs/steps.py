"""The steps that verbs are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from orders import rows
from orders.attention import relieve
from orders.doorbell import ring_on_commit
from orders.errors import NotAllowed
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent, Shipment
from orders.statements import execute, names
from orders.status import Status, sources

_MOVE = "UPDATE orders_order SET {} WHERE id = %(id)s AND status = ANY(%(sources)s) RETURNING id"
_TOUCH = "UPDATE orders_order SET changed_at = %(changed_at)s WHERE id = %(id)s"
_NEXT_SEQ = "UPDATE orders_order SET update_seq = update_seq + 1 WHERE id = %(id)s RETURNING update_seq"


def lock(order: Order) -> Order:
    for locked in rows.fetch(Order, "id = %(id)s FOR UPDATE", id=order.pk):
        return locked
    raise Order.DoesNotExist(order.pk)


def move(order: Order, to: Status, **facts: Any) -> str:
    """Take one step of the table, or raise. The UPDATE is the guard: zero rows mean that somebody was first."""
    before = order.status
    told = {"status": to, "changed_at": timezone.now(), **facts}
    moved = execute(_MOVE.format(names(told, "{0} = %({0})s")), id=order.pk, sources=list(sources(to)), **told)
    if not moved:
        raise NotAllowed.move(order, to, sources(to))
    order.status = to
    return before


def touch(order: Order) -> str:
    execute(_TOUCH, id=order.pk, changed_at=timezone.now())
    return order.status


def record(order: Order, kind: OrderEvent.Kind, before: str, by: Actor, **data: Any) -> OrderEvent:
    event = OrderEvent(
        order=order, kind=kind, before=before, after=order.status, by_kind=by.kind, by_name=by.name, data=data
    )
    return rows.insert(event)


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
    ((order.update_seq,),) = execute(_NEXT_SEQ, id=order.pk)
    now = timezone.now()
    update = ChannelUpdate(
        order=order,
        channel_id=order.channel_id,
        event=event,
        shipment=shipment,
        seq=order.update_seq,
        lane=lane,
        kind=kind,
        due_at=max(now, due_at or now),
    )
    rows.insert(update)
    ring_on_commit(order.channel_id, due_at=due_at)


def supersede_updates(order_ids: Sequence[int]) -> None:
    """A canceled order's waiting updates would only be refused: they are not sent, and no longer a person's care."""
    ChannelUpdate.objects.filter(
        order_id__in=order_ids, state__in=[ChannelUpdate.State.PENDING, ChannelUpdate.State.FAILED]
    ).update(state=ChannelUpdate.State.SUPERSEDED, finished_at=timezone.now(), lease_until=None)
    relieve(Attention.Reason.UPDATE_FAILED, order_ids)
