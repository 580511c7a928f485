"""Bringing orders in over HTTP: pull() against the naive loop, latency × connections, and SkyHub's 9 calls a second."""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import hub
from benchmarks.rounds import QUICK, rates, result, table
from benchmarks.stub import PAGE, Stub
from benchmarks.usage import measuring

NAIVE, PULL = "GET, save, DELETE in a loop", "pull"
SKYHUB = 9  #: calls a second, account and bucket
STORES = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as logs:
        measure(Draining(Stub(Path(logs))))


def measure(drain: "Draining") -> None:
    few, many, rounds = (25, 1_200, 2) if QUICK else (100, 5_000, 5)
    near = rates(
        {NAIVE: lambda: drain.naive(few), PULL: lambda: drain.pull(many, connections=32, latency=0.02)}, rounds=rounds
    )
    table("Queue, 20 ms, 32 connections", near, unit="orders/s", base=NAIVE)
    far = rates({PULL: lambda: drain.pull(2_500 if QUICK else 5_000, connections=64, latency=0.1)}, rounds=rounds // 2)
    of_far = against("Queue, 100 ms, 64 connections", far[PULL], bound=64 / (2 * 0.1), what="64 / (2 × 100 ms)")
    one = drain.rate_under_limit(stores=1, orders=100 if QUICK else 540)
    of_one = against("One store under SkyHub's limit", one, bound=SKYHUB, what="9 calls a second")
    all_ = drain.rate_under_limit(stores=STORES, orders=60 if QUICK else 540)
    of_all = against("20 stores under SkyHub's limit", all_, bound=STORES * SKYHUB, what="20 × 9 calls a second")
    polled = rates({PULL: lambda: drain.poll(3_000 if QUICK else 10_000)}, rounds=rounds // 2)
    of_polled = against("Pages, 200 ms", polled[PULL], bound=drain.calls * PAGE / 0.2, what="4 calls × 50 / 200 ms")
    result(
        vs_naive=near[PULL] / near[NAIVE],
        vs_bound=of_far,
        limit_share=of_one,
        limit_share_20=of_all,
        poll_vs_bound=of_polled,
    )


def against(title: str, rate: float, *, bound: float, what: str) -> float:
    """Print it beside its bound; its share."""
    table(title, {what: bound, PULL: rate}, unit="orders/s", base=what)
    return rate / bound


class Draining:
    """Accounts of a SkyHub that is the stub."""

    def __init__(self, stub: Stub) -> None:
        from benchmarks import poller
        from marketplaces import registry
        from marketplaces.connectors.skyhub.adapter import SkyHub

        registry.CONNECTORS["pages"] = "benchmarks.poller.Poller"
        self.stub = stub
        self.skyhub = SkyHub
        self.fetchers = SkyHub.fetchers
        self.calls = poller.CALLS
        self.accounts = [self.account(f"store-{number}") for number in range(STORES)]
        self.unlimited = self.account("bench", limits={"queues:get": 1e6, "queues:delete": 1e6})
        self.polled = self.account("pages", connector="pages")

    def account(self, key: str, **fields: Any) -> Any:
        from marketplaces.models import Account
        from orders.models import Channel

        channel = Channel.objects.create(code=key, name=key, marketplace="skyhub")
        credentials = {"email": "bench@example.com", "api_key": key, "account_manager_key": key}
        return Account.objects.create(
            **{
                "channel": channel,
                "connector": "skyhub",
                "base_url": self.stub.url,
                "credentials": credentials,
                **fields,
            }
        )

    def naive(self, orders: int) -> Callable[[], int]:
        from benchmarks.naive.drain import drain

        self.stub.reset(latency=0.02, orders=orders)
        return lambda: drain(self.unlimited)

    def pull(self, orders: int, *, connections: int, latency: float) -> Callable[[], int]:
        """Half of the connections fetch, the other half acknowledge."""
        self.skyhub.fetchers = connections // 2
        self.stub.reset(latency=latency, orders=orders)
        return lambda: drained(self.unlimited, orders)

    def poll(self, orders: int) -> Callable[[], int]:
        self.stub.reset(latency=0.2, orders=orders)
        return lambda: drained(self.polled, orders)

    def rate_under_limit(self, *, stores: int, orders: int) -> float:
        """Orders a second of all stores, by the stub's clock, from the first call to the last acknowledgement."""
        self.skyhub.fetchers = self.fetchers
        self.stub.reset(latency=0.02, orders=orders, limit=SKYHUB)
        with measuring({"all": os.getpid()}) as used, ThreadPoolExecutor(stores) as pool:
            list(pool.map(lambda account: drained(account, orders), self.accounts[:stores]))
        seen = self.stub.seen()["shops"].values()
        print(f"\n  429: {sum(shop.get('refused', 0) for shop in seen)}")
        print(f"  processors in use, the stub's included: {used.cpu['all'] / used.seconds:.2f} of {os.cpu_count()}")
        return sum(shop["acknowledged"] / shop["seconds"] for shop in seen)


def drained(account: Any, orders: int) -> int:
    """Pull until all have come; as often as beat would have to."""
    from django.db import connection

    from marketplaces.inbound import pull

    done = 0
    while done < orders:
        pulled = pull(account)
        assert pulled.quarantined == 0, "the stub's orders can be read"
        done += pulled.fetched
    connection.close()
    return done


if __name__ == "__main__":
    hub.run(main)
