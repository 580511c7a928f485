"""What a marketplace's face offers the shared plumbing. Everything else about it is its own business."""

import random
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

Json = dict[str, Any]


class Face(Protocol):
    """One simulated marketplace. `store` is always a store's name; unknown names raise Missing."""

    name: str

    def application(self) -> web.Application:
        """The marketplace's own protocol; it is mounted under `/<name>`."""
        ...

    def identify(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        """The store whose credentials a call carries, before anything is checked."""
        ...

    def stores(self) -> list[Json]: ...
    def create_store(self, spec: Json) -> Json: ...
    def switches(self, store: str) -> Json: ...
    def switch(self, store: str, changes: Json) -> Json: ...

    def create_orders(self, store: str, spec: Json) -> list[Json]:
        """Buyers' orders as the spec says; defaults for everything left out."""
        ...

    def sell(self, store: str, dice: random.Random) -> str:
        """One order as a real buyer would place it; its code."""
        ...

    def orders(self, store: str, filters: Mapping[str, str]) -> list[Json]:
        """Rows for a table, newest first."""
        ...

    def order(self, store: str, code: str) -> Json:
        """The order as the marketplace would answer it, plus `sandbox`: what only the marketplace knows."""
        ...

    def act(self, store: str, code: str, verb: str, arguments: Json) -> Json:
        """Something the marketplace or the buyer does to an order. Raises Conflict, Missing or Invalid."""
        ...

    def command(self, store: str, verb: str, arguments: Json) -> Json:
        """Something that happens to the store as a whole. Raises Conflict, Missing or Invalid."""
        ...

    def stock(self, store: str) -> dict[str, int]:
        """Per SKU: how much the marketplace believes is available."""
        ...

    def queue(self, store: str) -> list[Json]: ...
    def effects(self, store: str) -> dict[str, dict[str, int]]:
        """Per order code: how often each thing happened to it, counted where the state changed."""
        ...

    def open_orders(self, store: str) -> int: ...
    def forget_finished(self, store: str, keep: int) -> None: ...
    def unpaid_orders(self, store: str) -> list[str]: ...

    def reset(self) -> None: ...
    def dump(self) -> str:
        """All state as JSON text; `load` takes it back."""
        ...

    def load(self, state: Json) -> None: ...
