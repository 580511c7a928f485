"""One order, its units and packages as TikTok Shop holds them; what a caller sees of them is made by view.py."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.call import Call
from sandbox.tiktok import statuses as st

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Package:
    """`units` are ids of line items. `invoice` is empty, PROCESSING, SUCCESS or INVALID."""

    id: str
    units: list[str]
    status: str = st.TO_FULFILL
    sub_status: str = st.STOCKING
    updated: float = 0
    tracking_number: str = ""
    carrier: str = ""
    handover: Json = field(default_factory=dict)
    invoice: str = ""
    access_key: str = ""
    exception: str = ""

    @property
    def waits(self) -> bool:
        return self.status == st.TO_FULFILL


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """Times are seconds of the sandbox's clock. `units` are the line items, one for each piece."""

    id: str
    status: str
    document: Json
    units: list[Json]
    created: float
    updated: float
    shipping_type: str = "TIKTOK"
    fulfillment_type: str = "FULFILLMENT_BY_SELLER"
    packages: list[Package] = field(default_factory=list)
    need_invoice: str = st.UNKNOWN
    times: dict[str, float] = field(default_factory=dict)
    cancel: Json = field(default_factory=dict)  # initiator, user, reason
    request: Json = field(default_factory=dict)  # the buyer's open request to cancel
    patches: list[Json] = field(default_factory=list)
    due: list[tuple[float, str]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    saved: str | None = None

    @property
    def code(self) -> str:
        return self.id

    def package(self, number: str) -> Package | None:
        return next((package for package in self.packages if package.id == number), None)

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
            names = [name for name in self.__dataclass_fields__ if name not in ("saved", "packages")]
            kept = {name: getattr(self, name) for name in names}
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
