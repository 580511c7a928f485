"""Arranging shipping: what a connector is asked, and by which rule it is done where nobody chose for an order."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from orders.arranging import Way as Way  # connectors take it from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that an account lays down for all its orders: a member of `Connection.arranging`."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]  #: value and words; "" stands for what the marketplace does by itself
    hint: str = ""


class ArrangesShipping(ABC):
    """The marketplace is asked how a parcel is handed over. `Outgoing.choice` then has a Way's `choice`, with what was
    typed for `asks`; it is empty where the rule decides (`Connection.arranging`: rule name → value). All methods raise
    marketplaces.errors."""

    @abstractmethod
    async def shipping_ways(self, code: str) -> Sequence[Way]:
        """What it offers for this order now; of an order of several packages, what it offers for all."""

    @abstractmethod
    async def arranging_rules(self) -> Sequence[Rule]:
        """What can be laid down, with the account's own addresses and the like as far as the marketplace tells them."""
