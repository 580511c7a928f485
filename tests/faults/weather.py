"""The storm: what may happen to a hub, at random but the same for the same seed."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from config.running.processes import Process
from tests.faults.disk import full_disk
from tests.hub import SKYHUB_LEASE, Hub

#: What the marketplace does wrong, and how often a call meets it while it lasts.
MARKETPLACE = (
    ("status", {"status": 429, "probability": 0.1}),
    ("status", {"status": 500, "probability": 0.1}),
    ("status", {"status": 503, "probability": 0.2}),
    ("slow", {"seconds": 1.5, "probability": 0.2}),
    ("hang", {"seconds": 3.0, "probability": 0.05}),
    ("drop", {"probability": 0.1}),
    ("apply-then-timeout", {"seconds": 3.0, "probability": 0.05}),
    ("apply-then-500", {"probability": 0.05}),
    ("garbage", {"probability": 0.05}),
    ("truncated", {"probability": 0.05}),
    ("malformed", {"probability": 0.05}),
    ("duplicate", {"method": "GET", "path": "/queues/orders$", "probability": 0.2}),
)


class Weather:
    """One fault after the other. Only from the main thread, which alone may start processes."""

    def __init__(self, hub: Hub, *, seed: int) -> None:
        self.hub = hub
        self.dice = random.Random(f"{seed} weather")
        self.met: Counter[str] = Counter()
        #: Name → how often it comes among all, and what it does.
        self.faults: dict[str, tuple[int, Callable[[], None]]] = {
            "marketplace goes wrong": (10, self.spoil_marketplace),
            "a worker is killed": (4, lambda: self.kill(self.hub.workers)),
            "a worker is deployed anew": (1, self.deploy),
            "a worker sleeps": (2, lambda: self.freeze(self.dice.choice(self.hub.workers))),
            "web is killed": (2, lambda: self.kill([self.hub.web])),
            "a beat is killed": (2, lambda: self.kill(self.hub.beats)),
            "FLUSHALL": (3, self.hub.broker.flushall),
            "broker is killed": (2, self.kill_broker),
            "broker freezes": (2, lambda: self.freeze(self.hub.valkey)),
            "broker's memory is full": (2, self.fill_broker),
            "broker's connections go deaf": (2, self.hub.wire.deafen),
            "broker's connections are cut": (1, self.hub.wire.cut),
            "database crashes": (1, self.hub.crash_database),
            "database's disk is full": (1, self.fill_disk),
            "time passes at the marketplace": (2, lambda: self.hub.sandbox.advance(self.dice.uniform(1, 30))),
            "leases end at the marketplace": (1, lambda: self.hub.sandbox.advance(SKYHUB_LEASE)),
        }

    def blow(self, seconds: float, *, pause: tuple[float, float]) -> None:
        until = time.monotonic() + seconds
        names = list(self.faults)
        weights = [weight for weight, _ in self.faults.values()]
        while time.monotonic() < until:
            (name,) = self.dice.choices(names, weights)
            self.met[name] += 1
            self.faults[name][1]()
            self.wake_the_dead()
            time.sleep(self.dice.uniform(*pause))
        self.clear_up()

    def clear_up(self) -> None:
        self.hub.sandbox.clear_faults()
        self.wake_the_dead()

    def wake_the_dead(self) -> None:
        """What Docker or a supervisor does."""
        for process in self.hub.processes:
            if process.exit_code is not None:
                process.start()

    def kill(self, processes: list[Process]) -> None:
        self.dice.choice(processes).kill()

    def deploy(self) -> None:
        worker = self.dice.choice(self.hub.workers)
        worker.ask_to_stop()
        if not worker.has_ended(within=15):
            worker.kill()

    def freeze(self, process: Process) -> None:
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(self.dice.uniform(0.5, 4))
        os.killpg(process.pid, signal.SIGCONT)

    def kill_broker(self) -> None:
        self.hub.valkey.kill()
        time.sleep(self.dice.uniform(0, 3))
        self.hub.valkey.start()
        self.hub.valkey.wait_ready()

    def fill_broker(self) -> None:
        """It refuses every write; so it does when its disk is full."""
        self.hub.broker.config_set("maxmemory", 1)
        time.sleep(self.dice.uniform(0.5, 3))
        self.hub.broker.config_set("maxmemory", 0)

    def fill_disk(self) -> None:
        """Transactions fail; sooner or later the log of what was committed cannot grow, and PostgreSQL gives up."""
        with full_disk(self.hub.postgres):
            time.sleep(self.dice.uniform(0.5, 3))
        if self.hub.postgres.has_ended(within=1):
            self.hub.postgres.start()
        self.hub.postgres.wait_ready()

    def spoil_marketplace(self) -> None:
        action, rule = self.dice.choice(MARKETPLACE)
        number = self.hub.sandbox.fault(action, **rule)
        time.sleep(self.dice.uniform(1, 4))
        self.hub.sandbox.remove_fault(number)
