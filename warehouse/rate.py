"""How often a key may call: one GCRA per key in Redis for all web processes, a local one while Redis is away."""

import logging
import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from marketplaces.limits import LOCAL_SHARE, REDIS_REST, REDIS_SECONDS
from orders.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

#: Seconds in which a key may use its whole quota at once.
WINDOW = 60
POLICY = "key"

# KEYS: the bucket. ARGV, in microseconds: what one request uses up, and the window. Answers how much of the window is
# used up after this request, or minus the wait when it is refused.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local used = math.max(0, tonumber(redis.call('GET', KEYS[1]) or 0) - now) + ARGV[1]
if used > tonumber(ARGV[2]) then return string.format('%.0f', ARGV[2] - used) end
redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', math.ceil(used / 1000) + 1000)
return string.format('%.0f', used)
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """`used` is the share of the window, in seconds; `wait` seconds are to pass first when the request is refused."""

    used: float
    wait: float = 0.0


class Bucket:
    """Takes turns; any thread may ask. Redis is asked once per turn, and left alone for a while when it is away."""

    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._take = self._redis.register_script(TAKE)
        self._ask_again_at = 0.0
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def take(self, name: str, *, cost: float) -> Turn:
        """`cost` in seconds of the window."""
        answer = self._ask(name, cost)
        if answer is None:
            answer = self._count(name, cost / LOCAL_SHARE)
        return Turn(answer) if answer > 0 else Turn(WINDOW, -answer)

    def _ask(self, name: str, cost: float) -> float | None:
        if time.monotonic() < self._ask_again_at:
            return None
        try:
            answer = self._take(keys=[name], args=[round(cost * 1e6), round(WINDOW * 1e6)])
        except (redis.RedisError, OSError) as error:
            if not self._ask_again_at:
                logger.warning("rate.local Redis does not answer (%s): each process counts for itself", error)
            self._ask_again_at = time.monotonic() + REDIS_REST
            return None
        if self._ask_again_at:
            logger.warning("rate.shared Redis answers again")
            self._ask_again_at = 0.0
        return int(answer) / 1e6

    def _count(self, name: str, cost: float) -> float:
        now = time.monotonic()
        with self._lock:
            used = max(0.0, self._free_at.get(name, 0.0) - now) + cost
            if used > WINDOW:
                return WINDOW - used
            self._free_at[name] = now + used
            return used


bucket = Bucket()


class PerKey(BaseThrottle):
    """Says in every answer how much is left (draft-ietf-httpapi-ratelimit-headers-10)."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        quota = settings.API_REQUESTS_PER_MINUTE
        if not quota or not isinstance(request.auth, ApiKey):
            return True
        turn = bucket.take(f"api:{request.auth.pk}", cost=WINDOW / quota)
        left = int((WINDOW - turn.used) * quota / WINDOW)
        again = math.ceil(turn.wait or turn.used)
        view.headers["RateLimit-Policy"] = f'"{POLICY}";q={quota};w={WINDOW}'
        view.headers["RateLimit"] = f'"{POLICY}";r={left};t={again}'
        self._wait = turn.wait
        return not turn.wait

    def wait(self) -> float:
        return self._wait
