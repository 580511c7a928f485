"""Reasons, carriers and product ids: what hardly ever changes, kept for some minutes as Dafiti asks."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marketplaces.connectors.dafiti.client import Client
from marketplaces.values import text

SECONDS = 600.0
Rows = list[Any]


@dataclass(frozen=True, slots=True)
class Provider:
    name: str
    default: bool
    gives_tracking: bool  #: its system issues the tracking number when the units are packed


@dataclass(frozen=True, slots=True)
class Reason:
    type: str
    name: str


class Lists:
    """Of one account, as long as this process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Rows]] = {}
        self.products: dict[str, int] = {}  #: ids by SKU, which never change

    async def providers(self, client: Client) -> Sequence[Provider]:
        """Those that are in use."""
        rows = await self._rows("providers", client.shipment_providers)
        return [
            Provider(name, row.get("default") is True, row.get("apiIntegrationAvailable") is True)
            for row in rows
            if isinstance(row, dict) and row.get("status") is not False and (name := text(row.get("name")))
        ]

    async def reasons(self, client: Client, kind: str) -> Sequence[Reason]:
        """`kind` is canceled or failed."""
        rows = await self._rows("reasons", client.failure_reasons)
        return [
            Reason(kind, name)
            for row in rows
            if isinstance(row, dict) and row.get("type") == kind and (name := text(row.get("name")))
        ]

    async def _rows(self, name: str, ask: Callable[[], Awaitable[Rows]]) -> Rows:
        until, rows = self._kept.get(name, (0.0, []))
        if time.monotonic() > until:
            rows = await ask()
            self._kept[name] = (time.monotonic() + SECONDS, rows)
        return rows


#: By account and address.
_known: dict[tuple[int, str], Lists] = {}


def lists_of(account_id: int, base_url: str) -> Lists:
    return _known.setdefault((account_id, base_url), Lists())
