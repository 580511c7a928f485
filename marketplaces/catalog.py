"""Marketplaces that take stock by numbers of their own: what the account sells is read first, and kept (Listing)."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from marketplaces import registry
from marketplaces.capabilities import TellsStock
from marketplaces.errors import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is read, and told its stock, as a whole."""

    id: str
    skus: tuple[tuple[str, str], ...]  #: (SKU, reference): the reference is the connector's, unique in the account


class NotListed(Rejected):
    """The marketplace has no such thing any more: it is forgotten here."""


class TellsListedStock(ABC):
    """All methods raise marketplaces.errors."""

    largest_batch: ClassVar[int]  #: references that one call takes

    @abstractmethod
    def products(self, since: datetime | None) -> AsyncGenerator[Sequence[Product], None]:
        """Those changed since then; without an instant all of them. Each with all of its SKUs."""

    @abstractmethod
    async def tell_listed_stock(self, product: str, units: Mapping[str, int]) -> Mapping[str, Rejected]:
        """Units that may be sold now, by reference. The answer names what was refused; NotListed for what is gone,
        raised where the whole product is."""


def tells_stock(connector: str) -> bool:
    return issubclass(registry.adapter_class(connector), TellsStock | TellsListedStock)


def stock_connectors() -> list[str]:
    """Names of the connectors that can be told what may be sold."""
    return [name for name in registry.CONNECTORS if tells_stock(name)]
