"""The outbox in the database: claim what is due, finish what was tried, raise and clear what a person must look at."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection, transaction

from marketplaces import statements as sql
from marketplaces.sending import Claim, Ending, Outcome
from orders.models import Actor, ChannelUpdate, ChannelUpdateAttempt

#: Seconds. Longer than a call may last (checks.py), or a second worker would repeat it while it is on its way.
LEASE_SECONDS = 90


def due_channels() -> list[int]:
    """Ids of the channels that have something to be told now."""
    return [channel_id for (channel_id,) in _execute(sql.DUE_CHANNELS, {})]


def has_due(channel_id: int) -> bool:
    return bool(_execute(sql.HAS_DUE, {"channel": channel_id})[0][0])


def claim(channel_id: int, *, limit: int) -> list[Claim]:
    """Take at most `limit` updates that are due; nobody else gets them before their lease ends."""
    at = time.monotonic()
    rows = _execute(sql.CLAIM, {"channel": channel_id, "limit": limit, "lease": LEASE_SECONDS})
    return [
        Claim(id=id_, order_code=code, token=token, attempts=attempts, outcome_unknown=unknown, trying=trying, at=at)
        for id_, code, token, attempts, unknown, trying in rows
    ]


@transaction.atomic
def finish(outcomes: Sequence[Outcome]) -> set[int]:
    """Write what became of them; returns the ids that were still ours to write."""
    updates = [outcome.claim.id for outcome in outcomes]
    failed = any(outcome.state == ChannelUpdate.State.FAILED for outcome in outcomes)
    touches_orders = failed or _execute(sql.ATTENTION_OPEN, {"updates": updates})[0][0]
    if touches_orders:
        lock_orders(updates)
    rows = _execute(sql.FINISH, {"outcomes": msgspec.json.encode([_row(outcome) for outcome in outcomes]).decode()})
    ChannelUpdateAttempt.objects.bulk_create(_attempt(o) for o in outcomes if o.ending != Ending.THROTTLED)
    finished = {update_id for (update_id,) in rows}
    if touches_orders:
        settle_attentions(sorted(finished), Actor.system())
    return finished


def lock_orders(updates: Sequence[int]) -> None:
    """Before updates are written together with events or attentions of their orders."""
    _execute(sql.LOCK_ORDERS, {"updates": list(updates)})


def settle_attentions(updates: Sequence[int], by: Actor) -> None:
    """Raise UPDATE_FAILED for the orders of the updates that failed, clear it where none that failed is left."""
    facts = {"updates": list(updates), "by_kind": by.kind, "by_name": by.name}
    _execute(sql.RAISE, facts)
    _execute(sql.CLEAR, facts)


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
    }


def _attempt(outcome: Outcome) -> ChannelUpdateAttempt:
    return ChannelUpdateAttempt(
        update_id=outcome.claim.id,
        duration_ms=outcome.ms,
        request="\n".join(call.request for call in outcome.calls),
        response="\n".join(call.response for call in outcome.calls),
        outcome=outcome.ending,
        detail=outcome.detail,
    )


def _execute(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
