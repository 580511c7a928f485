"""Rings a worker when there is something to do. A ring may get lost: the sweeps find what it was for."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import Task
from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)

#: A ring may be sent ahead of its time by so much at most: a message that a worker holds for longer than the broker's
#: visibility timeout (300 s) is given to a second one.
AHEAD = timedelta(minutes=4)
#: Seconds in which one is rung for at once and then once more for all that came meanwhile.
TOGETHER = 0.2
#: Seconds: RabbitMQ delays by whole ones, and Celery raises for less.
SHORTEST = 1.0
#: Seconds without ringing after a ring that failed: a frozen broker takes a second of somebody's request each time.
REST = 5.0
#: Seconds after which beat's own messages are void: they have been sent again many times. Whether they are, the hearer
#: decides by its own clock: clocks may differ by a minute, or a worker would throw every one away.
EXPIRES = 90.0
#: Seconds after which a ring is void. Late, it is as good as new: where rings wait for longer than they live, workers
#: do nothing but throw them away, and as many come again.
RING_EXPIRES = 900.0


class Doorbell:
    """One per task and process; any thread may ring. The task takes one id, in the argument `names`.

    `answered` tells of an id that somebody is at it who will look again before going: there is no need to ring.
    """

    def __init__(
        self, task: "Task[Any, Any]", *, names: str, answered: Callable[[int], bool] = lambda _: False
    ) -> None:
        self.task = task
        self.names = names
        self.answered = answered
        self.failed = 0  #: rings lost since the process started
        self._lock = threading.Lock()
        self._told = False
        self._quiet_until = 0.0
        self._windows: dict[int, tuple[float, bool]] = {}  # by id: its end, and whether a second ring is on its way

    def ring(self, pk: int) -> None:
        """Have the task run for it soon.

        A frozen broker holds a request for about a second, a worker for longer (config/brokers.py); REST follows.
        """
        delay = self._delay(pk)
        if delay is not None and not self.answered(pk):
            self._send(pk, delay)

    def ring_at(self, pk: int, at: datetime) -> None:
        """Have it run at this moment. One that lies further AHEAD is not rung for: beat announces it in time."""
        left = at - timezone.now()
        if left <= timedelta(0):
            self.ring(pk)
        elif left <= AHEAD and not self._is_quiet():
            self._send(pk, left.total_seconds())

    def _send(self, pk: int, delay: float) -> None:
        if delay and settings.CELERY_TASK_DEFAULT_QUEUE_TYPE == "quorum":
            delay = max(delay, SHORTEST)
        try:
            self.task.apply_async(kwargs={self.names: pk}, countdown=delay, expires=delay + RING_EXPIRES)
            self._told = False
        except Exception as error:
            self._rest(error)

    def _is_quiet(self) -> bool:
        with self._lock:
            quiet = time.monotonic() < self._quiet_until
            self.failed += quiet
            return quiet

    def _delay(self, pk: int) -> float | None:
        """Seconds until the worker shall start; None when this ring is not needed."""
        if self._is_quiet():
            return None
        now = time.monotonic()
        with self._lock:
            end, second_rung = self._windows.get(pk, (0.0, False))
            if now >= end:
                self._windows[pk] = (now + TOGETHER, False)
                return 0.0
            self._windows[pk] = (end, True)
            # The second ring is heard when the window is over, so it stands for every later one in it.
            return None if second_rung else end - now

    def _rest(self, error: Exception) -> None:
        with self._lock:
            self.failed += 1
            self._quiet_until = time.monotonic() + REST
            told, self._told = self._told, True
        if not told:
            logger.warning("doorbell.unheard the sweep will deliver (%s lost so far): %r", self.failed, error)
