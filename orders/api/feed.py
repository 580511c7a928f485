"""The change feed: every event of every order, in an order in which nothing can be missed.

A number drawn before commit may appear after a greater one, so a reader that goes on "after n" can skip rows. Here
the position is (writing transaction, event), and only transactions below the horizon are shown: the oldest one still
running, so everything below it has ended and nothing can be added there any more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from orders import replica
from orders.api.compact import SELECT, compact, moment
from orders.api.positions import Position
from orders.statements import execute

_HORIZON = """
SELECT pg_snapshot_xmin(s)::text::bigint + shift, pg_snapshot_xmax(s)::text::bigint + shift
  FROM pg_current_snapshot() AS s, (SELECT coalesce((SELECT shift FROM orders_feedorigin), 0)) AS origin(shift)
"""
_COLUMNS = (
    "e.xid, e.id, e.order_id, e.kind, nullif(e.before, ''), nullif(e.after, ''), "
    f"{moment('e.at')}, e.by_kind, e.by_name, e.data::text"
)
_CHANGES = f"SELECT {_COLUMNS} FROM orders_orderevent AS e"
_SETTLED = "(e.xid, e.id) > (%(xid)s, %(event_id)s) AND e.xid < %(oldest_running)s"
_OF_CHANNELS = "EXISTS (SELECT 1 FROM orders_order AS o WHERE o.id = e.order_id AND o.channel_id = ANY(%(channels)s))"
_IN_SEQUENCE = "ORDER BY e.xid, e.id LIMIT %(limit)s"
_NEXT = f"{_CHANGES} WHERE {_SETTLED} {_IN_SEQUENCE}"
_NEXT_OF_CHANNELS = f"{_CHANGES} WHERE {_SETTLED} AND {_OF_CHANNELS} {_IN_SEQUENCE}"
_THESE = f"{_CHANGES} WHERE e.id = ANY(%(ids)s)"
_ORDERS = f"{SELECT} WHERE id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Horizon:
    oldest_running: int
    next_xid: int

    @classmethod
    def now(cls) -> "Horizon":
        return cls(*execute(_HORIZON, using=replica.connection())[0])

    @property
    def position(self) -> Position:
        """All that is settled lies behind it, all that is not lies ahead."""
        return Position(self.oldest_running)


class By(msgspec.Struct):
    kind: str
    name: str


class Change(msgspec.Struct):
    """shapes.Change is its contract."""

    position: str
    kind: str
    before: str | None
    after: str | None
    at: str
    by: By
    details: msgspec.Raw
    order: Any  #: a compact.CompactOrder


@dataclass(frozen=True, slots=True)
class Page:
    changes: list[Change]
    next: Position  #: where to go on
    more: bool  #: whether more wait already


def changes(after: Position, horizon: Horizon, limit: int, channels: Collection[int] = ()) -> Page:
    """At most `limit` settled changes after a position, of all channels or of some."""
    found = _changes(
        _NEXT_OF_CHANNELS if channels else _NEXT,
        xid=after.xid,
        event_id=after.event_id,
        oldest_running=horizon.oldest_running,
        channels=list(channels),
        limit=limit + 1,
    )
    page, more = found[:limit], len(found) > limit
    last = Position.parse(page[-1].position) if page else after
    if channels and not more and horizon.oldest_running > after.xid:
        last = horizon.position  # or what other channels did is looked through again each time
    return Page(page, last, more)


def changes_of(event_ids: Collection[int]) -> list[Change]:
    """As the feed shows them, in whatever sequence."""
    return _changes(_THESE, ids=list(event_ids))


def _changes(statement: str, **parameters: Any) -> list[Change]:
    database = replica.connection()
    rows = execute(statement, using=database, **parameters)
    known = compact(execute(_ORDERS, using=database, ids=list({row[2] for row in rows})))
    orders = {order.id: order for order in known}
    return [
        Change(f"{xid}-{pk}", kind, before, after, at, By(*by), msgspec.Raw(data.encode()), orders[order_id])
        for xid, pk, order_id, kind, before, after, at, *by, data in rows
    ]
