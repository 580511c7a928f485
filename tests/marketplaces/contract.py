"""The terms of a connector, read from the folder of its samples, and a marketplace that keeps to them."""

import asyncio
import json
import re
import tomllib
from collections.abc import Coroutine
from contextlib import aclosing
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx

from marketplaces import registry
from marketplaces.adapter import Adapter, Fetched
from orders.snapshot import OrderSnapshot
from tests.marketplaces.wire import Answer, Turns, make_adapter

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Contract:
    connector: str
    folder: Path
    terms: dict[str, Any]

    @classmethod
    def of(cls, connector: str) -> "Contract":
        module = import_module(registry.adapter_class(connector).__module__)
        folder = Path(str(module.__file__)).parent / "samples"
        return cls(connector=connector, folder=folder, terms=tomllib.loads((folder / "contract.toml").read_text()))

    @property
    def samples(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def document(self, sample: str) -> Any:
        return json.loads((self.folder / f"{sample}.json").read_text())

    def adapter(self, answer: Answer, *, turns: Turns | None = None) -> Adapter:
        return make_adapter(self.connector, answer, credentials=self.terms["credentials"], turns=turns)

    def marketplace(self, document: Any = None) -> Answer:
        """The other end of the wire: answers as contract.toml says, `document` where it says sample."""
        document = self.document(self.samples[0]) if document is None else document

        def answer(request: httpx.Request) -> httpx.Response:
            known = self._known(request)
            return httpx.Response(known.get("status", 200), text=_body(known, document))

        return answer

    def _known(self, request: httpx.Request) -> dict[str, Any]:
        for known in self.terms["answers"]:
            if known["method"] == request.method and re.fullmatch(known["path"], path_of(request)):
                return dict(known)
        raise AssertionError(f"contract.toml has no answer to {request.method} {path_of(request)}")

    def reads(self, request: httpx.Request) -> bool:
        """Does it change nothing? Some search by POST, which contract.toml then says with `reads = true`."""
        return request.method == "GET" or bool(self._known(request).get("reads"))

    @property
    def a_kind(self) -> str:
        """One that the marketplace has a call for."""
        tells = registry.adapter_class(self.connector).tells
        return "CANCELED" if "CANCELED" in tells else min(tells)

    @property
    def secrets(self) -> list[str]:
        """By their names, as people read them."""
        named = self.terms["credentials"].items()
        found = [value for name, value in named if re.search("key|secret|token|password", name)]
        assert found, f"{self.connector} needs a credential that is called key, secret, token or password"
        return found

    def told(self, kind: str) -> Any:
        """The order as it is when this kind of update is told."""
        known = self.terms.get("told", {}).get(kind)
        return self.document(known["sample"]) if known else None

    def failing_writes(self, error: Answer, *, document: Any = None) -> Answer:
        """Only what would change something fails."""
        answer = self.marketplace(document)
        return lambda request: answer(request) if self.reads(request) else error(request)

    def read(self, document: Any) -> Fetched:
        return run(self.adapter(self.marketplace(document)).read("any code"))

    def snapshot(self, sample: str) -> OrderSnapshot:
        snapshot = self.read(self.document(sample)).snapshot
        assert snapshot is not None
        return snapshot

    def sample_with_a_buyer(self) -> tuple[list[str], str]:
        """What nobody may read in a log, and the sample that holds it."""
        for sample in self.samples:
            snapshot = self.snapshot(sample)
            private = [snapshot.buyer.document, snapshot.buyer.email, snapshot.shipping_address.street]
            if private[0] and private[2]:
                return [word for word in private if word], sample  # Shopee tells no e-mail
        raise AssertionError(f"{self.connector} needs a sample with CPF and street")


def _body(known: dict[str, Any], document: Any) -> str:
    """As contract.toml says; a sample may be wrapped, and then stands where the body says SAMPLE."""
    if not known.get("sample"):
        return str(known.get("body", ""))
    return str(known.get("body", "SAMPLE")).replace("SAMPLE", json.dumps(document))


def path_of(request: httpx.Request) -> str:
    """Split at real slashes only: a code's own are shown as they were sent, encoded."""
    return "/".join(
        unquote(part).replace("/", "%2F") for part in request.url.raw_path.decode().split("?")[0].split("/")
    )


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def overlaid(document: Any, over: dict[str, Any]) -> Any:
    document = deepcopy(document)
    for key, value in over.items():
        inner = document.get(key)
        document[key] = overlaid(inner, value) if isinstance(value, dict) and isinstance(inner, dict) else value
    return document


async def first_of(adapter: Adapter) -> Fetched | None:
    async with aclosing(adapter.fetch("")) as orders:
        async for fetched in orders:
            return fetched
    return None


def time_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


CONTRACTS = [Contract.of(connector) for connector in registry.CONNECTORS]
