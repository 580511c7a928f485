"""Telling updates over HTTP, by real workers: push_channel against a task for each; how soon; what it uses at rest."""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import hub, processes
from benchmarks.rounds import QUICK, rates, result, table
from benchmarks.stub import Stub

NAIVE, PUSH = "one task for each update", "push_channel"
CONNECTIONS = 64  #: what one run of push_channel has in flight
#: Milliseconds → how many updates each side tells a round.
SIZES = (
    {0: (40, 1_500), 50: (30, 2_500), 200: (16, 1_000)}
    if QUICK
    else {0: (300, 8_000), 50: (150, 8_000), 200: (80, 3_000)}
)
SAMPLES = 15 if QUICK else 200


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        logs = Path(name)
        logs.chmod(0o755)
        push = Pushing(Stub(logs))
        with processes.hub(logs) as (worker, beat):
            push.tell(200)()
            memory = processes.resident_mb(worker)
            with processes.naive_worker(logs):
                ratios, bound = throughput(push)
            grown = processes.resident_mb(worker) / memory
            push.stub.reset()
            waits = sorted(1000 * push.wait() for _ in range(SAMPLES))
            cores = processes.idle_cores(worker, beat, seconds=6 if QUICK else 60)
    p50, p95 = median(waits), quantiles(waits, n=20)[-1]
    print(f"\n{'From commit to arrival, idle':<36}{'ms':>12}")
    print(f"  {'median':<34}{p50:>12.1f}\n  {'95 of 100':<34}{p95:>12.1f}\n  {'longest':<34}{waits[-1]:>12.1f}")
    print(f"\n  worker and beat at rest use {100 * cores:.1f} % of a core")
    print(f"  the worker's memory after all this: {grown:.2f} × that after 200 updates ({memory:.0f} MB)")
    result(
        vs_task_per_update=min(ratios.values()),
        **{f"vs_task_at_{ms}ms": ratio for ms, ratio in ratios.items()},
        vs_bound=bound,
        idle_p50_ms=p50,
        idle_p95_ms=p95,
        idle_cpu_percent=100 * cores,
        memory_growth=grown,
    )


def throughput(push: "Pushing") -> tuple[dict[int, float], float]:
    """Latency → push_channel as a multiple of the tasks; and its share of connections / latency at 50 ms."""
    ratios, bound = {}, 0.0
    for ms, (few, many) in SIZES.items():
        push.stub.reset(latency=ms / 1000)
        told = rates({NAIVE: lambda: push.naive(few), PUSH: lambda: push.tell(many)}, rounds=1 if QUICK else 3)  # noqa: B023
        table(f"Updates, {ms} ms", told, unit="updates/s", base=NAIVE)
        ratios[ms] = told[PUSH] / told[NAIVE]
        if ms == 50:
            bound = told[PUSH] / (CONNECTIONS / 0.05)
            print(f"  {'64 / 50 ms':<34}{CONNECTIONS / 0.05:>12,.1f}{'':>10}")
    return ratios, bound


class Pushing:
    """Two accounts of a SkyHub that is the stub. The naive one is paused: only its own tasks tell its updates."""

    def __init__(self, stub: Stub) -> None:
        from marketplaces.connectors.skyhub.adapter import SkyHub

        self.stub = stub
        self.numbers = count(1)
        unlimited = dict.fromkeys(SkyHub.limits, 1e6)
        self.ours = self.channel("ours", limits=unlimited)
        self.theirs = self.channel("theirs", paused_at=datetime.now(UTC))

    def channel(self, key: str, **fields: Any) -> Any:
        from marketplaces.models import Account
        from orders.models import Channel

        channel = Channel.objects.create(code=key, name=key, marketplace="skyhub")
        credentials = {"email": "bench@example.com", "api_key": key, "account_manager_key": key}
        Account.objects.create(
            channel=channel, connector="skyhub", base_url=self.stub.url, credentials=credentials, **fields
        )
        return channel

    def tell(self, size: int) -> Callable[[], int]:
        """All become due at once, and the worker is rung for."""
        from django.db.models.functions import Now

        from marketplaces.tasks import push_channel

        updates = self.updates(self.ours, size)

        def run() -> int:
            updates.update(due_at=Now())
            push_channel.apply_async(kwargs={"channel_id": self.ours.pk})
            return self.until_sent(updates)

        return run

    def naive(self, size: int) -> Callable[[], int]:
        from benchmarks.naive.push import tell

        updates = self.updates(self.theirs, size)

        def run() -> int:
            for pk in updates.values_list("pk", flat=True):
                tell.delay(pk)
            return self.until_sent(updates)

        return run

    def until_sent(self, updates: Any) -> int:
        while updates.exclude(state="SENT").exists():
            if failed := updates.filter(state="FAILED").first():
                raise AssertionError(failed.last_error)
            time.sleep(0.05)
        return int(updates.count())

    def updates(self, channel: Any, size: int) -> Any:
        """Invoices of that many orders, due tomorrow; a queryset."""
        from orders.models import ChannelUpdate, OrderEvent

        orders = self.invoiced(channel, size)
        kind = OrderEvent.Kind.INVOICED
        events = OrderEvent.objects.bulk_create(
            OrderEvent(order=order, kind=kind, before="APPROVED", after="INVOICED", by_kind="SYSTEM", data={})
            for order in orders
        )
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        rows = ChannelUpdate.objects.bulk_create(
            ChannelUpdate(
                order=event.order, channel=channel, event=event, seq=1, lane="FULFILLMENT", kind=kind, due_at=tomorrow
            )
            for event in events
        )
        return ChannelUpdate.objects.filter(pk__gte=rows[0].pk, pk__lte=rows[-1].pk)

    def invoiced(self, channel: Any, size: int) -> Any:
        from orders.models import Invoice

        orders = self.orders(channel, size, status="INVOICED")
        Invoice.objects.bulk_create(
            Invoice(order=order, access_key=f"{order.pk:044d}", number=str(order.pk), series="1") for order in orders
        )
        return orders

    def orders(self, channel: Any, size: int, **fields: Any) -> Any:
        from orders.models import Order

        at = datetime.now(UTC) - timedelta(hours=1)
        return Order.objects.bulk_create(
            Order(
                channel=channel,
                code=f"Bench-{next(self.numbers):013d}",
                placed_at=at,
                approved_at=at,
                total=Decimal("10.00"),
                **fields,
            )
            for _ in range(size)
        )

    def wait(self) -> float:
        """Seconds from the commit of one invoice to its arrival, after a while in which nothing happened."""
        from django.db import transaction

        from orders import verbs
        from orders.models import Actor
        from tests.factories import make_access_key

        time.sleep(random.uniform(0.25, 0.75))
        (order,) = self.orders(self.ours, 1, status="APPROVED")
        committed = []
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))  # the first to hear of it
            verbs.invoice(order, by=Actor.system(), access_key=make_access_key())
        while (arrived := self.stub.seen()["arrivals"].get(order.code)) is None:
            time.sleep(0.02)
        return float(arrived) - committed[0]


if __name__ == "__main__":
    hub.run(main)
