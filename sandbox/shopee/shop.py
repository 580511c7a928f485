"""A seller's shop: its registration, orders, products and returns. Nothing here decides who may change what."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.catalog import PRODUCTS
from sandbox.clock import Clock
from sandbox.deadlines import Deadlines
from sandbox.errors import Invalid, Missing
from sandbox.fiscal import ISSUER
from sandbox.limits import Limits
from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order
from sandbox.shopee.switches import ShopeeSwitches
from sandbox.switches import switched

Json = dict[str, Any]
SETTINGS = ("name", "shop_id", "sells", "seller", "cnpj", "uf", "state_registration")
UFS = {"35": "SP", "33": "RJ", "31": "MG", "41": "PR", "42": "SC", "43": "RS", "29": "BA", "26": "PE", "52": "GO"}


class Shop:
    """`seller` is CNPJ or CPF: what it may see of buyers. An empty state registration matches every note's."""

    def __init__(self, spec: Json, *, clock: Clock) -> None:
        if unknown := sorted(set(spec) - set(SETTINGS)):
            raise Invalid(f"unknown field {unknown[0]!r} of a shop; known: {', '.join(SETTINGS)}")
        self.name = str(spec.get("name", ""))
        self.shop_id = spec.get("shop_id", 0)
        self.sells = bool(spec.get("sells", False))
        self.seller = str(spec.get("seller", "CNPJ"))
        self.cnpj = str(spec.get("cnpj", ISSUER))
        self.uf = str(spec.get("uf", "SP"))
        self.state_registration = str(spec.get("state_registration", ""))
        if not self.name or self.seller not in ("CNPJ", "CPF") or not isinstance(self.shop_id, int):
            raise Invalid("a shop needs a name, a whole number as shop_id, and CNPJ or CPF as seller")
        self.clock = clock
        self.switches = ShopeeSwitches()
        self.orders: dict[str, Order] = {}
        self.deadlines: Deadlines[Order] = Deadlines()
        self.limits = Limits()
        self.calls_today: tuple[int, int] = (0, 0)  # which day, how many calls
        self.placed = 0
        self.products: list[Json] = shelf()
        self.returns: list[Json] = []
        self.authorization: Callable[[], Json] = dict
        self.tell: Callable[..., None] = lambda *_, **__: None

    def settings(self) -> Json:
        return {name: getattr(self, name) for name in SETTINGS}

    def switch(self, changes: Json) -> None:
        self.switches = switched(self.switches, changes)

    @property
    def moment(self) -> float:
        return self.clock.timestamp()

    def find(self, sn: str) -> Order:
        if sn not in self.orders:
            raise Missing(f"shop {self.name} has no order {sn!r}")
        return self.orders[sn]

    def product(self, sku: str) -> Json | None:
        return next((product for product in self.products if product["sku"] == sku), None)

    def move_stock(self, order: Order, sign: int) -> None:
        """Buyers take from what the seller told, cancellations put back (protocol §6)."""
        for line in order.lines:
            for product in self.products:
                if (product["item_id"], product["model_id"]) == (line["item_id"], line["model_id"]):
                    product["stock"] = max(0, product["stock"] + sign * line["quantity"])

    def schedule(self, order: Order, what: str, *, seconds: float) -> None:
        self.deadlines.set(order, what, moment=self.moment + seconds)

    def push(self, order: Order, code: int, data: Json) -> None:
        self.tell(self, code, data, order=order.sn)

    def forget_finished(self, keep: int) -> None:
        finished = [order for order in self.orders.values() if order.status in st.FINISHED]
        for order in finished[: max(0, len(finished) - keep)]:
            del self.orders[order.sn]

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        head = json.dumps(
            {
                "settings": self.settings(),
                "switches": self.switches.changed(),
                "placed": self.placed,
                "products": self.products,
                "returns": self.returns,
            }
        )
        return f'{head[:-1]}, "orders": [{",".join(order.dump() for order in self.orders.values())}]}}'

    @classmethod
    def load(cls, state: Json, *, clock: Clock) -> "Shop":
        shop = cls(state["settings"], clock=clock)
        shop.switch(state["switches"])
        shop.placed, shop.products, shop.returns = state["placed"], state["products"], state["returns"]
        for saved in state["orders"]:
            order = Order.load(saved)
            shop.orders[order.sn] = order
            shop.deadlines.restore(order)
        return shop


def shelf() -> list[Json]:
    """The catalog with Shopee's ids: variations share an item and have models, the others have model 0."""
    items: dict[str, int] = {}
    found = []
    for place, product in enumerate(PRODUCTS):
        item = items.setdefault(product.parent, 2_200_000_001 + len(items))
        varied = product.parent != product.sku
        found.append(
            {
                "sku": product.sku,
                "parent": product.parent,
                "name": product.name,
                "price": product.cents / 100,
                "item_id": item,
                "model_id": 10_000_000_001 + place if varied else 0,
                "stock": 100,
            }
        )
    return found
