"""Dafiti's side of the wire for tests: samples, and a seller's API that answers what a test says."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marketplaces.adapter import Fetched
from marketplaces.connectors.dafiti import adapter, mapping
from marketplaces.connectors.dafiti.adapter import Dafiti
from marketplaces.crossing import Reached
from orders.snapshot import OrderSnapshot
from tests.marketplaces.wire import Turns, make_adapter

Json = dict[str, Any]
SAMPLES = Path(str(adapter.__file__)).parent / "samples"
CREDENTIALS = {"client_id": "client", "client_secret": "client-secret", "webhook_key": "hook-word"}
SEEN_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SET_TO = "/v2/orders/statuses/set-to-"
RTS, PACKED = f"{SET_TO}ready-to-ship", f"{SET_TO}packed-by-marketplace"
SHIPPED, DELIVERED = f"{SET_TO}shipped", f"{SET_TO}delivered"
CANCELLED, FAILED = f"{SET_TO}cancelled", f"{SET_TO}delivery-failed"
KEY_CALL = "/v2/orders/set-invoice-access-key"
PICKUP = "/v2/order-pickup-requests"


def sample(name: str = "approved_and_packed", **over: Any) -> Json:
    """A sample's document; `over` replaces top-level keys, and ... removes them."""
    document = json.loads((SAMPLES / f"{name}.json").read_text())
    return {key: value for key, value in {**document, **over}.items() if value is not ...}


def unit(unit_id: int = 71001, status: str = "pending", **over: Any) -> Json:
    """An item that is not packed; `tracking`, `provider`, `kind` and `sku` reach into it."""
    found: Json = {**sample("approved_two_units_with_voucher")["items"][0], "id": unit_id, "status": status}
    shipment, product = {**found["shipment"]}, {**found["product"]}
    shipment["trackingCode"] = over.pop("tracking", "")
    shipment["type"] = over.pop("kind", shipment["type"])
    shipment["preProvider"] = {"name": over.pop("provider", "Total Express")}
    product["sellerSku"] = over.pop("sku", product["sellerSku"])
    return {**found, "shipment": shipment, "product": product, **over}


def order(*units: Json, **over: Any) -> Json:
    return sample(items=list(units), **over)


def snapshot(document: Mapping[str, Any]) -> OrderSnapshot:
    return mapping.snapshot(json.dumps(document).encode(), seen_at=SEEN_AT)


async def polled(adapter: Dafiti, cursor: str = "") -> list[Fetched | Reached]:
    return [one async for one in adapter.fetch(cursor)]


def problem(detail: str, *, status: int = 422) -> httpx.Response:
    told = {"type": "about:blank", "title": "Status Transition is not allowed", "status": 400, "detail": detail}
    return httpx.Response(status, json=told)


def page(*orders: Json, more: bool = False) -> Json:
    return {"items": list(orders), "pagination": {"limit": 50, "offset": 0, "hasNext": more}}


class Api:
    """Answers by path: what a test prepared, once each; then what it holds."""

    def __init__(self, *orders: Json) -> None:
        self.orders = {str(order["id"]): order for order in orders}
        self.packages: list[Json] = []
        self.providers = [
            {"name": "Total Express", "default": True, "apiIntegrationAvailable": False, "status": True},
            {"name": "Dafiti Envios", "default": False, "apiIntegrationAvailable": True, "status": True},
        ]
        self.reasons = [
            {"type": "canceled", "name": "Sem estoque"},
            {"type": "failed", "name": "Endereço não localizado"},
            {"type": "failed", "name": "Cliente ausente"},
        ]
        self.prepared: dict[str, deque[Any]] = defaultdict(deque)
        self.requests: list[httpx.Request] = []
        self.turns = Turns()

    def adapter(self, *, signing: str = "", arranging: Mapping[str, str] | None = None, **credentials: str) -> Dafiti:
        made = make_adapter("dafiti", self.answer, credentials={**CREDENTIALS, **credentials}, turns=self.turns)
        connection = replace(made.connection, options={"signing": signing}, arranging=arranging or {})
        return Dafiti(connection, made.http, made.limiter)

    def next(self, path: str, *answers: Any) -> None:
        """Documents, responses, exceptions, or functions of the request."""
        self.prepared[path] += answers

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if self.prepared[path]:
            return _response(self.prepared[path].popleft(), request)
        held: dict[str, Callable[[], Any]] = {
            "/v2/orders": lambda: page(*self.orders.values()),
            "/v2/order-items/packages": lambda: self.packages,
            "/v2/orders-failure-reasons": lambda: self.reasons,
            "/v2/orders-shipment-providers": lambda: self.providers,
        }
        if path in held:
            return httpx.Response(200, json=held[path]())
        if request.method == "GET":
            found = self.orders.get(path.rpartition("/")[2])
            return httpx.Response(200, json=found) if found else httpx.Response(404)
        body = json.loads(request.content)
        rows = body.get("orderItems", []) if isinstance(body, dict) else []
        ids = body.get("orderItemIds") or [row.get("id", row.get("orderItemId")) for row in rows]
        return httpx.Response(200, json={"orderItemIds": ids})

    def calls(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == path]

    def body(self, path: str) -> Json:
        """Of the only call."""
        (request,) = self.calls(path)
        body: Json = json.loads(request.content)
        return body

    @property
    def writes(self) -> list[str]:
        return [request.url.path for request in self.requests if request.method != "GET"]


def _response(told: Any, request: httpx.Request) -> httpx.Response:
    if isinstance(told, Exception):
        raise told
    if callable(told):
        return _response(told(request), request)
    return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)
