"""Waiting for a change without holding up the rest: a bounded number of requests may, each for a bounded time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

#: Seconds. Looking costs two index look-ups; docs/decisions/0015 tells why nobody is notified instead.
LOOK_EVERY = 0.2

_places = threading.BoundedSemaphore(settings.API_WAITERS)


@contextmanager
def place() -> Iterator[bool]:
    """One of this process's places to wait in; False when all are taken."""
    taken = _places.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _places.release()


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Look again and again, and return when it is true, or time is up."""
    deadline = time.monotonic() + seconds
    while not condition() and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(LOOK_EVERY, left))
