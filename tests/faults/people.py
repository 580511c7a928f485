"""Who keeps a hub busy: buyers at the marketplace, and a warehouse at our API. Each in threads of their own."""

import queue
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self

import httpx

from sandbox.client import SandboxClient, SandboxError
from tests.factories import make_access_key
from tests.hub import Hub

WAREHOUSE_HANDS = 8
Order = dict[str, Any]


class People:
    """At work inside the `with` block, or until `end`. An error of theirs fails the test."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()

    def begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(60)
        if self.errors:
            raise self.errors[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        if kind is None:
            self.end()

    @property
    def is_over(self) -> bool:
        return self._ended.is_set() or bool(self.errors)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.errors.append(error)


class Buyers(People):
    """Buy so many orders within so many seconds; some pay later, some never, some think twice."""

    def __init__(self, hub: Hub, *, seed: int, orders: int, seconds: float) -> None:
        super().__init__()
        self.stores = hub.stores
        self.dice = random.Random(f"{seed} buyers")
        self.orders = orders
        self.pause = seconds / orders
        self.bought = 0
        self._later: list[tuple[float, SandboxClient, str, str]] = []

    def buy(self) -> None:
        start = time.monotonic()
        while self.bought < self.orders and not self.is_over:
            while self.bought < self.orders and time.monotonic() > start + self.bought * self.pause:
                self._buy_one()
            self._do_what_is_due(time.monotonic())
            time.sleep(0.02)
        self._do_what_is_due(float("inf"))

    def _buy_one(self) -> None:
        store, fate, at = self.dice.choice(self.stores), self.dice.random(), time.monotonic()
        paid = fate < 0.6
        code = store.create_order(status="APPROVED" if paid else "NEW")["code"]
        self.bought += 1
        if not paid:
            verb = "cancel" if fate > 0.95 else "overdue" if fate > 0.92 else "pay"
            self._later.append((at + self.dice.uniform(0, 8), store, code, verb))
        if self.dice.random() < 0.05:
            verb = self.dice.choice(["cancel", "requeue", "requeue"])
            self._later.append((at + self.dice.uniform(0, 15), store, code, verb))

    def _do_what_is_due(self, now: float) -> None:
        due = [plan for plan in self._later if plan[0] <= now]
        self._later = [plan for plan in self._later if plan[0] > now]
        for _, store, code, verb in sorted(due, key=lambda plan: plan[0]):
            try:
                store.act(code, verb)
            except SandboxError:
                continue  # it has been canceled, or delivered


class Warehouse(People):
    """Follows the change feed, and invoices, ships and delivers, repeating each request until it is answered."""

    def __init__(self, hub: Hub, *, seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.url, self.headers = hub.api.base_url, hub.api.headers
        self.told: defaultdict[str, list[str]] = defaultdict(list)  #: by our id: what was accepted, in order
        self.slowest = 0.0  #: seconds of the slowest request that was answered
        self.unanswered = 0
        self._work: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._seen: set[str] = set()

    def open(self) -> None:
        self.begin(self._follow)
        for _ in range(WAREHOUSE_HANDS):
            self.begin(self._work_off)

    @property
    def is_idle(self) -> bool:
        return self._work.empty()

    def _follow(self) -> None:
        position = "0-0"
        with self._client() as api:
            while not self.is_over:
                answer = self._answered(api, "GET", "/changes", params={"after": position, "limit": "500"})
                for change in answer.json()["changes"]:
                    self._look_at(change["order"])
                position = answer.json()["next"]
                if not answer.json()["more"]:
                    time.sleep(0.2)

    def _look_at(self, order: Order) -> None:
        if order["status"] == "APPROVED" and order["id"] not in self._seen:
            self._seen.add(order["id"])
            self._work.put(order)

    def _work_off(self) -> None:
        with self._client() as api:
            while not self.is_over:
                try:
                    order = self._work.get(timeout=0.2)
                except queue.Empty:
                    continue
                self._handle(api, order["id"])

    def _handle(self, api: httpx.Client, order_id: str) -> None:
        """As far as chance wills."""
        dice, path = random.Random(f"{self.seed} {order_id}"), f"/orders/{order_id}"
        parcel = {"tracking_code": f"BR{order_id}", "carrier": "Correios", "method": "PAC"}
        steps: list[tuple[str, str, str, dict[str, str]]] = [
            ("invoiced", "PUT", "invoice", {"access_key": make_access_key()}),
            ("shipped", "POST", "shipments", parcel),
            ("delivered", "PUT", "delivery", {}),
        ]
        if dice.random() < 0.03:
            steps = [("canceled", "PUT", "cancellation", {"reason": "Sem estoque"})]
        for fact, method, what, body in steps[: dice.choice([0, 1, 2, 3])]:
            answer = self._answered(api, method, f"{path}/{what}", json=body)
            if answer.status_code == 409:
                return  # the buyer has canceled it
            assert answer.status_code in (200, 201), f"{method} {what}: {answer.status_code} {answer.text}"
            self.told[order_id].append(fact)

    def _answered(self, api: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
        while True:
            start = time.monotonic()
            try:
                answer = api.request(method, path, **options)
                if answer.status_code < 500:
                    self.slowest = max(self.slowest, time.monotonic() - start)
                    return answer
            except httpx.TransportError:
                pass
            if self.is_over:
                raise AssertionError(f"{method} {path} was never answered")
            self.unanswered += 1
            time.sleep(0.2)

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=15)
