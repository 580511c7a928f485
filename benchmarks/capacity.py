"""What one order costs through its whole life, and what that means: stores per core, and ten million orders a day.

Real web, worker and beat against a stub. `WRITE=1` puts the tables into docs/capacity.md.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from benchmarks import hub
from benchmarks.rounds import QUICK, result
from benchmarks.stub import Stub
from benchmarks.usage import Used, database_bytes, measuring, postgres_pid, redis_pid, until
from config.running import roles
from config.running.ports import free_port
from config.running.processes import Group, wait_ready

ORDERS, STORES = (150, 20) if QUICK else (4_000, 40)
PULL_EVERY = 5  #: seconds, here
REST_SECONDS = 10 if QUICK else 60
HANDS = 8  #: requests of the warehouse at the same time
SERVERS = ("web", "worker", "beat", "database", "broker")

#: The model: the busiest hour of a day has so many times its average, and processors are planned to be so busy then.
PEAK = 3.0
BUSY = 0.6
PER_DAY = 10_000_000
#: Seconds between two looks at a store's queue, and orders a day of a middling store.
LOOK_EVERY = 15
STORE_PER_DAY = 500
KEPT_DAYS = 365
DOCUMENT = Path(__file__).parent.parent / "docs/capacity.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        logs = Path(name)
        logs.chmod(0o755)
        os.environ |= {"PULL_SECONDS": str(PULL_EVERY), "API_REQUESTS_PER_MINUTE": "0"}
        stub = Stub(logs)
        port = free_port()
        env = {**os.environ, "LOG_LEVEL": "INFO"}
        web = roles.web(port=port, env=env, logs=logs)
        worker = roles.worker(env=env, logs=logs)
        beat = roles.beat(env=env, logs=logs, schedule=logs / "beat")
        with Group() as group:
            group.start(web, worker, beat)
            wait_ready([web, worker, beat], timeout=240)
            pids = {"web": web.pid, "worker": worker.pid, "beat": beat.pid}
            pids |= {"database": postgres_pid(), "broker": redis_pid(os.environ["REDIS_URL"])}
            report(Life(stub, f"http://127.0.0.1:{port}/api/v1", pids))


class Life:
    """Of ORDERS orders, phase after phase."""

    def __init__(self, stub: Stub, api_url: str, pids: Mapping[str, int]) -> None:
        from tests.factories import make_api_key

        self.stub, self.pids = stub, pids
        self.key = {"Authorization": f"Bearer {make_api_key()}"}
        self.api_url = api_url
        self.bytes = 0
        self.quiet = Used()
        self.position = ""

    def phases(self) -> dict[str, Used]:
        self.connect("warm", ORDERS // 10)
        self.intake("warm")
        self.work()
        self.quiet = self.measured(lambda: time.sleep(REST_SECONDS))
        before = database_bytes()
        self.connect("measured", ORDERS)
        used = {"Pulled, stored, acknowledged": self.measured(lambda: self.intake("measured"))}
        used["Read by the warehouse: feed, and each whole"] = self.measured(self.read)
        used["Invoiced, shipped, delivered, told thrice"] = self.measured(self.work)
        used["Those changes read from the feed"] = self.measured(self.follow)
        self.bytes = database_bytes() - before
        return used

    def measured(self, work: Callable[[], None]) -> Used:
        """Without what all of it uses while nothing happens."""
        with measuring(self.pids) as used:
            work()
        for name, seconds in self.quiet.cpu.items():
            used.cpu[name] = max(0.0, used.cpu[name] - seconds / self.quiet.seconds * used.seconds)
        return used

    def rest(self) -> Used:
        """STORES accounts without orders, each looked at every PULL_EVERY seconds."""
        for number in range(STORES):
            self.connect(f"empty-{number}", 0)
        return self.measured(lambda: time.sleep(REST_SECONDS))

    def connect(self, code: str, orders: int) -> None:
        from marketplaces.connectors.skyhub.adapter import SkyHub
        from marketplaces.models import Account
        from orders.models import Channel

        if orders:
            self.stub.reset(orders=orders)
        credentials = {"email": "bench@example.com", "api_key": code, "account_manager_key": code}
        if not orders:
            credentials["api_key"] = "warm"  # whose queue is empty by now
        channel = Channel.objects.create(code=code, name=code, marketplace="skyhub")
        Account.objects.create(
            channel=channel,
            connector="skyhub",
            base_url=self.stub.url,
            credentials=credentials,
            limits=dict.fromkeys(SkyHub.limits, 1e6),
        )

    def intake(self, code: str) -> None:
        until(lambda: self.stub.seen()["shops"].get(code, {}).get("acknowledged", 0) >= self.orders(code).count() > 0
              and self.orders(code).count() >= (ORDERS if code == "measured" else ORDERS // 10))  # fmt: skip

    def orders(self, code: str) -> Any:
        from orders.models import Order

        return Order.objects.filter(channel__code=code)

    def read(self) -> None:
        self.follow()
        self.hands(lambda api, pk: api.get(f"/orders/{pk}"), self.orders("measured"))

    def follow(self) -> None:
        """The feed, from where it was left."""
        with self.client() as api:
            more = True
            while more:
                page = api.get("/changes", params={"after": self.position or "0-0", "limit": 100}).json()
                self.position, more = page["next"], page["more"]

    def work(self) -> None:
        """What the warehouse does with each approved order; until the marketplace was told all of it."""
        from orders.models import ChannelUpdate, Order

        self.hands(self.handle, Order.objects.filter(status="APPROVED"))
        until(lambda: not ChannelUpdate.objects.filter(state__in=["PENDING", "FAILED"]).exists())

    @staticmethod
    def handle(api: httpx.Client, pk: int) -> None:
        from tests.factories import make_access_key

        api.put(f"/orders/{pk}/invoice", json={"access_key": make_access_key()}).raise_for_status()
        body = {"tracking_code": f"BR{pk:09d}BR", "carrier": "Correios"}
        api.post(f"/orders/{pk}/shipments", json=body).raise_for_status()
        api.put(f"/orders/{pk}/delivery", json={}).raise_for_status()

    def hands(self, work: Callable[[httpx.Client, int], object], orders: Any) -> None:
        ids = list(orders.values_list("pk", flat=True))
        with self.client() as api, ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(lambda pk: work(api, pk), ids))

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api_url, headers=self.key, timeout=60)


def report(life: Life) -> None:
    phases = life.phases()
    at_rest = life.rest()
    cost = {name: sum(used.cpu[name] for used in phases.values()) / ORDERS for name in SERVERS}
    look = {name: at_rest.cpu[name] * PULL_EVERY / (STORES * at_rest.seconds) for name in SERVERS}
    wal = sum(used.wal for used in phases.values()) / ORDERS
    idle = sum(life.quiet.cpu.values()) / life.quiet.seconds
    lines = [*costs(phases, cost, look), "", *model(cost, look, wal=wal, size=life.bytes / ORDERS)]
    rates = [f"{name}: {ORDERS / used.seconds:,.0f} orders/s" for name, used in phases.items()]
    shared = f"Measured with {ORDERS:,} orders on {os.cpu_count()} cores that all of it and the load shared"
    lines += ["", f"{shared}; at rest it uses {idle:.0%} of a core. {'; '.join(rates)}."]
    print("\n" + "\n".join(lines))
    if os.environ.get("WRITE") == "1":
        text = DOCUMENT.read_text()
        DOCUMENT.write_text(
            re.sub(r"(?<=<!-- measured -->\n).*(?=<!-- end -->)", "\n".join(lines) + "\n", text, flags=re.S)
        )
    result(
        order_cpu_ms=1000 * sum(cost.values()),
        database_share=cost["database"] / sum(cost.values()),
        order_kb=life.bytes / ORDERS / 1000,
        wal_kb=wal / 1000,
        look_cpu_ms=1000 * sum(look.values()),
    )


def costs(phases: Mapping[str, Used], cost: Mapping[str, float], look: Mapping[str, float]) -> list[str]:
    head = ["| Processor milliseconds | " + " | ".join(SERVERS) + " | all |", "|---" * (len(SERVERS) + 2) + "|"]
    rows = {title: {name: used.cpu[name] / ORDERS for name in SERVERS} for title, used in phases.items()}
    rows |= {"**An order's whole life**": dict(cost), "A look at a store's empty queue": dict(look)}
    return head + [
        f"| {title} | "
        + " | ".join(f"{1000 * row[name]:.2f}" for name in SERVERS)
        + f" | {1000 * sum(row.values()):.2f} |"
        for title, row in rows.items()
    ]


def model(cost: Mapping[str, float], look: Mapping[str, float], *, wal: float, size: float) -> list[str]:
    """Both tables of what follows from the costs."""
    a_day = 86_400 * BUSY
    store = sum(cost.values()) * STORE_PER_DAY * PEAK + sum(look.values()) * 86_400 / LOOK_EVERY
    peak = PER_DAY / 86_400 * PEAK
    stores = PER_DAY / STORE_PER_DAY
    lines = [
        f"| With a peak hour {PEAK:.0f} × the average, and processors {BUSY:.0%} busy in it | |",
        "|---|---|",
        f"| orders a day per core, all servers together | {a_day / sum(cost.values()) / PEAK:,.0f} |",
        f"| stores of {STORE_PER_DAY} orders a day per core | {a_day / store:,.0f} |",
        f"| **{PER_DAY:,} orders a day**: orders a second in the peak hour | {peak:,.0f} |",
    ]
    for name in SERVERS:
        cores = (peak * cost[name] + stores / LOOK_EVERY * look[name]) / BUSY
        lines.append(f"| … cores for {name} | {cores:,.1f} |")
    return [
        *lines,
        f"| … WAL in the peak hour | {peak * wal / 1e6:,.1f} MB/s |",
        f"| … the database after {KEPT_DAYS} days | {PER_DAY * KEPT_DAYS * size / 1e12:,.1f} TB |",
        f"| an order in the database, with indexes, messages, events and attempts | {size / 1000:,.1f} kB |",
    ]


if __name__ == "__main__":
    hub.run(main)
