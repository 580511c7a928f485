"""The change feed: every event of every order, in an order in which nothing can be missed.

A number drawn before commit may appear after a greater one, so a reader that goes on "after n" can skip rows. Here
the position is (writing transaction, event), and only transactions below the horizon are shown: the oldest one still
running, so everything below it has ended and nothing can be added there any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection

from orders.api.compact import compact_orders
from orders.api.positions import Position
from orders.models import Order, OrderEvent

COLUMNS = ("xid", "id", "order_id", "kind", "before", "after", "by_kind", "by_name", "at", "data")


@dataclass(frozen=True, slots=True)
class Horizon:
    oldest_running: int
    next_xid: int

    @classmethod
    def now(cls) -> "Horizon":
        with connection.cursor() as cursor:
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
class Page:
    changes: list[dict[str, Any]]
    next: Position  #: where to go on
    more: bool  #: whether more wait already


def changes(after: Position, horizon: Horizon, limit: int, channels: Collection[int] = ()) -> Page:
    """At most `limit` settled changes after a position, of all channels or of some."""
    events = (
        OrderEvent.objects.filter(xid__gte=after.xid, xid__lt=horizon.oldest_running)
        .exclude(xid=after.xid, id__lte=after.event_id)
        .order_by("xid", "id")
        .values(*COLUMNS)
    )
    if channels:
        events = events.filter(order__channel__in=channels)
    rows = list(events[: limit + 1])
    page = rows[:limit]
    shown = with_orders(page)
    more = len(rows) > limit
    last = Position(page[-1]["xid"], page[-1]["id"]) if page else after
    if channels and not more and horizon.oldest_running > after.xid:
        last = horizon.position  # or what other channels did is looked through again each time
    return Page(shown, last, more)


def with_orders(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events (their COLUMNS) as the feed and the webhooks show them."""
    known = compact_orders(Order.objects.filter(pk__in={row["order_id"] for row in rows}))
    orders = {order.id: order.json for order in known}
    return [_change(row, orders[row["order_id"]]) for row in rows]


def _change(row: Mapping[str, Any], order: msgspec.Raw) -> dict[str, Any]:
    return {
        "position": str(Position(row["xid"], row["id"])),
        "kind": row["kind"],
        "before": row["before"] or None,
        "after": row["after"] or None,
        "at": row["at"],
        "by": {"kind": row["by_kind"], "name": row["by_name"]},
        "details": row["data"],
        "order": order,
    }
