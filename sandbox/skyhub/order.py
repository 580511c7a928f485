"""One order as SkyHub holds it: the document it answers with, and what only the marketplace knows."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sandbox.call import Call
from sandbox.skyhub.statuses import UNPAID

Json = dict[str, Any]
B2W_ENTREGA = frozenset({"b2wentregacorreios", "b2wentregadirect"})
FULFILLMENT = "B2W Fulfillment"


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """`document` is complete; what a client sees of it is cut and bent by the store's switches (view.py)."""

    code: str
    type: str
    status_code: str
    document: Json
    placed: float
    paid: float | None = None  # real time: invoices are dated by real clocks, however far the sandbox's runs ahead
    patches: list[Json] = field(default_factory=list)
    raw: str | None = None
    xml: bool = False  # the invoice came as XML, which Direct needs for its label
    plp: int | None = None
    collection: bool = False  # of a Direct order: confirmed
    unavailable: bool = False  # canceled by the seller, waiting for the marketplace's deadline
    due: list[tuple[float, str]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    seen: bytes | None = None
    saved: str | None = None

    @property
    def b2w_entrega(self) -> bool:
        return self.document.get("calculation_type") in B2W_ENTREGA

    @property
    def fulfillment(self) -> bool:
        return self.document.get("shipping_method") == FULFILLMENT

    @property
    def unpaid(self) -> bool:
        return self.type in UNPAID

    def changed(self) -> None:
        """Forget what was rendered of it."""
        self.seen = self.saved = None

    def note(self, effect: str, *, by: Call | None = None) -> None:
        """Count something that happened to it, and tell the ledger when a call did it."""
        self.effects[effect] += 1
        self.saved = None
        if by:
            by.effects.append(effect)

    def dump(self) -> str:
        if self.saved is None:
            kept = {name: getattr(self, name) for name in _SAVED}
            self.saved = json.dumps(kept, ensure_ascii=False)
        return self.saved

    @classmethod
    def load(cls, state: Json) -> "Order":
        due = [(moment, verb) for moment, verb in state["due"]]
        return cls(**{**state, "due": due, "effects": Counter(state["effects"])})


_SAVED = (
    "code", "type", "status_code", "document", "placed", "paid", "patches", "raw", "xml", "plp", "collection",
    "unavailable", "due",
    "effects",
)  # fmt: skip
