"""receive: the only way in for what channels tell. Set-based, idempotent, monotonic, safe with many writers.

A batch costs a handful of statements, whatever its size: find what we hold, lock what may change, write, book stock.
What changes in an order is decided in merge.py; how it gets into PostgreSQL is in intake_statements.py.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db import transaction

from orders import intake_statements as sql
from orders import merge, stock
from orders.columns import Row
from orders.merge import SHIPPED_OR_LATER, Change
from orders.models import Actor, Channel
from orders.snapshot import OrderSnapshot
from orders.statements import Statement, array, asking, execute, together
from orders.status import Status
from orders.verbs.steps import supersede_updates

Told = tuple[OrderSnapshot, str]  #: a snapshot and its digest


@dataclass(frozen=True, slots=True)
class Received:
    """Codes of the orders in a batch, by what became of them."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()  #: the same content again
    stale: tuple[str, ...] = ()  #: older than what we hold

    def __add__(self, other: "Received") -> "Received":
        return Received(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.stale + other.stale,
        )


@transaction.atomic
def receive(channel: Channel, snapshots: Sequence[OrderSnapshot]) -> Received:
    """Take what a channel tells about its orders. All of it, or an exception and nothing.

    Several snapshots of one order are taken in the marketplace's order. Nothing of this is echoed to the channel.
    """
    codes = [snapshot.code for snapshot in snapshots]
    # Two writers that hold some of each other's orders would wait for ever: one at a time per channel.
    with asking(
        (sql.LOCK_CHANNEL, {"channel": channel.pk, "count": len(codes)}),
        (sql.DIGESTS, {"channel": channel.pk, "codes": array(codes)}),
    ) as answers:
        told = [(snapshot, merge.digest(snapshot)) for snapshot in snapshots]
    ids, digests = answers
    held = dict(digests)
    news = [(snapshot, digest) for snapshot, digest in told if held.get(snapshot.code) != digest]
    changed = {snapshot.code for snapshot, _ in news}
    result = Received(unchanged=tuple({s.code: None for s in snapshots if s.code not in changed}))
    if news:
        batch = _Batch(channel, held.keys(), iter([order_id for (order_id,) in ids]))
        for round_ in _rounds(news):
            result += batch.take(round_)
        batch.finish()
    return result


def _rounds(told: Iterable[Told]) -> list[list[Told]]:
    """Batches in which each order occurs once: its oldest snapshot in the first, and so on."""
    told = sorted(told, key=lambda one: one[0].code)
    if all(one[0].code != other[0].code for one, other in pairwise(told)):
        return [told]
    rounds: list[list[Told]] = []
    seen: Counter[str] = Counter()
    for snapshot, digest in sorted(told, key=lambda one: (one[0].code, merge.version(one[0]))):
        index = seen[snapshot.code]
        seen[snapshot.code] += 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append((snapshot, digest))
    return rounds


@dataclass(slots=True)
class _Batch:
    """Writes round after round; stock is booked once at the end, so that SKUs are locked once and in their order."""

    channel: Channel
    held: Collection[str]  #: codes of orders that were there before this batch
    ids: Iterator[int]  #: for those that were not
    created: set[str] = field(default_factory=set)
    restocked: set[int] = field(default_factory=set)  #: orders whose stock is to be settled
    emptied: set[int] = field(default_factory=set)  #: orders that lost a line
    bookings: list[stock.Booking] = field(default_factory=list)  #: of lines that were written with their booking
    unsent: list[Statement] = field(default_factory=list)  #: return nothing: they go with the next that does

    def take(self, told: list[Told]) -> Received:
        held = self._lock([s.code for s, _ in told if s.code in self.held or s.code in self.created])
        changes = [merge.merge(held[s.code], s, digest) for s, digest in told if s.code in held]
        fresh = self._insert([one for one in told if one[0].code not in held])
        if changes:
            self._update(changes)
        return Received(
            created=tuple(change.code for change in fresh),
            changed=tuple(change.code for change in changes if change.row),
            stale=tuple(change.code for change in changes if not change.row),
        )

    def finish(self) -> None:
        stock.settle(self.restocked, self.bookings, unsent=self._take_unsent())
        if self.emptied:
            execute(sql.DROP_EMPTY_LINES, orders=list(self.emptied))

    def _later(self, statement: str, **parameters: Any) -> None:
        self.unsent.append((statement, parameters))

    def _now(self, statement: str, **parameters: Any) -> list[Any]:
        return together(*self._take_unsent(), (statement, parameters))[-1]

    def _take_unsent(self) -> list[Statement]:
        unsent, self.unsent = self.unsent, []
        return unsent

    def _lock(self, codes: list[str]) -> dict[str, Row]:
        if not codes:
            return {}
        return dict(map(sql.as_held, self._now(sql.LOCK_ORDERS, channel=self.channel.pk, codes=array(codes))))

    def _insert(self, told: list[Told]) -> list[Change]:
        fresh: list[Change] = []
        if told:
            self._record(
                fresh,
                ("orders_order", sql.ORDER_COPY, self._create(told, fresh)),
                ("orders_orderitem", sql.ITEM_COPY, self._book(_children(fresh, "items"))),
                count=sum(2 + len(snapshot.items) for snapshot, _ in told),
            )
        return fresh

    def _create(self, told: list[Told], fresh: list[Change]) -> Iterator[Row]:
        """While PostgreSQL takes one order, the next is made; `fresh` fills meanwhile."""
        for snapshot, digest in told:
            change = merge.create(snapshot, digest)
            change.order_id = next(self.ids)
            self.created.add(change.code)
            fresh.append(change)
            yield {**(change.row or {}), "id": change.order_id, "channel_id": self.channel.pk}

    def _book(self, items: Iterable[Row]) -> Iterator[Row]:
        for item in items:
            self.bookings.append((item["order_id"], item["sku"], item["reserved"], item["consumed"]))
            yield item

    def _update(self, changes: list[Change]) -> None:
        if rows := [change.row for change in changes if change.row]:
            self.unsent.append(sql.update_orders(rows, set().union(*(change.differing for change in changes))))
        if items := list(_children(changes, "items")):
            lines = sql.as_json(items)
            self._later(sql.UPSERT_ITEMS, rows=lines)
            self.emptied |= {order_id for (order_id,) in self._now(sql.EMPTY_LINES, rows=lines)}
        if cleared := list(_children(changes, "cleared")):
            self._later(sql.CLEAR_ATTENTIONS, rows=sql.as_json(cleared))
        self.restocked |= {change.order_id for change in changes if change.restocks}
        self._follow_moves(changes)
        self._record(changes, count=len(changes))

    def _record(self, changes: list[Change], *new: sql.NewRows, count: int) -> None:
        """Write new rows, about so many, and what is to be told and to be looked at about all changes."""
        by = Actor.channel(self.channel.code)
        events = (event | {"by_kind": by.kind, "by_name": by.name} for event in _children(changes, "events"))
        self.unsent += sql.insert(*new, ("orders_orderevent", sql.EVENT_COPY, events), count=count)
        if raised := list(_children(changes, "attentions")):
            self._later(sql.RAISE_ATTENTIONS, rows=sql.as_json(raised), by_kind=by.kind, by_name=by.name)

    def _follow_moves(self, changes: list[Change]) -> None:
        """What the channel's word means for units, and for updates that still wait."""
        if canceled := [change.order_id for change in changes if change.moved_to is Status.CANCELED]:
            self._later(sql.CANCEL_UNITS, orders=canceled)
            supersede_updates(canceled)
        if shipped := [change.order_id for change in changes if change.moved_to in SHIPPED_OR_LATER]:
            self._later(sql.SHIP_UNITS, orders=shipped)


def _children(changes: Iterable[Change], kind: str) -> Iterator[Row]:
    """Items, events, attentions… of all orders, each with its order's id."""
    for change in changes:
        for child in getattr(change, kind):
            child["order_id"] = change.order_id
            yield child
