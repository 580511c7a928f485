"""deliver: tell one webhook all that is due, the outbox's way: claim, commit, send, finish by the lease's token."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import msgspec
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from marketplaces import backoff
from marketplaces.lease import turn
from marketplaces.stopping import stopping
from warehouse import sending, signing
from warehouse import statements as sql
from warehouse.following import follow
from warehouse.messages import messages
from warehouse.models import Delivery, Webhook
from warehouse.sending import Answer

logger = logging.getLogger(__name__)

#: One run; what is left is for the next one.
SECONDS = 40.0
#: On their way at the same time, each with a thread of its own.
TOGETHER = 8
#: Longer than a message may take to be resolved, sent and answered.
LEASE_SECONDS = 90
TURN_SECONDS = 60.0
#: What has ended is shown, and can be sent again, for so long.
KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until its lease ends."""

    id: int
    event_id: int
    token: int
    attempts: int
    trying: float  #: seconds since its first attempt


def due() -> list[int]:
    """Ids of the webhooks that have something to be told."""
    return [webhook_id for (webhook_id,) in _execute(sql.DUE_WEBHOOKS, {})]


def deliver(webhook_id: int) -> int:
    """Returns how many messages arrived. One run per webhook at a time; a webhook that hangs holds up no other."""
    until, arrived = time.monotonic() + SECONDS, 0
    with (
        turn(f"webhook {webhook_id}", seconds=TURN_SECONDS) as held,
        sending.client() as client,
        ThreadPoolExecutor(TOGETHER) as pool,
    ):
        while held is not None and time.monotonic() < until and not stopping.is_set():
            webhook = Webhook.objects.get(pk=webhook_id)
            follow(webhook_id)
            claims = _claim(webhook)
            if not claims:
                break
            answers = _send(webhook, claims, client, pool)
            _finish(claims, answers)
            arrived += sum(not answer.error for answer in answers)
            if not _heed(webhook, answers) or not held.renew(TURN_SECONDS):
                break
    return arrived


def forget_old() -> int:
    """Drop what ended long ago; returns how many."""
    gone, _by_model = Delivery.objects.filter(finished_at__lt=Now() - KEPT_FOR).delete()
    return gone


def _claim(webhook: Webhook) -> list[Claim]:
    if webhook.paused_at or (webhook.rest_until and webhook.rest_until > timezone.now()):
        return []
    # After failures one message probes, and not eight.
    limit = 1 if webhook.failures else TOGETHER
    rows = _execute(sql.CLAIM, {"webhook": webhook.pk, "limit": limit, "lease": LEASE_SECONDS})
    return [Claim(*row) for row in rows]


def _send(webhook: Webhook, claims: Sequence[Claim], client: httpx.Client, pool: ThreadPoolExecutor) -> list[Answer]:
    told = messages([claim.event_id for claim in claims])
    secrets, now = webhook.active_secrets, int(time.time())

    def post(claim: Claim) -> Answer:
        message_id, body = told[claim.event_id]
        headers = signing.headers(secrets, message_id=message_id, timestamp=now, body=body)
        return sending.post(client, webhook.url, body, headers)

    return list(pool.map(post, claims))


def _finish(claims: Sequence[Claim], answers: Sequence[Answer]) -> None:
    outcomes = [_outcome(claim, answer) for claim, answer in zip(claims, answers, strict=True)]
    _execute(sql.FINISH, {"outcomes": msgspec.json.encode(outcomes).decode()})


def _outcome(claim: Claim, answer: Answer) -> dict[str, Any]:
    state = Delivery.State.SENT
    if answer.error:
        tired = claim.trying > backoff.GIVE_UP_AFTER
        state = Delivery.State.FAILED if tired else Delivery.State.PENDING
    retry_in = max(backoff.seconds(claim.attempts), answer.retry_after) if answer.error else 0.0
    told = {"state": state.value, "status": answer.status, "error": answer.error, "retry_in": retry_in}
    return {"id": claim.id, "token": claim.token, **told}


def _heed(webhook: Webhook, answers: Sequence[Answer]) -> bool:
    """What the answers mean for the webhook; whether the run goes on."""
    failed = [answer for answer in answers if answer.error]
    rest = Webhook.objects.filter(pk=webhook.pk)
    if any(answer.status == sending.GONE for answer in failed):
        webhook.pause(Webhook.Pause.GONE)
    if len(failed) < len(answers):
        if webhook.failures:
            rest.update(failures=0, rest_until=None)
        return True
    failures = webhook.failures + 1
    seconds = max(backoff.seconds(failures), *(answer.retry_after for answer in failed))
    rest.update(failures=failures, rest_until=Now() + timedelta(seconds=seconds))
    logger.warning("webhook.failed webhook=%s failures=%s error=%r", webhook.pk, failures, failed[0].error)
    return False


def _execute(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
