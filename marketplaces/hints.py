"""Hints: webhooks that were stored, and the orders they name read from the marketplace."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from marketplaces import backoff, receiving
from marketplaces.connection import connect
from marketplaces.crossing import Ring
from marketplaces.errors import MarketplaceError, Throttled, Unauthorized, Unavailable
from marketplaces.lease import turn
from marketplaces.models import Account, Hint
from marketplaces.reading import STOPPING, Answers, read_all, stopped_by

logger = logging.getLogger(__name__)

BATCH = 100
LONGEST_CODE = 80
#: One round of reading; what is left is for the next one.
SECONDS = 40.0
TURN_SECONDS = SECONDS + 20
#: Seconds that a call waits for its turn under the rate limit.
PATIENCE = 10.0
#: After so long it is left to polling and reconciling.
GIVE_UP_AFTER = timedelta(days=1)
#: Known again when they are repeated: longer than marketplaces go on repeating one.
KEPT_FOR = timedelta(days=7)


def store(account: Account, ring: Ring, body: bytes) -> None:
    """Keep a genuine message until its orders are read. The same one again changes nothing."""
    key = f"id:{ring.id}"[:LONGEST_CODE] if ring.id else f"sha256:{hashlib.sha256(body).hexdigest()}"
    codes = [code for code in dict.fromkeys(ring.codes) if 0 < len(code) <= LONGEST_CODE and "\x00" not in code]
    raw = body.decode(errors="replace").replace("\x00", "\ufffd")
    Hint.objects.bulk_create([Hint(account=account, key=key, codes=codes, raw=raw)], ignore_conflicts=True)


def due_accounts() -> list[int]:
    """Ids of accounts with orders to read."""
    hints = Hint.objects.filter(done_at=None, due_at__lte=Now(), account__paused_at=None)
    return list(hints.order_by("account").values_list("account", flat=True).distinct())


def read_named(account: Account) -> int:
    """Read what webhooks named; returns how many orders were read. One worker per account at a time."""
    read = 0
    with turn(f"hints {account.pk}", seconds=TURN_SECONDS) as held:
        while held is not None and (hints := _due(account)):
            answers = read_all(connect(account, patience=PATIENCE), _codes(hints), seconds=SECONDS)
            read += _take(account, hints, answers)
            if len(answers) < len(_codes(hints)) or stopped_by(answers) or not held.renew(TURN_SECONDS):
                break
    return read


def forget_old() -> int:
    """Drop what is known for long enough; returns how many."""
    gone, _ = Hint.objects.filter(received_at__lt=Now() - KEPT_FOR, done_at__isnull=False).delete()
    return gone


def _due(account: Account) -> list[Hint]:
    open_ = Hint.objects.filter(account=account, account__paused_at=None, done_at=None, due_at__lte=Now())
    return list(open_.order_by("due_at")[:BATCH])


def _codes(hints: Sequence[Hint]) -> list[str]:
    return list(dict.fromkeys(code for hint in hints for code in hint.codes))


def _take(account: Account, hints: Sequence[Hint], answers: Answers) -> int:
    fetched = [answer for answer in answers.values() if not isinstance(answer, MarketplaceError)]
    receiving.store(account, fetched, count=lambda stored: None, fence=lambda: None)
    for hint in hints:
        _settle(hint, answers)
    Hint.objects.bulk_update(hints, ["codes", "due_at", "attempts", "done_at", "problem"])
    error = stopped_by(answers)
    if isinstance(error, Unauthorized):
        account.pause(Account.Pause.UNAUTHORIZED, detail=error.detail)
    facts = (account.pk, len(hints), len(fetched), error.detail if error else "")
    logger.info("hints.read account=%s webhooks=%s orders=%s error=%r", *facts)
    return len(fetched)


def _settle(hint: Hint, answers: Answers) -> None:
    """Done when every order was read or cannot be; else the rest is tried later."""
    errors = [answer for code in hint.codes if isinstance(answer := answers.get(code), MarketplaceError)]
    hint.problem = "; ".join(error.detail for error in errors)
    left = [code for code in hint.codes if code not in answers or isinstance(answers[code], STOPPING)]
    now = timezone.now()
    if not left or hint.received_at < now - GIVE_UP_AFTER:
        hint.done_at = now
    elif errors:
        hint.codes, hint.attempts = left, hint.attempts + 1
        hint.due_at = now + timedelta(seconds=max(backoff.seconds(hint.attempts), _asked_rest(errors)))


def _asked_rest(errors: Sequence[MarketplaceError]) -> float:
    """Seconds for which the marketplace, or our own limit, asked to wait."""
    rests = [error.retry_after or 0.0 for error in errors if isinstance(error, Unavailable)]
    return max(rests + [error.seconds for error in errors if isinstance(error, Throttled)], default=0.0)
