"""Rate limits that all processes share: one GCRA per account and bucket in Redis, a local one while Redis is away."""

import asyncio
import atexit
import logging
import os
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import redis.asyncio
from django.conf import settings
from django.utils.translation import gettext as _
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from marketplaces import loop
from marketplaces.errors import Throttled

logger = logging.getLogger(__name__)

#: Of what the marketplace allows. Turns 1/(9 × 0.97) s apart never put ten calls into one second, even when some
#: travel 31 ms longer than others.
SHARE = 0.97
#: How close two calls may leave after the loop was busy and their turns came together: late turns catch up slowly.
CLOSEST_SHARE = 0.98
#: After so many idle seconds the first call opens a connection, and in a new worker loads code: it arrives late, those
#: that follow do not, and leave it so much more room.
IDLE = 1.0
COLD = 0.2
#: Calls a second: a limit so high is none, and asking Redis for every turn would cost more than the call.
UNREACHABLE = 1_000.0
#: While Redis is away every process counts for itself, so each takes less.
LOCAL_SHARE = 0.5
#: What one way to Redis may take longer than another: without it the slower ones would push all turns back each time.
JITTER = 0.005
#: A frozen Redis costs this much once, and then nothing until it is asked again.
REDIS_SECONDS = 0.25
REDIS_REST = 5.0

# KEYS: the bucket. ARGV, in microseconds: interval, patience, and how far ahead this process knows the next turn to
# be (so that a FLUSHALL does not give the same turns out twice); then how many turns are asked for. Answers the wait
# for the first, the others follow by intervals; those beyond patience are not taken.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0), now + ARGV[3])
local wait = turn - now
if wait <= tonumber(ARGV[2]) then
  local taken = math.min(tonumber(ARGV[4]), math.floor((ARGV[2] - wait) / ARGV[1]) + 1)
  local free = turn + taken * ARGV[1]
  redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
end
return string.format('%.0f', wait)
"""

# KEYS: the bucket. ARGV: for how many microseconds no turn is to come; a longer rest stays.
REST = """
local clock = redis.call('TIME')
local free = clock[1] * 1000000 + clock[2] + ARGV[1]
if free > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil(ARGV[1] / 1000) + 1000)
end
"""


class Limiter(ABC):
    """The rate limits of one account."""

    @abstractmethod
    async def take(self, bucket: str) -> None:
        """Wait for this call's turn; raises Throttled when the turn is too far away to wait for."""

    @abstractmethod
    async def rest(self, bucket: str, *, seconds: float) -> None:
        """The marketplace asked to be left alone: nobody's turn comes before."""


class SharedLimiter(Limiter):
    """`rates` are calls a second per bucket; `patience` is the longest wait in seconds. Only for marketplaces.loop."""

    def __init__(self, account_id: int, rates: Mapping[str, float], *, patience: float) -> None:
        self.account_id = account_id
        self.rates = rates
        self.patience = patience

    async def take(self, bucket: str) -> None:
        if self.rates[bucket] >= UNREACHABLE:
            return
        key = self._key(bucket)
        while True:
            wait = await _turns.take(key, interval=1 / (self.rates[bucket] * SHARE), patience=self.patience)
            if wait > self.patience:
                raise Throttled(
                    _("Our own limit of %(rate)s calls a second (%(bucket)s) is used up for now.")
                    % {"rate": self.rates[bucket], "bucket": bucket},
                    seconds=wait,
                )
            await asyncio.sleep(wait)
            await _turns.leave(key, gap=1 / (self.rates[bucket] * CLOSEST_SHARE))
            # A turn that was given out before the marketplace asked for a rest is worth nothing.
            if not _turns.is_resting(key):
                return

    async def rest(self, bucket: str, *, seconds: float) -> None:
        await _turns.rest(self._key(bucket), seconds)

    def _key(self, bucket: str) -> str:
        return f"limit:{self.account_id}:{bucket}"


class _Turns:
    """Gives out turns. One per process; Redis is asked once at a time, for all who ask meanwhile."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._redis: redis.asyncio.Redis | None = None
        self._ask_again_at = 0.0
        self._free_at: dict[str, float] = {}
        self._asking: defaultdict[tuple[str, float, float], list[asyncio.Future[float]]] = defaultdict(list)
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._left_at: dict[str, float] = {}
        self._rests_until: dict[str, float] = {}

    async def take(self, key: str, *, interval: float, patience: float) -> float:
        """Seconds to wait; more than `patience` means that no turn was taken."""
        asked: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        asking = self._asking[key, interval, patience]
        asking.append(asked)
        async with self._lock:
            # Who held the lock before may have asked for all of us.
            if not asked.done():
                together, asking[:] = list(asking), []
                await self._answer(together, key, interval, patience)
        return asked.result()

    async def _answer(
        self, asking: Sequence[asyncio.Future[float]], key: str, interval: float, patience: float
    ) -> None:
        if time.monotonic() > self._free_at.get(key, -IDLE) + IDLE:
            await self._give(asking[:1], key, interval + COLD, patience)
            asking = asking[1:]
        if asking:
            await self._give(asking, key, interval, patience)

    async def _give(self, asking: Sequence[asyncio.Future[float]], key: str, interval: float, patience: float) -> None:
        now = time.monotonic()
        ahead = max(0.0, self._free_at.get(key, 0.0) - now)
        wait = await self._ask(key, interval, patience, max(0.0, ahead - JITTER), len(asking))
        if wait is None:
            wait, interval = ahead, interval * SHARE / LOCAL_SHARE
        for asked in asking:
            if wait <= patience:
                self._free_at[key] = now + wait + interval
            if not asked.done():  # its caller has gone, and its turn is lost
                asked.set_result(wait)
            wait += interval

    async def leave(self, key: str, *, gap: float) -> None:
        """Returns `gap` seconds after the one before, by the clock that the calls themselves see."""
        async with self._doors[key]:
            if (pause := self._left_at.get(key, 0.0) + gap - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            self._left_at[key] = time.monotonic()

    async def rest(self, key: str, seconds: float) -> None:
        """Here at once; in other processes for turns that are not given out yet, unless Redis is away."""
        self._rests_until[key] = max(self._rests_until.get(key, 0.0), time.monotonic() + seconds)
        self._free_at[key] = max(self._free_at.get(key, 0.0), self._rests_until[key])
        await self._run(REST, key, seconds)

    def is_resting(self, key: str) -> bool:
        return time.monotonic() < self._rests_until.get(key, 0.0)

    async def _ask(self, key: str, interval: float, patience: float, ahead: float, turns: int) -> float | None:
        """The wait for the first turn; None while Redis is away."""
        wait = await self._run(TAKE, key, interval, patience, ahead, turns=turns)
        return None if wait is None else int(wait) / 1e6

    async def _run(self, script: str, key: str, *seconds: float, turns: int = 1) -> Any:
        """What the script answers; None while Redis is away."""
        if time.monotonic() < self._ask_again_at:
            return None
        try:
            answer = await self._client().eval(script, 1, key, *(round(value * 1e6) for value in seconds), turns)
        except (redis.RedisError, OSError) as error:
            if not self._ask_again_at:
                logger.warning("limits.local Redis does not answer (%s): each process counts for itself", error)
            self._ask_again_at = time.monotonic() + REDIS_REST
            return None
        if self._ask_again_at:
            logger.warning("limits.shared Redis answers again")
            self._ask_again_at = 0.0
        return answer

    def _client(self) -> redis.asyncio.Redis:
        if self._redis is None:
            self._redis = redis.asyncio.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=REDIS_SECONDS,
                socket_connect_timeout=REDIS_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self._redis

    async def close(self) -> None:
        """The next turn connects anew."""
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None


_turns = _Turns()


@atexit.register
def _close() -> None:
    if _turns._redis is not None:
        loop.run(_turns.close(), timeout=5)


def _forget() -> None:
    global _turns
    _turns = _Turns()


# A forked child has a loop of its own, to which the parent's connection does not belong.
os.register_at_fork(after_in_child=_forget)


def limits_problem(limits: object, *, known: Mapping[str, float]) -> str:
    """What is wrong with an account's own limits, for people; "" when nothing is."""
    if not isinstance(limits, dict):
        return _("Write an object: bucket and calls a second.")
    for bucket, rate in limits.items():
        if bucket not in known:
            return _("“%(bucket)s” is no bucket of this marketplace; it has: %(known)s.") % {
                "bucket": bucket,
                "known": ", ".join(known),
            }
        if isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0:
            return _("“%(bucket)s” needs a number of calls a second above zero.") % {"bucket": bucket}
    return ""
