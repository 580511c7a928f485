"""A seller at Dafiti: its application, tokens, orders, carriers, reasons, documents, webhooks and products."""

import json
import secrets
from typing import Any

from sandbox.catalog import PRODUCTS
from sandbox.clock import Clock
from sandbox.dafiti.hooks import Hooks
from sandbox.dafiti.order import Order
from sandbox.dafiti.statuses import FINISHED, PAYMENT_PENDING
from sandbox.dafiti.switches import DafitiSwitches
from sandbox.deadlines import Deadlines
from sandbox.errors import Invalid, Missing
from sandbox.limits import Limits
from sandbox.switches import switched

Json = dict[str, Any]
SETTINGS = ("name", "sells", "client_id", "client_secret", "user_id", "api_key")
ENVIOS = "Dafiti Envios"
PROVIDERS = (("Total Express", False), (ENVIOS, True), ("Correios", False), ("Jadlog", True))
CANCEL_REASON = "Sem estoque"
REASONS = (
    ("canceled", CANCEL_REASON, True),
    ("failed", "CANCELAMENTO ANTES DA EMISSÃO DA NF", False),
    ("failed", "Endereço não localizado", False),
    ("failed", "Cliente ausente", False),
    ("returned", "Produto com defeito", False),
    ("return_rejected", "Produto usado", False),
    ("canceled_system", "Pagamento não aprovado", False),
)


class Seller:
    """Its OAuth application acts as one user, who may do everything unless the switch `forbidden` is on."""

    def __init__(self, spec: Json, *, clock: Clock) -> None:
        if unknown := sorted(set(spec) - set(SETTINGS)):
            raise Invalid(f"unknown field {unknown[0]!r} of a seller; known: {', '.join(SETTINGS)}")
        self.name = str(spec.get("name", ""))
        if not self.name:
            raise Invalid("a seller needs a name")
        self.sells = bool(spec.get("sells", False))
        self.client_id = str(spec.get("client_id", f"sandbox-dafiti-{self.name}"))
        self.client_secret = str(spec.get("client_secret", f"sandbox-dafiti-secret-of-{self.name}"))
        self.user_id = str(spec.get("user_id", f"{self.name}@example.com"))
        self.api_key = str(spec.get("api_key", f"sandbox-dafiti-api-key-of-{self.name}"))
        self.clock = clock
        self.switches = DafitiSwitches()
        self.orders: dict[str, Order] = {}
        self.deadlines: Deadlines[Order] = Deadlines()
        self.limits = Limits()
        self.tokens: dict[str, float] = {}
        self.exports: dict[int, Json] = {}
        self.hooks = Hooks()
        self.placed = 0
        self.counter = 0
        self.products = _shelf()

    def settings(self) -> Json:
        return {name: getattr(self, name) for name in SETTINGS}

    def switch(self, changes: Json) -> None:
        self.switches = switched(self.switches, changes)

    @property
    def moment(self) -> float:
        return self.clock.timestamp()

    def next_id(self) -> int:
        """Of units, packages and exports."""
        self.counter += 1
        return 7_000_000 + self.counter

    def find(self, code: str) -> Order:
        if code not in self.orders:
            raise Missing(f"seller {self.name} has no order {code!r}")
        return self.orders[code]

    def new_token(self) -> str:
        token = f"dafiti-{secrets.token_hex(24)}"
        self.tokens = {known: until for known, until in self.tokens.items() if until > self.moment}
        self.tokens[token] = self.moment + self.switches.token_seconds
        return token

    def product(self, sku: str) -> Json | None:
        return next((product for product in self.products if product["sellerSku"] == sku), None)

    def move_stock(self, sku: str, quantity: int) -> None:
        """Buyers take from what the seller told, cancellations put back."""
        if product := self.product(sku):
            product["quantity"] = max(0, product["quantity"] + quantity)

    def schedule(self, order: Order, what: str, *, seconds: float) -> None:
        self.deadlines.set(order, what, moment=self.moment + seconds)

    def open_orders(self) -> int:
        return sum(order.status not in FINISHED for order in self.orders.values())

    def unpaid_orders(self) -> list[str]:
        return [code for code, order in self.orders.items() if order.status == PAYMENT_PENDING]

    def forget_finished(self, keep: int) -> None:
        finished = [code for code, order in self.orders.items() if order.status in FINISHED]
        for code in finished[: max(0, len(finished) - keep)]:
            del self.orders[code]

    # -- kept over a restart ---------------------------------------------------------------------------

    def dump(self) -> str:
        head = json.dumps(
            {
                "settings": self.settings(),
                "switches": self.switches.changed(),
                "placed": self.placed,
                "counter": self.counter,
                "tokens": self.tokens,
                "exports": list(self.exports.values()),
                "products": self.products,
                "hooks": self.hooks.dump(),
            }
        )
        return f'{head[:-1]}, "orders": [{",".join(order.dump() for order in self.orders.values())}]}}'

    @classmethod
    def load(cls, state: Json, *, clock: Clock) -> "Seller":
        seller = cls(state["settings"], clock=clock)
        seller.switch(state["switches"])
        seller.placed, seller.counter, seller.tokens = state["placed"], state["counter"], state["tokens"]
        seller.exports = {export["id"]: export for export in state["exports"]}
        seller.products = state["products"]
        seller.hooks.load(state["hooks"])
        for saved in state["orders"]:
            order = Order.load(saved)
            seller.orders[order.code] = order
            seller.deadlines.restore(order)
        return seller


def _shelf() -> list[Json]:
    return [
        {"id": 4_100_001 + place, "sellerSku": product.sku, "name": product.name, "quantity": 100}
        for place, product in enumerate(PRODUCTS)
    ]
