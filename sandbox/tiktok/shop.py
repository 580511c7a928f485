"""A seller's shop: its orders, cancellations, returns and labels. Nothing here decides who may change what."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.catalog import PRODUCTS
from sandbox.clock import Clock
from sandbox.deadlines import Deadlines
from sandbox.errors import Invalid, Missing
from sandbox.limits import Limits
from sandbox.switches import switched
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order
from sandbox.tiktok.switches import TikTokSwitches

Json = dict[str, Any]
SETTINGS = ("name", "shop_id", "cipher", "sells", "cnpj")


class Shop:
    """`cipher` is what calls name it by; `cnpj` what its NF-e must be issued by, as far as its first eight digits."""

    def __init__(self, spec: Json, *, clock: Clock) -> None:
        if unknown := sorted(set(spec) - set(SETTINGS)):
            raise Invalid(f"unknown field {unknown[0]!r} of a shop; known: {', '.join(SETTINGS)}")
        self.name = str(spec.get("name", ""))
        self.shop_id = str(spec.get("shop_id", ""))
        self.cipher = str(spec.get("cipher") or f"GCP_sandbox{self.shop_id}+/=")
        self.sells = bool(spec.get("sells", False))
        self.cnpj = str(spec.get("cnpj", ""))
        if not self.name or not self.shop_id.isdecimal():
            raise Invalid("a shop needs a name, and digits as shop_id")
        self.clock = clock
        self.switches = TikTokSwitches()
        self.orders: dict[str, Order] = {}
        self.deadlines: Deadlines[Order] = Deadlines()
        self.limits = Limits()
        self.calls_this_hour: tuple[int, int] = (0, 0)  # which hour, how many calls
        self.placed = 0
        self.cancellations: list[Json] = []
        self.returns: list[Json] = []
        self.documents: dict[str, Json] = {}  # by the name in their address
        self.addresses: dict[str, str] = {}  # of webhooks, by their kind
        self.stock: dict[str, int] = {product.sku: 100 for product in PRODUCTS}
        self.tell: Callable[..., None] = lambda *_, **__: None

    def settings(self) -> Json:
        return {name: getattr(self, name) for name in SETTINGS}

    def switch(self, changes: Json) -> None:
        self.switches = switched(self.switches, changes)

    @property
    def moment(self) -> float:
        return self.clock.timestamp()

    def find(self, code: str) -> Order:
        if code not in self.orders:
            raise Missing(f"shop {self.name} has no order {code!r}")
        return self.orders[code]

    def next_id(self, first: str) -> str:
        """Eighteen or nineteen digits, as TikTok Shop's ids are; never the same twice in a shop."""
        self.placed += 1
        return f"{first}{int(self.shop_id) % 1000:03d}{self.placed:010d}"

    def schedule(self, order: Order, what: str, *, seconds: float) -> None:
        self.deadlines.set(order, what, moment=self.moment + seconds)

    def webhook(self, order: Order, kind: int, data: Json) -> None:
        self.tell(self, kind, data, order=order.id)

    def forget_finished(self, keep: int) -> None:
        finished = [order for order in self.orders.values() if order.status in st.FINISHED]
        for order in finished[: max(0, len(finished) - keep)]:
            del self.orders[order.id]

    def dump(self) -> str:
        head = json.dumps(
            {
                "settings": self.settings(),
                "switches": self.switches.changed(),
                "placed": self.placed,
                "cancellations": self.cancellations,
                "returns": self.returns,
                "documents": self.documents,
                "addresses": self.addresses,
                "stock": self.stock,
            },
            ensure_ascii=False,
        )
        return f'{head[:-1]}, "orders": [{",".join(order.dump() for order in self.orders.values())}]}}'

    @classmethod
    def load(cls, state: Json, *, clock: Clock) -> "Shop":
        shop = cls(state["settings"], clock=clock)
        shop.switch(state["switches"])
        shop.placed, shop.cancellations, shop.returns = state["placed"], state["cancellations"], state["returns"]
        shop.documents, shop.addresses, shop.stock = state["documents"], state["addresses"], state["stock"]
        for saved in state["orders"]:
            order = Order.load(saved)
            shop.orders[order.id] = order
            shop.deadlines.restore(order)
        return shop
