"""The change feed: every event of every order, in an order in which nothing can be missed.

A number drawn before commit may appear after a greater one, so a reader that goes on "after n" can skip rows. Here
the position is (writing transaction, event), and only transactions below the horizon are shown: the oldest one still
running, so everything below it has ended and nothing can be added there any more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from orders import replica
from orders.api.compact import compact_orders, json_object, moment
from orders.api.positions import Position
from orders.models import Order, OrderEvent

_E = "orders_orderevent"
#: A change but for its order, which comes last and for all changes of a page together.
_CHANGE = {
    "position": f"{_E}.xid || '-' || {_E}.id",
    "kind": f"{_E}.kind",
    "before": f"nullif({_E}.before, '')",
    "after": f"nullif({_E}.after, '')",
    "at": moment(f"{_E}.at"),
    "by": json_object({"kind": f"{_E}.by_kind", "name": f"{_E}.by_name"}),
    "details": f"{_E}.data",
}
CHANGE = RawSQL(f"({json_object(_CHANGE)})::text", [], output_field=TextField())  # noqa: S611 - constants of this file


@dataclass(frozen=True, slots=True)
class Horizon:
    oldest_running: int
    next_xid: int

    @classmethod
    def now(cls) -> "Horizon":
        with replica.connection().cursor() as cursor:
            cursor.execute(
                "SELECT pg_snapshot_xmin(s)::text::bigint + shift, pg_snapshot_xmax(s)::text::bigint + shift"
                " FROM pg_current_snapshot() AS s,"
                " (SELECT coalesce((SELECT shift FROM orders_feedorigin), 0)) AS origin(shift)"
            )
            oldest_running, next_xid = cursor.fetchone()
        return cls(oldest_running, next_xid)

    @property
    def position(self) -> Position:
        """All that is settled lies behind it, all that is not lies ahead."""
        return Position(self.oldest_running)


@dataclass(frozen=True, slots=True)
class Change:
    position: Position
    kind: str
    at: datetime
    json: msgspec.Raw  #: as the renderer passes it on


@dataclass(frozen=True, slots=True)
class Page:
    changes: list[msgspec.Raw]
    next: Position  #: where to go on
    more: bool  #: whether more wait already


def changes(after: Position, horizon: Horizon, limit: int, channels: Collection[int] = ()) -> Page:
    """At most `limit` settled changes after a position, of all channels or of some."""
    events = (
        OrderEvent.objects.filter(xid__gte=after.xid, xid__lt=horizon.oldest_running)
        .exclude(xid=after.xid, id__lte=after.event_id)
        .order_by("xid", "id")
    )
    if channels:
        events = events.filter(order__channel__in=channels)
    found = changes_of(events[: limit + 1])
    page, more = found[:limit], len(found) > limit
    last = page[-1].position if page else after
    if channels and not more and horizon.oldest_running > after.xid:
        last = horizon.position  # or what other channels did is looked through again each time
    return Page([change.json for change in page], last, more)


def changes_of(events: QuerySet[OrderEvent]) -> list[Change]:
    """As the feed and the webhooks show them, in two statements. The sequence is the query's."""
    rows = list(events.values_list("xid", "id", "order_id", "kind", "at", CHANGE))
    known = compact_orders(Order.objects.filter(pk__in={row[2] for row in rows}))
    orders = {order.id: bytes(order.json) for order in known}
    return [
        Change(Position(xid, pk), kind, at, msgspec.Raw(b'%s,"order":%s}' % (text[:-1].encode(), orders[order_id])))
        for xid, pk, order_id, kind, at, text in rows
    ]
