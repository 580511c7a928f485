"""receive: the only way in for what channels tell. Set-based, idempotent, monotonic, safe with many writers.

A batch costs two to four statements, whatever its size: find what we hold, lock what may change, write. Rows travel
as one JSON parameter per table: psycopg would spend several times PostgreSQL's own work on dumping arrays.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, transaction

from orders import merge
from orders import statements as sql
from orders.merge import Change, Row
from orders.models import Actor, Channel
from orders.snapshot import OrderSnapshot
from orders.status import AHEAD, Status
from orders.stock import settle
from orders.verbs.steps import supersede_updates

#: A snapshot, its columns, its items, its digest (merge.told).
Told = tuple[OrderSnapshot, Row, list[Row], str]
AFTER_SHIPPING = AHEAD[Status.SHIPPED] | {Status.SHIPPED}


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
    told = [(snapshot, *merge.told(snapshot)) for snapshot in snapshots]
    digests = _digests(channel, [snapshot.code for snapshot in snapshots])
    news = [one for one in told if digests.get(one[0].code) != one[3]]
    result = Received(unchanged=tuple(sorted({one[0].code for one in told} - {one[0].code for one in news})))
    if not news:
        return result
    # One writer per channel at a time: two that hold some of each other's orders would wait for ever.
    _execute(sql.ONE_WRITER, {"channel": channel.pk})
    touched: dict[int, bool] = {}
    for round_ in _rounds(news):
        result += _receive_round(channel, round_, touched)
    settle(touched)
    if emptied := [order_id for order_id, lost_a_line in touched.items() if lost_a_line]:
        _execute(sql.DROP_EMPTY_LINES, {"orders": emptied})
    return result


def _rounds(told: Iterable[Told]) -> list[list[Told]]:
    """Batches in which each order occurs once: its oldest snapshot in the first, and so on."""
    rounds: list[list[Told]] = []
    seen: Counter[str] = Counter()
    for one in sorted(told, key=lambda one: (one[0].code, merge.version(one[0]))):
        index = seen[one[0].code]
        seen[one[0].code] += 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(one)
    return rounds


def _receive_round(channel: Channel, told: list[Told], touched: dict[int, bool]) -> Received:
    """Take one snapshot per order; adds to `touched` whose stock to settle, and whether a line went."""
    held = _lock(channel, [snapshot.code for snapshot, *_ in told])
    changes = [merge.merge(held[one[0].code], *one) for one in told if one[0].code in held]
    fresh = [merge.create(*one) for one in told if one[0].code not in held]
    touched |= _update(channel, changes) if changes else {}
    touched |= _insert(channel, fresh) if fresh else {}
    return Received(
        created=tuple(change.code for change in fresh),
        changed=tuple(change.code for change in changes if change.row),
        stale=tuple(change.code for change in changes if not change.row),
    )


def _digests(channel: Channel, codes: list[str]) -> dict[str, str]:
    return dict(_execute(sql.DIGESTS, {"channel": channel.pk, "codes": codes}))


def _lock(channel: Channel, codes: list[str]) -> dict[str, Row]:
    rows = [sql.as_row(values) for values in _execute(sql.LOCK, {"channel": channel.pk, "codes": codes})]
    return {row["code"]: row for row in rows}


def _insert(channel: Channel, changes: list[Change]) -> dict[int, bool]:
    ids, _none = _write(sql.INSERT, channel, changes)
    return dict.fromkeys(_follow(changes, ids), False)


def _update(channel: Channel, changes: list[Change]) -> dict[int, bool]:
    ids, emptied = _write(sql.UPDATE, channel, changes)
    cleared = [{"code": change.code, "reason": reason} for change in changes for reason in change.cleared]
    _execute(sql.CLEAR_ATTENTIONS, {"channel": channel.pk, "cleared": _json(cleared)})
    return {order_id: order_id in emptied for order_id in _follow([c for c in changes if c.row], ids)}


def _write(statement: str, channel: Channel, changes: list[Change]) -> tuple[dict[str, int], set[int]]:
    """Run INSERT or UPDATE with its children; returns the ids of the orders written by code, and of those that lost
    a line.
    """
    by = Actor.channel(channel.code)
    parameters = {
        "channel": channel.pk,
        "orders": _json([change.row for change in changes if change.row]),
        "items": _json([{"code": change.code, **item} for change in changes for item in change.items]),
        "events": _json([event for change in changes for event in change.events]),
        "attentions": _json([attention for change in changes for attention in change.attentions]),
        "by_kind": by.kind,
        "by_name": by.name,
    }
    rows = _execute(statement, parameters)
    return {code: order_id for code, order_id, _ in rows}, {order_id for _, order_id, emptied in rows if emptied}


def _follow(changes: list[Change], ids: dict[str, int]) -> set[int]:
    """What the channel's word means for units and for updates that still wait; returns whose stock to settle."""
    canceled = [ids[change.code] for change in changes if change.moved_to is Status.CANCELED]
    if canceled:
        _execute(sql.CANCEL_UNITS, {"orders": canceled})
        supersede_updates(canceled)
    shipped = [ids[change.code] for change in changes if change.moved_to in AFTER_SHIPPING]
    if shipped:
        _execute(sql.SHIP_UNITS, {"orders": shipped})
    return {ids[change.code] for change in changes if change.moved_to or change.items}


def _execute(statement: str, parameters: Row) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
