"""The change feed: every event of every order, in an order in which nothing can be missed.

A number drawn before commit may appear after a greater one, so a reader that goes on "after n" can skip rows. Here
the position is (writing transaction, event), and only transactions below the horizon are shown: the oldest one still
running, so everything below it has ended and nothing can be added there any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from orders import replica
from orders.api.compact import SELECT, compact, moment
from orders.api.positions import Position
from orders.statements import execute

_HORIZON = """
SELECT pg_snapshot_xmin(s)::text::bigint + shift AS oldest_running,
       pg_snapshot_xmax(s)::text::bigint + shift AS next_xid
  FROM pg_current_snapshot() AS s, (SELECT coalesce((SELECT shift FROM orders_feedorigin), 0)) AS origin(shift)
"""
_CHANGES = f"""
SELECT e.xid, e.id, e.order_id, e.kind, nullif(e.before, '') AS before, nullif(e.after, '') AS after,
       {moment("e.at")} AS at, e.by_kind, e.by_name, e.data::text
  FROM orders_orderevent AS e
"""
_OF_CHANNELS = """
   AND EXISTS (SELECT 1 FROM orders_order AS o WHERE o.id = e.order_id AND o.channel_id = ANY(%(channels)s))
"""


def _next(condition: str = "") -> str:
    """The horizon, and beside it each of the settled changes; they are of one snapshot."""
    return f"""
WITH horizon AS MATERIALIZED ({_HORIZON}), page AS (
    {_CHANGES}
     WHERE (e.xid, e.id) > (%(xid)s, %(event_id)s) AND e.xid < (SELECT oldest_running FROM horizon) {condition}
     ORDER BY e.xid, e.id LIMIT %(limit)s)
SELECT horizon.*, page.* FROM horizon LEFT JOIN page ON true ORDER BY page.xid, page.id
"""


_NEXT, _NEXT_OF_CHANNELS = _next(), _next(_OF_CHANNELS)
_THESE = f"{_CHANGES} WHERE e.id = ANY(%(ids)s)"
# As a text: psycopg takes longer to write an array than PostgreSQL to read it.
_ORDERS = f"{SELECT} WHERE id = ANY(%(ids)s::text::bigint[])"


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
    horizon: Horizon


def changes(after: Position, limit: int, channels: Collection[int] = ()) -> Page:
    """At most `limit` settled changes after a position, of all channels or of some."""
    database = replica.connection()
    rows = execute(
        _NEXT_OF_CHANNELS if channels else _NEXT,
        using=database,
        xid=after.xid,
        event_id=after.event_id,
        limit=limit + 1,
        **({"channels": list(channels)} if channels else {}),
    )
    horizon = Horizon(*rows[0][:2])
    found = [row[2:] for row in rows if row[2] is not None]
    page, more = _changes(found[:limit], database), len(found) > limit
    last = Position.parse(page[-1].position) if page else after
    if channels and not more and horizon.oldest_running > after.xid:
        last = horizon.position  # or what other channels did is looked through again each time
    return Page(page, last, more, horizon)


def changes_of(event_ids: Collection[int]) -> list[Change]:
    """As the feed shows them, in whatever sequence."""
    database = replica.connection()
    return _changes(execute(_THESE, using=database, ids=list(event_ids)), database)


def _changes(rows: Sequence[Any], database: BaseDatabaseWrapper) -> list[Change]:
    ids = ",".join({str(row[2]) for row in rows})
    orders = {order.id: order for order in compact(execute(_ORDERS, using=database, ids=f"{{{ids}}}"))}
    return [
        Change(f"{xid}-{pk}", kind, before, after, at, By(*by), msgspec.Raw(data.encode()), orders[order_id])
        for xid, pk, order_id, kind, before, after, at, *by, data in rows
    ]
