"""The asynchronous half of a pull: fetchers bring orders in, ackers acknowledge what was committed."""

import asyncio
import contextlib
import logging
import queue
import time
from collections.abc import AsyncGenerator, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import cast

from marketplaces import loop
from marketplaces.adapter import Adapter, Fetched
from marketplaces.crossing import Reached
from marketplaces.errors import Throttled
from marketplaces.stopping import stopping

logger = logging.getLogger(__name__)

#: Seconds from one take to the next, unless ENOUGH have arrived before: under a marketplace's limit orders trickle in,
#: and a commit for each would cost more than what they wait together.
GATHER = 0.25
ENOUGH = 50
#: Orders that may be leased from the marketplace and not yet acknowledged.
WINDOW = 500
#: Seconds: no more are fetched while the oldest waits this long for its acknowledgement.
STOP_FETCHING = 60
#: Seconds: later it is left to the marketplace to send it again. SkyHub's lease is 300, and an acknowledgement that
#: comes after it can take a newer message of the same order out of the queue.
TOO_LATE = 240
#: Seconds after the end of fetching until which acknowledgements may still be sent.
ACK_SECONDS = 60
#: Seconds more for a poller in the middle of a window: broken off, it would have to be fetched again from its start.
WINDOW_SECONDS = 150


@dataclass(eq=False, slots=True)
class Arrival:
    fetched: Fetched | Reached
    at: float = field(default_factory=time.monotonic)

    @property
    def receipt(self) -> str:
        return self.fetched.receipt if isinstance(self.fetched, Fetched) else ""


class Drain:
    """One run over what a marketplace has. Made and used by one thread; its coroutines run on marketplaces.loop."""

    def __init__(self, adapter: Adapter, cursor: str, *, seconds: float) -> None:
        self.adapter = adapter
        self.cursor = cursor
        self.acknowledged = 0
        self.error: Exception | None = None  #: the first that ended the fetching
        self._fetch_until = time.monotonic() + seconds
        self._arrived: queue.SimpleQueue[Arrival | None] = queue.SimpleQueue()
        self._committed: asyncio.Queue[Arrival | None] = asyncio.Queue()
        self._open: dict[Arrival, None] = {}  # fetched, not acknowledged; oldest first
        self._moved = asyncio.Condition()
        self._ended = False
        self._fetchers = 0
        self._taken_at = 0.0

    def start(self) -> None:
        self._fetching = loop.submit(self._fetch())
        self._acking = loop.submit(self._acknowledge_all())

    def take(self, limit: int, *, wait: float) -> list[Arrival] | None:
        """What has arrived, at most `limit`; [] when nothing did for `wait` seconds, None when no more will."""
        batch: list[Arrival] = []
        with contextlib.suppress(queue.Empty):
            while len(batch) < limit:
                arrival = self._arrived.get(timeout=self._gathering(len(batch)) if batch else wait)
                if arrival is None:
                    self._arrived.put(None)
                    return batch or None
                batch.append(arrival)
        self._taken_at = time.monotonic()
        return batch

    def _gathering(self, arrived: int) -> float:
        """Seconds to wait for more."""
        return 0.0 if arrived >= ENOUGH else max(0.0, self._taken_at + GATHER - time.monotonic())

    def committed(self, batch: Iterable[Arrival]) -> None:
        """These are durable: they may be acknowledged."""
        loop.loop().call_soon_threadsafe(self._put_committed, batch)

    def finish(self) -> Future[None]:
        """Nothing more will be committed. Done when the last acknowledgement is."""
        loop.submit(self._end())
        return self._acking

    def _put_committed(self, batch: Iterable[Arrival]) -> None:
        for arrival in batch:
            self._committed.put_nowait(arrival)

    async def _end(self) -> None:
        await self._stop()
        for _ in range(self.adapter.fetchers):
            self._committed.put_nowait(None)

    async def _fetch(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._start_fetcher(group)
        self._arrived.put(None)

    def _start_fetcher(self, group: asyncio.TaskGroup) -> None:
        if self._fetchers < self.adapter.fetchers and not self._ended and self._is_time():
            self._fetchers += 1
            group.create_task(self._run_fetcher(group))

    async def _run_fetcher(self, group: asyncio.TaskGroup) -> None:
        """Every order that arrives starts one more fetcher: an empty queue costs one call, a full one soon has all."""
        try:
            # Closed at once when it is left early: it may have calls on their way.
            async with contextlib.aclosing(self._generator()) as orders:
                async for fetched in orders:
                    arrival = self._arrive(fetched)
                    self._start_fetcher(group)
                    if not await self._may_go_on(arrival):
                        break
        except Exception as error:
            self.error = self.error or error
        await self._stop()

    def _generator(self) -> AsyncGenerator[Fetched | Reached, None]:
        return cast(AsyncGenerator[Fetched | Reached, None], self.adapter.fetch(self.cursor))

    def _arrive(self, fetched: Fetched | Reached) -> Arrival:
        arrival = Arrival(fetched)
        self._open[arrival] = None
        self._arrived.put(arrival)
        return arrival

    async def _may_go_on(self, last: Arrival) -> bool:
        async with self._moved:
            await self._moved.wait_for(lambda: self._ended or self._has_room())
        in_a_window = isinstance(last.fetched, Fetched) and not last.receipt
        return not self._ended and self._is_time(WINDOW_SECONDS if in_a_window else 0)

    def _is_time(self, more: float = 0) -> bool:
        return time.monotonic() < self._fetch_until + more and not stopping.is_set()

    def _has_room(self) -> bool:
        oldest = next(iter(self._open), None)
        return oldest is None or (len(self._open) < WINDOW and time.monotonic() - oldest.at < STOP_FETCHING)

    async def _stop(self) -> None:
        self._ended = True
        async with self._moved:
            self._moved.notify_all()

    async def _acknowledge_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self.adapter.fetchers):
                group.create_task(self._run_acker())

    async def _run_acker(self) -> None:
        while (arrival := await self._committed.get()) is not None:
            if arrival.receipt:
                await self._acknowledge(arrival)
            del self._open[arrival]
            async with self._moved:
                self._moved.notify_all()

    async def _acknowledge(self, arrival: Arrival) -> None:
        too_late = min(arrival.at + TOO_LATE, self._fetch_until + ACK_SECONDS)
        try:
            while time.monotonic() < too_late:
                try:
                    await self.adapter.acknowledge(arrival.receipt)
                    self.acknowledged += 1
                    return
                except Throttled as error:
                    await asyncio.sleep(error.seconds)
        except Exception as error:
            logger.warning(
                "pull.not_acknowledged account=%s order=%s %s: %s",
                *(self.adapter.connection.account_id, arrival.receipt, type(error).__name__, error),
            )
        else:
            logger.warning("pull.too_late account=%s order=%s", self.adapter.connection.account_id, arrival.receipt)
