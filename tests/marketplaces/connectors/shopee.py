"""Shopee's side of the wire for tests: samples, and a shop that answers what a test says."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marketplaces.adapter import Fetched
from marketplaces.connectors.shopee import adapter, mapping
from marketplaces.connectors.shopee.adapter import Shopee
from marketplaces.crossing import Reached
from orders.snapshot import OrderSnapshot
from tests.marketplaces.wire import Turns, make_adapter

Json = dict[str, Any]
SAMPLES = Path(str(adapter.__file__)).parent / "samples"
CREDENTIALS = {"partner_id": "1000001", "partner_key": "partner-key", "push_key": "push-key"}
SEEN_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OK = {"error": "", "message": "", "request_id": "r1"}


def sample(name: str = "approved_ready_to_ship", **over: Any) -> Json:
    """A sample's document; `over` replaces top-level keys, and ... removes them."""
    document = json.loads((SAMPLES / f"{name}.json").read_text())
    return {key: value for key, value in {**document, **over}.items() if value is not ...}


def item(**over: Any) -> Json:
    return {**sample()["item_list"][0], **over}


def package(**over: Any) -> Json:
    return {**sample()["package_list"][0], **over}


def snapshot(document: Mapping[str, Any]) -> OrderSnapshot:
    return mapping.snapshot(json.dumps(document).encode(), seen_at=SEEN_AT)


async def polled(adapter: Shopee, cursor: str = "") -> list[Fetched | Reached]:
    return [one async for one in adapter.fetch(cursor)]


class Shop:
    """Answers by path: what a test prepared, once each; then what it holds; else a bare success."""

    def __init__(self, *orders: Json) -> None:
        self.orders = {order["order_sn"]: order for order in orders}
        self.packages: dict[str, bool] = {}  #: number → is_shipment_arranged
        self.prepared: dict[str, deque[Any]] = defaultdict(deque)
        self.requests: list[httpx.Request] = []
        self.turns = Turns()

    def adapter(self, **credentials: str) -> Shopee:
        made = make_adapter("shopee", self.answer, credentials={**CREDENTIALS, **credentials}, turns=self.turns)
        assert isinstance(made, Shopee)
        return made

    def next(self, path: str, *answers: Any) -> None:
        """Documents, responses, exceptions, or functions of the request."""
        self.prepared[path] += answers

    def refuse(self, path: str, error: str, message: str = "", *, status: int = 200) -> None:
        self.next(path, httpx.Response(status, json={**OK, "error": error, "message": message}))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.removeprefix("/api/v2/")
        if self.prepared[path]:
            return _response(self.prepared[path].popleft(), request)
        held: dict[str, Callable[[httpx.Request], Json]] = {
            "order/get_order_list": self._list,
            "order/get_order_detail": self._details,
            "order/get_package_detail": self._packages,
            "logistics/get_shipping_parameter": lambda _: {**OK, "response": PARAMETER},
        }
        return httpx.Response(200, json=held[path](request) if path in held else OK)

    def calls(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == f"/api/v2/{path}"]

    def body(self, path: str) -> Json:
        """Of the only call."""
        (request,) = self.calls(path)
        body: Json = json.loads(request.content)
        return body

    @property
    def writes(self) -> list[str]:
        return [r.url.path.removeprefix("/api/v2/") for r in self.requests if r.method == "POST"]

    def _list(self, _request: httpx.Request) -> Json:
        rows = [{"order_sn": code, "order_status": order["order_status"]} for code, order in self.orders.items()]
        return {**OK, "response": {"more": False, "next_cursor": "", "order_list": rows}}

    def _details(self, request: httpx.Request) -> Json:
        asked = request.url.params["order_sn_list"].split(",")
        found = [self.orders[code] for code in asked if code in self.orders]
        if not found:
            return {**OK, "error": "error_not_found", "message": "Wrong parameters, detail: the order is not found."}
        return {**OK, "warning": None, "response": {"order_list": found}}

    def _packages(self, request: httpx.Request) -> Json:
        numbers = request.url.params["package_number_list"].split(",")
        rows = [{"package_number": n, "is_shipment_arranged": self.packages.get(n, False)} for n in numbers]
        return {**OK, "response": {"package_list": rows}}


#: Slots of two addresses; the second is where Shopee picks up.
PARAMETER: Json = {
    "info_needed": {"pickup": ["address_id", "pickup_time_id"]},
    "dropoff": None,
    "pickup": {
        "address_list": [
            {
                "address_id": 1,
                "address_flag": ["default_address"],
                "time_slot_list": [{"date": 5, "pickup_time_id": "5"}],
            },
            {
                "address_id": 2,
                "address_flag": ["pickup_address"],
                "time_slot_list": [
                    {"date": 8, "pickup_time_id": "8", "flags": []},
                    {"date": 9, "pickup_time_id": "9", "flags": ["recommended"]},
                ],
            },
        ]
    },
}


def page(*codes: str, more: bool = False, cursor: str = "") -> Json:
    rows = [{"order_sn": code, "order_status": "READY_TO_SHIP"} for code in codes]
    return {**OK, "response": {"more": more, "next_cursor": cursor, "order_list": rows}}


def _response(told: Any, request: httpx.Request) -> httpx.Response:
    if isinstance(told, Exception):
        raise told
    if callable(told):
        return _response(told(request), request)
    return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)
