"""An order and its items as Dafiti holds them: one item is one piece of goods."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.call import Call
from sandbox.dafiti import statuses as st

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Package:
    id: int
    provider: str
    packed: float
    tracking: str = ""
    access_key: str = ""


@dataclass(slots=True, kw_only=True)
class Unit:
    """Times are seconds of the sandbox's clock."""

    id: int
    sku: str
    name: str
    variation: str
    unit_price: float
    paid_price: float
    shipping_fee: float
    status: str
    created: float
    updated: float
    changed: float
    package: int = 0
    invoice_number: str = ""
    reason: Json = field(default_factory=dict)
    pickup_requested: bool = False
    serial: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """`kind` is the shipment type of its items, `foreseen` the carrier that Dafiti chose, if any."""

    id: int
    number: str
    document: Json
    units: list[Unit]
    created: float
    updated: float
    kind: str
    foreseen: str
    packages: list[Package] = field(default_factory=list)
    patches: list[Json] = field(default_factory=list)
    due: list[tuple[float, str]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    history: list[Json] = field(default_factory=list)
    saved: str | None = None

    @property
    def code(self) -> str:
        return str(self.id)

    @property
    def status(self) -> str:
        return st.of_order([unit.status for unit in self.units])

    def package(self, number: int) -> Package | None:
        return next((package for package in self.packages if package.id == number), None)

    def package_of(self, unit: Unit) -> Package | None:
        return self.package(unit.package) if unit.package else None

    def inside(self, package: Package) -> list[Unit]:
        return [unit for unit in self.units if unit.package == package.id]

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
            nested = ("saved", "packages", "units")
            kept = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in nested}
            kept["packages"] = [asdict(package) for package in self.packages]
            kept["units"] = [asdict(unit) for unit in self.units]
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
                "units": [Unit(**unit) for unit in state["units"]],
            }
        )
