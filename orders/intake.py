"""receive: the only way in for what channels tell. Set-based, idempotent, monotonic, safe with many writers.

A batch costs two to four statements, whatever its size: find what we hold, lock what may change, write. Rows travel
as one JSON parameter per table: psycopg would spend several times PostgreSQL's own work on dumping arrays.
"""

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
    result = Received()
    for round_ in _rounds(snapshots):
        result += _receive_round(channel, round_)
    return result


def _rounds(snapshots: Iterable[OrderSnapshot]) -> list[list[OrderSnapshot]]:
    """Batches in which each order occurs once, sorted by code so that two writers lock in the same order."""
    rounds: list[list[OrderSnapshot]] = []
    position: dict[str, int] = {}
    for snapshot in sorted(snapshots, key=lambda s: (s.code, merge.version(s))):
        index = position[snapshot.code] = position.get(snapshot.code, -1) + 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(snapshot)
    return rounds


def _receive_round(channel: Channel, snapshots: list[OrderSnapshot]) -> Received:
    told = {snapshot.code: (snapshot, *merge.told(snapshot)) for snapshot in snapshots}
    digests = _digests(channel, list(told))
    unchanged = tuple(code for code, (*_, digest) in told.items() if digests.get(code) == digest)
    for code in unchanged:
        del told[code]
    held = _lock(channel, [code for code in told if code in digests])
    changes = [merge.merge(held[code], *told[code]) for code in told if code in held]
    _update(channel, changes)
    fresh = [merge.create(*told[code]) for code in told if code not in held]
    created = _insert(channel, fresh)
    again = [told[change.code][0] for change in fresh if change.code not in created]
    result = Received(
        created=tuple(sorted(created)),
        changed=tuple(change.code for change in changes if change.row),
        unchanged=unchanged,
        stale=tuple(change.code for change in changes if not change.row),
    )
    # Another writer created these between our look and our insert; now they are held, so this ends.
    return result + _receive_round(channel, again) if again else result


def _digests(channel: Channel, codes: list[str]) -> dict[str, str]:
    return dict(_execute(sql.DIGESTS, {"channel": channel.pk, "codes": codes}))


def _lock(channel: Channel, codes: list[str]) -> dict[str, Row]:
    if not codes:
        return {}
    rows = [sql.as_row(values) for values in _execute(sql.LOCK, {"channel": channel.pk, "codes": codes})]
    return {row["code"]: row for row in rows}


def _insert(channel: Channel, changes: list[Change]) -> set[str]:
    if not changes:
        return set()
    ids, _none = _write(sql.INSERT, channel, changes)
    _follow([change for change in changes if change.code in ids], ids)
    return set(ids)


def _update(channel: Channel, changes: list[Change]) -> None:
    if not changes:
        return
    ids, emptied = _write(sql.UPDATE, channel, changes)
    cleared = [{"code": change.code, "reason": reason} for change in changes for reason in change.cleared]
    _execute(sql.CLEAR_ATTENTIONS, {"channel": channel.pk, "cleared": _json(cleared)})
    _follow([change for change in changes if change.code in ids], ids)
    if emptied:
        _execute(sql.DROP_EMPTY_LINES, {"orders": emptied})


def _write(statement: str, channel: Channel, changes: list[Change]) -> tuple[dict[str, int], list[int]]:
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
    return {code: order_id for code, order_id, _ in rows}, [order_id for _, order_id, emptied in rows if emptied]


def _follow(changes: list[Change], ids: dict[str, int]) -> None:
    """What the channel's word means for the orders' units, for updates that still wait, and for stock."""
    canceled = [ids[change.code] for change in changes if change.moved_to is Status.CANCELED]
    if canceled:
        _execute(sql.CANCEL_UNITS, {"orders": canceled})
        supersede_updates(canceled)
    shipped = [ids[change.code] for change in changes if change.moved_to in AFTER_SHIPPING]
    if shipped:
        _execute(sql.SHIP_UNITS, {"orders": shipped})
    settle(ids[change.code] for change in changes if change.moved_to or change.items)


def _execute(statement: str, parameters: Row) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
