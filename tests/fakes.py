"""FakeMarketplace: a marketplace inside this process, to test the engine with. It can be told to fail."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from marketplaces import signature
from marketplaces.adapter import Adapter, Connection, Fetched, Outgoing
from marketplaces.concurrently import each
from marketplaces.crossing import Grant, Listed, Reached, Ring, Webhook
from marketplaces.errors import Rejected, Unauthorized, Unsupported
from marketplaces.windows import windows
from orders.models import ChannelUpdate
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
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)  #: the windows that a poller listed
    tokens: int = 0  #: how many pairs were given; the last one is valid
    lifetime: timedelta = timedelta(hours=4)  #: of an access token
    #: What the next calls of a name raise; None for a call that goes well.
    next: dict[str, deque[Exception | None]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Exception] = field(default_factory=dict)

    def put(self, *snapshots: OrderSnapshot) -> None:
        for snapshot in snapshots:
            raw = f'{{"code": "{snapshot.code}", "at": "{snapshot.updated_at.isoformat()}"}}'
            self.readable[raw] = snapshot
            self._enqueue(Fetched(raw=raw, external_id=snapshot.code, snapshot=snapshot, receipt=snapshot.code))

    def knows(self, *snapshots: OrderSnapshot) -> None:
        """These can be listed and read, and stand in no queue."""
        for snapshot in snapshots:
            self.put(snapshot)
            self.queue.pop()

    def grant(self) -> Grant:
        """The next pair; the one before is void."""
        self.tokens += 1
        return Grant(
            access_token=f"access-{self.tokens}",
            refresh_token=f"refresh-{self.tokens}",
            expires_at=timezone.now() + self.lifetime,
        )

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
    tells = frozenset(ChannelUpdate.Kind) - {ChannelUpdate.Kind.DELIVERY_FAILED}
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
        await self.shop.call(f"read {code}")
        for raw, snapshot in reversed(self.shop.readable.items()):
            if snapshot.code == code:
                # As marketplaces do: seen when it was asked for.
                return Fetched(raw=raw, external_id=code, snapshot=replace(snapshot, seen_at=timezone.now()))
        raise Rejected("There is no such order.", code="404")

    async def push(self, update: Outgoing) -> str:
        await self.shop.call("push")
        if update.kind not in self.tells:
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


class FakePoller(FakeMarketplace):
    """Lists what changed in a window and reads each order by itself; it has tokens, webhooks and a list of orders."""

    label = "Fake poller"
    credential_fields = {"key": "Key", "webhook_key": "Webhook key", "old_webhook_key": "Old webhook key"}
    optional_credentials = ("old_webhook_key",)
    pull_name = "Fake polling"
    fetchers = 1
    readers = 4
    overlap = timedelta(minutes=10)
    longest = timedelta(days=1)

    async def fetch(self, cursor: str) -> AsyncIterator[Fetched | Reached]:
        for window in windows(
            cursor, now=datetime.now(UTC), overlap=self.overlap, longest=self.longest, look_back=timedelta(days=2)
        ):
            await self.shop.call("list")
            self.shop.asked.append((window.start, window.end))
            newest = {snapshot.code: snapshot.updated_at for snapshot in self.shop.readable.values()}
            codes = [code for code, at in newest.items() if window.start <= at <= window.end]
            async with aclosing(each(codes, self.read, at_most=self.readers)) as orders:
                async for fetched in orders:
                    yield fetched
            yield window.reached

    async def listed(self, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
        await self.shop.call("listed")
        for snapshot in {snapshot.code: snapshot for snapshot in self.shop.readable.values()}.values():
            if since <= snapshot.placed_at <= until:
                yield Listed(code=snapshot.code, status=snapshot.status)

    @classmethod
    def verify(cls, connection: Connection, webhook: Webhook) -> Ring:
        keys = [connection.credentials.get(name, "") for name in ("webhook_key", "old_webhook_key")]
        signature.demand(webhook.headers.get("authorization", ""), webhook.body, keys=keys)
        shop_id, _, codes = webhook.body.decode().partition(":")
        return Ring(codes=tuple(codes.split(",")) if codes else (), shop_id=shop_id)

    @classmethod
    def authorization_url(cls, connection: Connection, *, state: str, return_url: str) -> str:
        return f"{connection.base_url}/authorize?state={state}&return={return_url}"

    async def exchange(self, answer: Mapping[str, str]) -> Grant:
        await self.shop.call("exchange")
        if answer.get("code") != "right":
            raise Rejected("The code is not valid any more.")
        return replace(
            self.shop.grant(), shop_id=answer["shop_id"], authorized_until=timezone.now() + timedelta(days=365)
        )

    async def refresh(self, refresh_token: str) -> Grant:
        await self.shop.call("refresh")
        if refresh_token != f"refresh-{self.shop.tokens}":
            raise Unauthorized("Invalid refresh_token.")
        return self.shop.grant()

    async def check(self) -> None:
        await self.with_token(self._check)

    async def _check(self, token: str) -> None:
        await self.shop.call("check")
        if token != f"access-{self.shop.tokens}":
            raise Unauthorized("Invalid access_token.")
