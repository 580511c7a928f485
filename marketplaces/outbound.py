"""push_channel: tell a channel everything that is due, in order per order, each fact once."""

import asyncio
import contextlib
import logging
import math
import queue
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db.models.functions import Now

from marketplaces import loop, outbox
from marketplaces.adapter import Outgoing
from marketplaces.by_hand import retry, skip, why_waiting
from marketplaces.connection import connect
from marketplaces.deadlock import retried
from marketplaces.lease import Held, is_taken, turn
from marketplaces.models import Account
from marketplaces.outgoing import outgoing
from marketplaces.sending import Claim, Ending, Outcome, State, send
from marketplaces.stopping import stopping
from orders.models import Channel

__all__ = ["Pushed", "push_channel", "retry", "skip", "why_waiting"]

logger = logging.getLogger(__name__)

#: One run; what is left is for the next one.
SECONDS = 50.0
#: Calls in flight at most; fewer where the marketplace allows only a few a second.
CONNECTIONS = 64
#: Seconds: while calls are in flight, newly due updates are looked for this often.
LOOK_AGAIN = 0.2
#: Seconds for which a run waits for a turn under our own rate limit, rather than to leave it to the next sweep.
SOON = 5.0
#: After so many failures in a row to reach it, the marketplace is left alone for REST seconds; then one call probes.
FAILURES_IN_A_ROW = 5
REST = 30.0
#: Seconds after which a run renews its turn.
RENEW_SECONDS = 5.0

LEVELS = {
    Ending.SENT: logging.INFO,
    Ending.ALREADY_APPLIED: logging.INFO,
    Ending.THROTTLED: logging.DEBUG,
    Ending.NOT_READY: logging.DEBUG,
}

#: How many updates ended in which state; PENDING ones were postponed.
Pushed = Counter[State]


def push_channel(channel: Channel, *, seconds: float = SECONDS) -> Pushed:
    """Send what is due, for at most `seconds` plus the calls in flight then. One run per channel at a time.

    Several channels may be pushed side by side: a marketplace that hangs holds up no other.
    """
    until = time.monotonic() + seconds
    pushed: Pushed = Counter()
    idle_rounds = 0
    while idle_rounds < 2 and time.monotonic() < until:
        # It saves threads and connections; that each update is sent once is the claim's doing.
        with turn(_turn(channel.pk)) as held:
            account = Account.objects.select_related("channel").filter(channel=channel, paused_at=None).first()
            if held is None or account is None:
                break
            told = _Push(account, until, held).run()
        pushed += told
        idle_rounds += not told
        # Who rang while it was our turn went away.
        if not outbox.has_due(channel.pk):
            break
    if pushed:
        facts = " ".join(f"{state.lower()}={count}" for state, count in pushed.items())
        logger.info("push.done channel=%s %s", channel.code, facts)
    return pushed


def is_pushed(channel_id: int) -> bool:
    """Is a run at it? It looks for what is due once more after it has given its turn back."""
    return is_taken(_turn(channel_id))


def _turn(channel_id: int) -> str:
    """As DUE_CHANNELS spells it."""
    return f"push {channel_id}"


def _places(limits: Mapping[str, float]) -> int:
    """Calls in flight that keep the account's rate used up, without many of them waiting for their turn."""
    return min(CONNECTIONS, math.ceil(1.5 * max(limits.values(), default=CONNECTIONS)))


class _Push:
    """One run: this thread claims and records, the loop sends. Outcomes that come meanwhile are recorded together."""

    def __init__(self, account: Account, until: float, held: Held) -> None:
        self.account = account
        self.held = held
        self.renew_at = time.monotonic() + RENEW_SECONDS
        self.adapter = connect(account)
        self.until = until
        self.places = _places(account.effective_limits)
        # Where the rate is the limit nothing is claimed ahead: what a crash leaves behind must be read back one by one.
        self.claimed_at_most = self.places if self.places < CONNECTIONS else 4 * self.places
        self.pushed: Pushed = Counter()
        self.in_flight = 0
        self.look_again_at = 0.0
        self.throttled_until = 0.0
        self.stopped = False
        self.failures = 0
        self.probing = account.push_after is not None
        self._turnstile = asyncio.Semaphore(self.places)
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def run(self) -> Pushed:
        while self._claim() or self.in_flight or self._is_throttled():
            self._renew()
            if outcomes := self._collect():
                self._record(outcomes)
            elif time.monotonic() > self.until + outbox.LEASE_SECONDS:
                # No attempt lasts that long: a bug lost it. Its lease is over, so the next run reads it back.
                logger.error("push.lost channel=%s updates=%s", self.account.channel_id, self.in_flight)
                break
        return self.pushed

    def _claim(self) -> bool:
        now = time.monotonic()
        room = (1 if self.probing else self.claimed_at_most) - self.in_flight
        if self.stopped or now > self.until or room < 1 or stopping.is_set():
            return False
        if self.in_flight and (now < self.look_again_at or 4 * room < self.claimed_at_most):
            return False
        claims = outbox.claim(self.account.channel_id, limit=room)
        if len(claims) < room:
            self.look_again_at = now + LOOK_AGAIN
        if claims:
            updates = outgoing([claim.id for claim in claims])
            self.in_flight += len(updates)
            loop.submit(self._send([(claim, updates[claim.id]) for claim in claims if claim.id in updates]))
        return bool(claims)

    def _renew(self) -> None:
        if time.monotonic() < self.renew_at:
            return
        self.renew_at = time.monotonic() + RENEW_SECONDS
        # Who was held up for so long that another worker took over finishes what it claimed, and claims no more.
        self.stopped = self.stopped or not self.held.renew()

    def _is_throttled(self) -> bool:
        """Whether some were given back because of our own limit, whose turn comes soon."""
        soon = time.monotonic() < min(self.throttled_until, self.until)
        return soon and not self.stopped and not stopping.is_set()

    async def _send(self, updates: Iterable[tuple[Claim, Outgoing]]) -> None:
        async with asyncio.TaskGroup() as group:
            for claim, update in updates:
                group.create_task(self._send_one(claim, update))

    async def _send_one(self, claim: Claim, update: Outgoing) -> None:
        async with self._turnstile:
            self._ended.put(await send(self.adapter, claim, update))

    def _collect(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with contextlib.suppress(queue.Empty):
            outcomes.append(self._ended.get(timeout=LOOK_AGAIN))
            while True:
                outcomes.append(self._ended.get_nowait())
        return outcomes

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        finished = retried(lambda: outbox.finish(outcomes))
        self.in_flight -= len(outcomes)
        for outcome in outcomes:
            self._log(outcome, ours=outcome.claim.id in finished)
            self.pushed[outcome.state] += 1
            if outcome.state in (State.SENT, State.SKIPPED):
                self.look_again_at = 0.0  # the next of its lane may be due
        self._heed(outcomes)

    def _log(self, outcome: Outcome, *, ours: bool) -> None:
        claim = outcome.claim
        level = LEVELS.get(outcome.ending, logging.WARNING)
        facts = (claim.id, claim.order_code, claim.attempts, outcome.ending, outcome.ms)
        logger.log(level, "push.update id=%s order=%s attempt=%s outcome=%s ms=%s", *facts)
        if not ours:
            logger.warning("push.fenced id=%s token=%s: superseded, or another worker has it", claim.id, claim.token)

    def _heed(self, outcomes: Sequence[Outcome]) -> None:
        """What the outcomes mean for the account."""
        for outcome in outcomes:
            if outcome.ending == Ending.UNAUTHORIZED:
                self.account.pause(Account.Pause.UNAUTHORIZED, detail=outcome.detail)
                self.stopped = True
            elif outcome.ending == Ending.THROTTLED:
                if outcome.retry_in < SOON:
                    self.throttled_until = time.monotonic() + outcome.retry_in + LOOK_AGAIN
            elif outcome.ending in (Ending.UNAVAILABLE, Ending.OUTCOME_UNKNOWN):
                self.failures += 1
            else:
                self.failures = 0
                self._recover()
        rest = max(outcome.rest for outcome in outcomes)
        if self.failures >= (1 if self.probing else FAILURES_IN_A_ROW):
            rest = max(rest, REST)
        if rest:
            self.stopped = True
            self._set_push_after(rest)

    def _recover(self) -> None:
        if self.probing:
            self.probing = False
            self._set_push_after(None)

    def _set_push_after(self, seconds: float | None) -> None:
        at = None if seconds is None else Now() + timedelta(seconds=seconds)
        Account.objects.filter(pk=self.account.pk).update(push_after=at)
