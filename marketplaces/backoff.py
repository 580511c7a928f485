"""When to try again. Full jitter: a moment between now and the step, so that many failures do not return together."""

import random

MINUTE = 60
HOUR = 60 * MINUTE

#: Seconds, after the first, second, … attempt. The last one repeats.
STEPS = (
    5,  # at most 5 s after the first attempt
    15,  # 20 s
    MINUTE,  # 1 min 20 s
    3 * MINUTE,  # 4 min
    10 * MINUTE,  # 14 min
    30 * MINUTE,  # 44 min
    HOUR,  # 1 h 44 min, and so on, every hour
)
#: Seconds since the first attempt after which a person must look: three days cover a weekend.
GIVE_UP_AFTER = 72 * HOUR


def seconds(attempts: int) -> float:
    """How long to wait after this many attempts (one or more)."""
    return random.uniform(0, STEPS[min(max(attempts, 1), len(STEPS)) - 1])  # noqa: S311 - spreads load, guards nothing
