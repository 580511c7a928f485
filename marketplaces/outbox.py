"""The outbox in the database: claim what is due, finish what was tried, raise and clear what a person must look at."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from marketplaces import labels
from marketplaces import statements as sql
from marketplaces.capabilities import LabelFile
from marketplaces.sending import Claim, Outcome, State
from orders.attention import demand, relieve
from orders.models import Actor, Attention, ChannelUpdate, Order
from orders.verbs import receive_labels

Kind = ChannelUpdate.Kind

#: Seconds. Longer than a call may last (checks.py), or a second worker would repeat it while it is on its way.
LEASE_SECONDS = 90


def due_channels() -> list[int]:
    """Ids of the channels that have something to be told now, and that no worker is at."""
    return [channel_id for (channel_id,) in _execute(sql.DUE_CHANNELS, {})]


def has_due(channel_id: int) -> bool:
    return bool(_execute(sql.HAS_DUE, {"channel": channel_id})[0][0])


def due_soon(within: timedelta, *, after: timedelta) -> list[tuple[int, datetime]]:
    """Channels, and the moments in that time from now at which held updates become due; a second's as its last one."""
    span = {"after": after.total_seconds(), "within": within.total_seconds()}
    return [(channel_id, due_at) for channel_id, due_at in _execute(sql.DUE_SOON, span)]


def claim(channel_id: int, *, limit: int) -> list[Claim]:
    """Take at most `limit` updates that are due; nobody else gets them before their lease ends."""
    at = time.monotonic()
    rows = _execute(sql.CLAIM, {"channel": channel_id, "limit": limit, "lease": LEASE_SECONDS})
    return [
        Claim(
            id=id_,
            kind=kind,
            order_code=code,
            token=token,
            attempts=attempts,
            outcome_unknown=unknown,
            trying=trying,
            at=at,
        )
        for id_, kind, code, token, attempts, unknown, trying in rows
    ]


@transaction.atomic
def finish(outcomes: Sequence[Outcome]) -> set[int]:
    """Write what became of them; returns the ids that were still ours to write."""
    updates = [outcome.claim.id for outcome in outcomes]
    failed = any(outcome.state == State.FAILED for outcome in outcomes)
    arranged = [o.claim.id for o in outcomes if o.claim.kind == Kind.SHIPPING_ARRANGED and o.state == State.SENT]
    labeled = {outcome.claim.id: outcome.labels for outcome in outcomes if outcome.labels}
    touches_orders = failed or arranged or labeled or _execute(sql.ATTENTION_OPEN, {"updates": updates})[0][0]
    if touches_orders:
        lock_orders(updates)
    rows = _execute(sql.FINISH, {"outcomes": msgspec.json.encode([_row(outcome) for outcome in outcomes]).decode()})
    finished = {update_id for (update_id,) in rows}
    if touches_orders:
        settle_attentions(sorted(finished), Actor.system())
        _keep_labels({update_id: labeled[update_id] for update_id in finished & labeled.keys()})
        labels.ask_where_arranged(Order.objects.filter(updates__in=finished.intersection(arranged)))
    return finished


def lock_orders(updates: Sequence[int]) -> None:
    """Before updates are written together with events or attentions of their orders."""
    _execute(sql.LOCK_ORDERS, {"updates": list(updates)})


def settle_attentions(updates: Sequence[int], by: Actor) -> None:
    """Demand attention for the orders of updates that failed; relieve those that told everything after all."""
    rows = list(ChannelUpdate.objects.filter(pk__in=updates).order_by("seq"))
    failed = {row.order_id: f"{row.get_kind_display()}: {row.last_error}" for row in rows if row.state == State.FAILED}
    demand(Attention.Reason.UPDATE_FAILED, failed, by=by)
    told = {row.order_id for row in rows if row.state in (State.SENT, State.SKIPPED)}
    still_failed = ChannelUpdate.objects.filter(order_id__in=told, state=State.FAILED)
    relieve(Attention.Reason.UPDATE_FAILED, sorted(told.difference(still_failed.values_list("order_id", flat=True))))


def _keep_labels(labeled: Mapping[int, Sequence[LabelFile]]) -> None:
    for update in ChannelUpdate.objects.filter(pk__in=labeled).select_related("order__channel").order_by("order__code"):
        receive_labels(update.order, labeled[update.pk], by=Actor.channel(update.order.channel.code))


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.claim.id,
        "token": outcome.claim.token,
        "state": outcome.state,
        "failure": outcome.failure,
        "detail": outcome.detail,
        "retry_in": outcome.retry_in,
        "counts": outcome.counts,
        "unknown": outcome.outcome_unknown,
        "ending": outcome.ending,
        "request": "\n".join(call.request for call in outcome.calls),
        "response": "\n".join(call.response for call in outcome.calls),
        "ms": outcome.ms,
        "parts": outcome.parts,
    }


def _execute(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
