"""Rings the worker when a channel has something to be told. A ring may get lost: the sweep finds its updates."""

import logging
import threading
import time

from marketplaces.tasks import push_channel

logger = logging.getLogger(__name__)

#: Seconds in which a channel is rung at once and then once more for all that came meanwhile.
TOGETHER = 0.2
#: Seconds without ringing after a ring that failed: a frozen broker takes a second of somebody's request each time.
REST = 5.0
#: Seconds after which a ring that nobody heard is void; the sweep has been there several times.
EXPIRES = 30.0


class Doorbell:
    """One per process; any thread may ring."""

    def __init__(self) -> None:
        self.failed = 0  #: rings lost since the process started
        self._lock = threading.Lock()
        self._told = False
        self._quiet_until = 0.0
        self._windows: dict[
            int, tuple[float, bool]
        ] = {}  # by channel: its end, and whether a second ring is on its way

    def ring(self, channel_id: int) -> None:
        """Have the channel's updates pushed soon. Takes a second at most, whatever the broker does; never raises."""
        delay = self._delay(channel_id)
        if delay is None:
            return
        try:
            push_channel.apply_async(kwargs={"channel_id": channel_id}, countdown=delay, expires=EXPIRES)
            self._told = False
        except Exception as error:
            self._rest(error)

    def _delay(self, channel_id: int) -> float | None:
        """Seconds until the worker shall start; None when this ring is not needed."""
        now = time.monotonic()
        with self._lock:
            if now < self._quiet_until:
                self.failed += 1
                return None
            end, second_rung = self._windows.get(channel_id, (0.0, False))
            if now >= end:
                self._windows[channel_id] = (now + TOGETHER, False)
                return 0.0
            self._windows[channel_id] = (end, True)
            # The second ring is heard when the window is over, so it stands for every later one in it.
            return None if second_rung else end - now

    def _rest(self, error: Exception) -> None:
        with self._lock:
            self.failed += 1
            self._quiet_until = time.monotonic() + REST
            told, self._told = self._told, True
        if not told:
            logger.warning("doorbell.unheard the sweep will deliver (%s lost so far): %r", self.failed, error)


doorbell = Doorbell()
