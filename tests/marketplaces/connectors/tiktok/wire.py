"""TikTok Shop's side of the wire for tests: samples, and a shop that answers what a test says."""

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marketplaces.adapter import Fetched
from marketplaces.connectors.tiktok import adapter, mapping
from marketplaces.connectors.tiktok.adapter import TikTokShop
from marketplaces.crossing import Reached
from orders.snapshot import OrderSnapshot
from tests.marketplaces.wire import Turns, make_adapter

Json = dict[str, Any]
SAMPLES = Path(str(adapter.__file__)).parent / "samples"
CREDENTIALS = {"service_id": "7000000000000000000", "app_key": "app-key", "app_secret": "app-secret"}
SEEN_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEARCH = "/order/202309/orders/search"
DETAIL = "/order/202507/orders"
UPLOAD = "/fulfillment/202502/invoice/upload"
CANCEL = "/return_refund/202309/cancellations"
RETURNS = "/return_refund/202309/returns/search"
PACKAGE = "/fulfillment/202309/packages/1158000000000000001"
SHOPS = [{"id": "700001", "name": "Loja", "region": "BR", "cipher": "GCP_1"}]
SLOTS = {
    "can_pickup": True,
    "can_drop_off": True,
    "pickup_slots": [
        {"start_time": 1795089600, "end_time": 1795100400, "avaliable": False},
        {"start_time": 1795104000, "end_time": 1795114800, "avaliable": True},
        {"start_time": 1795176000, "end_time": 1795186800, "avaliable": True},
    ],
}
REASONS = ["seller_cancel_reason_out_of_stock", "seller_cancel_paid_reason_buyer_requested_cancellation"]
ELIGIBLE = [
    {"line_item_eligibility": [{"request_type": "CANCEL", "eligible": True, "available_reason_names": REASONS}]}
]


def sample(name: str = "approved_needs_invoice", **over: Any) -> Json:
    """A sample's document; `over` replaces top-level keys, and ... removes them."""
    document = json.loads((SAMPLES / f"{name}.json").read_text())
    return {key: value for key, value in {**document, **over}.items() if value is not ...}


def unit(**over: Any) -> Json:
    return {**sample()["line_items"][0], **over}


def snapshot(document: Mapping[str, Any]) -> OrderSnapshot:
    return mapping.snapshot(json.dumps(document).encode(), seen_at=SEEN_AT)


def ok(data: Any = None) -> Json:
    return {"code": 0, "message": "Success", "request_id": "r1", "data": data if data is not None else {}}


async def polled(adapter_: TikTokShop, cursor: str = "") -> list[Fetched | Reached]:
    return [one async for one in adapter_.fetch(cursor)]


class Shop:
    """Answers by path: what a test prepared, once each; then what it holds; else a bare success."""

    def __init__(self, *orders: Json) -> None:
        self.orders = {order["id"]: order for order in orders}
        self.cancellations: list[Json] = []
        self.returns: list[Json] = []
        self.package: Json = {"package_status": "TO_FULFILL", "package_sub_status": "STOCKING"}
        self.prepared: dict[str, deque[Any]] = defaultdict(deque)
        self.requests: list[httpx.Request] = []
        self.turns = Turns()

    def adapter(self, **credentials: str) -> TikTokShop:
        made = make_adapter("tiktok", self.answer, credentials={**CREDENTIALS, **credentials}, turns=self.turns)
        assert isinstance(made, TikTokShop)
        return made

    def next(self, path: str, *answers: Any) -> None:
        """Documents, responses, exceptions, or functions of the request."""
        self.prepared[path] += answers

    def refuse(self, path: str, code: int, message: str = "", *, status: int = 200, **headers: str) -> None:
        body = {"code": code, "message": message, "request_id": "r1", "data": None}
        self.next(path, httpx.Response(status, json=body, headers=headers))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if self.prepared[path]:
            return _response(self.prepared[path].popleft(), request)
        return httpx.Response(200, json=ok(self._held(path, request)))

    def _held(self, path: str, request: httpx.Request) -> Any:
        if path in (DETAIL, "/order/202309/orders"):
            asked = request.url.params["ids"].split(",")
            return {"orders": [self.orders[code] for code in asked if code in self.orders]}
        held: dict[str, Any] = {
            "/authorization/202309/shops": {"shops": SHOPS},
            SEARCH: {"orders": [{"id": code} for code in self.orders], "next_page_token": ""},
            f"{CANCEL}/search": {"cancellations": self.cancellations},
            RETURNS: {"return_orders": self.returns} if self.returns else {},
            PACKAGE: self.package,
            f"{PACKAGE}/handover_time_slots": SLOTS,
            "/return_refund/202309/reject_reasons": {"reasons": []},
        }
        return held.get(path, {"sku_eligibility": ELIGIBLE} if path.endswith("eligibility") else {})

    def calls(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == path]

    def body(self, path: str) -> Json:
        """Of the only call."""
        (request,) = self.calls(path)
        body: Json = json.loads(request.content)
        return body

    @property
    def writes(self) -> list[str]:
        found = [request.url.path for request in self.requests if request.method != "GET"]
        return [path for path in found if not path.endswith("/search")]


def _response(told: Any, request: httpx.Request) -> httpx.Response:
    if isinstance(told, Exception):
        raise told
    if callable(told):
        return _response(told(request), request)
    return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)
