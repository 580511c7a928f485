"""How much of its rate limits each account uses: how far ahead turns are taken, as limits.py keeps them in Redis."""

from collections.abc import Sequence

import redis
from django.conf import settings

from marketplaces.models import Account

#: A frozen broker costs whoever asks no more.
REDIS_SECONDS = 0.25

Bucket = tuple[Account, str, float]  #: account, name, calls a second


def buckets_of(accounts: Sequence[Account]) -> list[Bucket]:
    return [(account, name, rate) for account in accounts for name, rate in account.effective_limits.items()]


def waits(buckets: Sequence[Bucket]) -> list[float]:
    """Seconds that the next call of each would wait for its turn; nothing at all while Redis is away."""
    if not buckets:
        return []
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as client:
            turns = client.mget([f"limit:{account.pk}:{name}" for account, name, _rate in buckets])
            seconds, microseconds = client.time()
    except (redis.RedisError, OSError):
        return []
    now = seconds * 1_000_000 + microseconds
    return [max(0.0, (int(turn or 0) - now) / 1e6) for turn in turns]
