"""FakeMarketplace: a marketplace inside this process, to test the engine with. It can be told to fail."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from marketplaces.adapter import Adapter, Fetched, Outgoing
from marketplaces.errors import Rejected, Unsupported
from orders.snapshot import OrderSnapshot


@dataclass(eq=False)
class Entry:
    """A place in the queue."""

    fetched: Fetched
    leased: bool = False


@dataclass(eq=False)
class Shop:
    """What the marketplace knows: a queue with leases, and the updates that it was told."""

    latency: float = 0.0
    queue: list[Entry] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)  #: (order code, kind), in the order of their arrival
    applied: set[int] = field(default_factory=set)  #: ids of the updates
    readable: dict[str, OrderSnapshot] = field(default_factory=dict)  #: by raw body, what `parse` makes of it
    calls: list[str] = field(default_factory=list)
    #: What the next calls of a name raise; None for a call that goes well.
    next: dict[str, deque[Exception | None]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Exception] = field(default_factory=dict)

    def put(self, *snapshots: OrderSnapshot) -> None:
        for snapshot in snapshots:
            raw = f'{{"code": "{snapshot.code}", "at": "{snapshot.updated_at.isoformat()}"}}'
            self.readable[raw] = snapshot
            self._enqueue(Fetched(raw=raw, external_id=snapshot.code, snapshot=snapshot, receipt=snapshot.code))

    def put_unreadable(self, raw: str, *, code: str, problem: str = "items: there is none") -> None:
        self._enqueue(Fetched(raw=raw, external_id=code, problem=problem, receipt=code))

    def _enqueue(self, fetched: Fetched) -> None:
        self.queue.append(Entry(fetched))

    def end_leases(self) -> None:
        for entry in self.queue:
            entry.leased = False

    @property
    def waiting(self) -> list[str]:
        """Codes that are still in the queue, leased or not."""
        return [entry.fetched.receipt for entry in self.queue]

    async def call(self, name: str) -> None:
        self.calls.append(name)
        await asyncio.sleep(self.latency)
        error = self.next[name].popleft() if self.next[name] else self.always.get(name)
        if error is not None:
            raise error


SHOPS: dict[str, Shop] = {}


class FakeMarketplace(Adapter):
    label = "Fake marketplace"
    base_url = "https://fake.invalid"
    credential_fields = {"key": "Key"}
    limits = {"all": 10_000.0}
    pull_name = "Fake queue draining"
    fetchers = 8

    @property
    def shop(self) -> Shop:
        return SHOPS[self.connection.base_url]

    async def fetch(self, cursor: str) -> AsyncIterator[Fetched]:
        while True:
            await self.shop.call("fetch")
            entry = next((entry for entry in self.shop.queue if not entry.leased), None)
            if entry is None:
                return
            entry.leased = True
            yield entry.fetched

    async def acknowledge(self, receipt: str) -> None:
        await self.shop.call("acknowledge")
        self.shop.queue = [entry for entry in self.shop.queue if entry.fetched.receipt != receipt]
        self.shop.acknowledged.append(receipt)

    def parse(self, raw: str, *, seen_at: datetime) -> Fetched:
        snapshot = self.shop.readable.get(raw)
        return Fetched(raw=raw, external_id="", snapshot=snapshot, problem="" if snapshot else "items: there is none")

    async def read(self, code: str) -> Fetched:
        await self.shop.call("read")
        for raw, snapshot in self.shop.readable.items():
            if snapshot.code == code:
                return Fetched(raw=raw, external_id=code, snapshot=snapshot)
        raise Rejected("There is no such order.", code="404")

    async def push(self, update: Outgoing) -> str:
        await self.shop.call("push")
        if update.kind == "DELIVERY_FAILED":
            raise Unsupported("There is no call for that.")
        self.take(update)
        await self.shop.call("answer")
        return "OK"

    def take(self, update: Outgoing) -> None:
        self.shop.applied.add(update.update_id)
        self.shop.told.append((update.code, update.kind))

    async def is_applied(self, update: Outgoing) -> bool:
        await self.shop.call("is_applied")
        return update.update_id in self.shop.applied

    async def check(self) -> None:
        await self.shop.call("check")
