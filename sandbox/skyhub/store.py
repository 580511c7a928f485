"""A store: an account with its orders and its queue. Nothing here decides who may change what."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sandbox.catalog import PRODUCTS, Product
from sandbox.clock import Clock
from sandbox.deadlines import Deadlines
from sandbox.errors import Missing
from sandbox.limits import Limits
from sandbox.skyhub import statuses as st
from sandbox.skyhub.account import Account
from sandbox.skyhub.dates import local, naive_utc
from sandbox.skyhub.order import Order
from sandbox.skyhub.queue import Queue
from sandbox.skyhub.statuses import Status
from sandbox.skyhub.view import body_of, document_of

Json = dict[str, Any]


class Store(Account):
    """Orders are kept in the order they were placed in."""

    def __init__(self, spec: Json, *, clock: Clock) -> None:
        super().__init__(spec)
        self.clock = clock
        self.orders: dict[str, Order] = {}
        self.queue = Queue()
        self.limits = Limits()
        self.deadlines: Deadlines[Order] = Deadlines()
        self.placed = 0  # orders ever placed: the next code follows from it
        self.products: dict[str, Json] = {product.sku: _on_the_shelf(product) for product in PRODUCTS}
        self.plps: dict[int, Json] = {}
        self.sync_errors: list[Json] = []

    def switch(self, changes: Json) -> None:
        super().switch(changes)
        for order in self.orders.values():
            if "status_set" in changes:
                order.status_code = self.status_for(order.type).code
            order.changed()

    def find(self, code: str) -> Order:
        if code not in self.orders:
            raise Missing(f"store {self.name} has no order {code!r}")
        return self.orders[code]

    def add(self, order: Order) -> None:
        self.orders[order.code] = order

    def status_of(self, order: Order) -> Status:
        return self.status_with(order.status_code) or self.status_for(order.type)

    def document(self, order: Order) -> Json:
        return document_of(order, status=self.status_of(order), switches=self.switches)

    def body(self, order: Order) -> bytes:
        return body_of(order, status=self.status_of(order), switches=self.switches)

    def move(self, order: Order, status: Status) -> None:
        """Give the order a status and the dates that go with it; nobody is told."""
        now = self.clock.now()
        order.type, order.status_code = status.type, status.code
        if status.type == st.APPROVED:
            self._approve(order, now)
        elif status.type == st.SHIPPED:
            order.document["shipped_date"] = naive_utc(now, microseconds=False)
        elif status.type == st.DELIVERED:
            order.document["delivered_date"] = local(now)
        elif status.type == st.INVOICED and order.b2w_entrega and self.switches.b2w_moves:
            self.schedule(order, "ship", seconds=self.switches.b2w_delay_seconds)
        self.updated(order)

    def updated(self, order: Order) -> None:
        order.document["updated_at"] = local(self.clock.now())
        order.changed()

    def schedule(self, order: Order, verb: str, *, seconds: float) -> None:
        self.deadlines.set(order, verb, moment=self.clock.timestamp() + seconds)

    def enqueue(self, order: Order) -> None:
        """One entry per update, unless the switch folds it into one that still waits."""
        if self.switches.one_entry_per_update or not self.queue.waiting(order.code):
            self.queue.put(order.code)

    def open_plp(self, kind: str, expires: date) -> int:
        """A new, empty label list; its number."""
        number = max(self.plps, default=98_000_000) + 1
        self.plps[number] = {"type": kind, "expiration_date": expires.isoformat()}
        return number

    def forget_finished(self, keep: int) -> None:
        """Drop the oldest finished orders that nothing in the queue speaks of."""
        finished = [order for order in self.orders.values() if order.type in st.FINISHED]
        for order in finished[: max(0, len(finished) - keep)]:
            if not self.queue.holds(order.code):
                del self.orders[order.code]

    def _approve(self, order: Order, now: datetime) -> None:
        document = order.document
        order.paid = min(now, datetime.now(UTC)).timestamp()
        document["approved_date"] = naive_utc(now, microseconds=now.microsecond % 2 == 0)
        document["expedition_limit_date"] = local(now.replace(hour=23, minute=0, second=0))
        for payment in document["payments"]:
            payment["transaction_date"] = local(now)
        if self.switches.prefilled_shipments and order.b2w_entrega and not document["shipments"]:
            document["shipments"] = [_prefilled(order)]

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        head = json.dumps(
            {
                "settings": self.settings(),
                "switches": self.switches.changed(),
                "statuses": self.statuses,
                "placed": self.placed,
                "queue": self.queue.dump(),
                "products": self.products,
                "plps": self.plps,
                "sync_errors": self.sync_errors,
            }
        )
        return f'{head[:-1]}, "orders": [{",".join(order.dump() for order in self.orders.values())}]}}'

    @classmethod
    def load(cls, state: Json, *, clock: Clock) -> "Store":
        store = cls(state["settings"], clock=clock)
        store.switch(state["switches"])
        store.statuses = [Status(*status) for status in state["statuses"]]
        store.placed = state["placed"]
        store.queue.load(state["queue"])
        store.products = state["products"]
        store.plps = {int(number): plp for number, plp in state["plps"].items()}
        store.sync_errors = state["sync_errors"]
        for saved in state["orders"]:
            order = Order.load(saved)
            store.add(order)
            store.deadlines.restore(order)
        return store


def _on_the_shelf(product: Product) -> Json:
    return {"sku": product.sku, "name": product.name, "price": product.cents / 100, "qty": 100}


def _prefilled(order: Order) -> Json:
    """B2W writes the shipment of a Correios order while it is only approved (protocol §3.5)."""
    return {
        "code": order.code,
        "delivered_carrier_date": None,
        "items": [{"sku": line["id"], "qty": line["qty"]} for line in order.document["items"]],
        "tracks": [{"code": "", "carrier": "Correios", "method": None, "url": None}],
    }
