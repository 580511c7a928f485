"""SkyHub's side of the wire for tests: samples, and a marketplace that answers what a test says."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marketplaces.adapter import Fetched
from marketplaces.connectors.skyhub import adapter, mapping
from marketplaces.connectors.skyhub.adapter import SkyHub
from orders.snapshot import OrderSnapshot
from tests.marketplaces.wire import Turns, make_adapter

SAMPLES = Path(str(adapter.__file__)).parent / "samples"
CREDENTIALS = {"email": "loja@example.com", "api_key": "store-key", "account_manager_key": "platform-key"}
SEEN_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STATUSES = [
    {"code": "book_product", "label": "Pagamento Pendente (new) (SkyHub)", "type": "NEW"},
    {"code": "payment_received", "label": "Aprovado (SkyHub)", "type": "APPROVED"},
    {"code": "order_invoiced", "label": "Pagamento Faturado (SkyHub)", "type": "INVOICED"},
    {"code": "order_shipped", "label": "Pedido Enviado (SkyHub)", "type": "SHIPPED"},
    {"code": "complete", "label": "Completo (entregue) (SkyHub)", "type": "DELIVERED"},
    {"code": "order_canceled", "label": "Cancelado (SkyHub)", "type": "CANCELED"},
    {"code": "shipment_exception", "label": "Exceção de Entrega (SkyHub)", "type": "SHIPMENT_EXCEPTION"},
]


def sample(name: str = "two_items_discount", **over: Any) -> dict[str, Any]:
    """A sample's document; `over` replaces top-level keys, and ... removes them."""
    document = json.loads((SAMPLES / f"{name}.json").read_text())
    return {key: value for key, value in {**document, **over}.items() if value is not ...}


def snapshot(document: Mapping[str, Any]) -> OrderSnapshot:
    return mapping.snapshot(json.dumps(document).encode(), seen_at=SEEN_AT)


def item(**over: Any) -> dict[str, Any]:
    """The first line of a sample; `over` as in `sample`."""
    first = {**sample()["items"][0], **over}
    return {key: value for key, value in first.items() if value is not ...}


async def drained(adapter: SkyHub) -> list[Fetched]:
    return [fetched async for fetched in adapter.fetch("")]


class Store:
    """A store at SkyHub: a queue of bodies, orders by code, and prepared answers to writes. Keeps every request."""

    def __init__(self, *queue: Any, statuses: Any = STATUSES) -> None:
        self.queue = list(queue)
        self.statuses = statuses
        self.orders: dict[str, Any] = {}
        self.answers: list[httpx.Response] = []  #: to the next writes; afterwards 201
        self.requests: list[httpx.Request] = []
        self.turns = Turns()

    def adapter(self, **credentials: str) -> SkyHub:
        made = make_adapter("skyhub", self.answer, credentials={**CREDENTIALS, **credentials}, turns=self.turns)
        assert isinstance(made, SkyHub)
        return made

    def refuse(self, text: str, *, status: int = 422) -> None:
        self.answers.append(httpx.Response(status, json={"error": text}))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if request.method == "GET":
            return self._read(path)
        if self.answers:
            return self.answers.pop(0)
        return httpx.Response(204 if request.method in ("DELETE", "PUT") else 201)

    def _read(self, path: str) -> httpx.Response:
        if path == "/queues/orders":
            return _answer(self.queue.pop(0)) if self.queue else httpx.Response(204)
        if path == "/statuses":
            return httpx.Response(200, json=self.statuses)
        if path == "/status_types":
            return httpx.Response(200, json=sorted({row["type"] for row in self.statuses}))
        found = self.orders.get(path.removeprefix("/orders/"))
        return _answer(found) if found is not None else httpx.Response(404, json={"error": "Pedido não encontrado"})

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Method, path as sent, and body of everything that was not a GET."""
        return [
            (request.method, request.url.raw_path.decode(), json.loads(request.content) if request.content else None)
            for request in self.requests
            if request.method != "GET"
        ]


def _answer(told: Any) -> httpx.Response:
    if isinstance(told, httpx.Response):
        return told
    return httpx.Response(200, content=told) if isinstance(told, bytes) else httpx.Response(200, json=told)
