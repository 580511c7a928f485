"""One order and its packages as Shopee holds them; what a caller sees of them is cut by view.py."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.call import Call
from sandbox.shopee import statuses as st
from sandbox.shopee.channels import BY_ID, Channel

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Package:
    """`lines` says how much of which order line is inside; `documents` are label jobs by their type."""

    number: str
    lines: list[Json]
    status: str
    updated: float
    arranged: bool = False
    tracking_number: str = ""
    tracked: float = 0  # since when there is a tracking number
    pickup: Json | None = None
    picked_up: float = 0
    ship_by: float = 0
    documents: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.status not in st.OF_PACKAGE

    @property
    def waiting(self) -> bool:
        """Nobody has arranged it yet."""
        return self.status == st.READY and not self.arranged


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """Times are seconds of the sandbox's clock. `lines` are what was bought, with Shopee's ids."""

    sn: str
    status: str
    document: Json
    lines: list[Json]
    created: float
    updated: float
    channel_id: int
    packages: list[Package]
    paid: float = 0
    before_cancel: str = ""
    invoice: Json | None = None
    cancel_by: str = ""
    cancel_reason: str = ""
    buyer_cancel_reason: str = ""
    scenario: str = ""  # how it was completed
    patches: list[Json] = field(default_factory=list)
    due: list[tuple[float, str]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    saved: str | None = None

    @property
    def code(self) -> str:
        return self.sn

    @property
    def channel(self) -> Channel:
        return BY_ID[self.channel_id]

    @property
    def split(self) -> bool:
        return len(self.packages) > 1

    @property
    def invoice_pending(self) -> bool:
        """Paid, not yet arranged, and waiting for a note that Shopee takes for valid."""
        accepted = self.invoice is not None and self.invoice["status"] == "valid"
        return self.channel.invoice and not accepted and self.status == st.READY_TO_SHIP

    def package(self, number: str) -> Package | None:
        return next((package for package in self.packages if package.number == number), None)

    def changed(self) -> None:
        self.saved = None

    def note(self, effect: str, *, by: Call | None = None) -> None:
        """Count something that happened to it, and tell the ledger when a call did it."""
        self.effects[effect] += 1
        self.saved = None
        if by:
            by.effects.append(effect)

    def dump(self) -> str:
        if self.saved is None:
            kept = {
                name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("saved", "packages")
            }
            kept["packages"] = [asdict(package) for package in self.packages]
            self.saved = json.dumps(kept, ensure_ascii=False)
        return self.saved

    @classmethod
    def load(cls, state: Json) -> "Order":
        return cls(
            **{
                **state,
                "due": [(moment, verb) for moment, verb in state["due"]],
                "effects": Counter(state["effects"]),
                "packages": [Package(**package) for package in state["packages"]],
            }
        )
