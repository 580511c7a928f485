"""A Shopee client that only knows HTTP and signs by itself, and a callback URL that listens for pushes."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from sandbox.client import SandboxClient

Json = dict[str, Any]


def hex_hmac(key: str, message: str | bytes) -> str:
    raw = message if isinstance(message, bytes) else message.encode()
    return hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()


class ShopeeApi:
    """Calls answer the parsed body; `raw` the response itself."""

    def __init__(self, client: SandboxClient) -> None:
        found = client.credentials
        self.base = client.url
        self.partner_id, self.key, self.push_key = found["partner_id"], found["partner_key"], found["push_partner_key"]
        self.shop_id, self.access_token, self.refresh_token = (
            found["shop_id"],
            found["access_token"],
            found["refresh_token"],
        )
        self.http = httpx.Client(timeout=5)

    def params(self, path: str, *, public: bool = False, at: int | None = None, **changes: str) -> dict[str, str]:
        timestamp = str(int(time.time()) if at is None else at)
        shop = {} if public else {"access_token": self.access_token, "shop_id": self.shop_id}
        signed = {"partner_id": self.partner_id, "timestamp": timestamp, **shop}
        message = self.partner_id + path + timestamp + "".join(shop.values())
        return {**signed, "sign": hex_hmac(self.key, message), **changes}

    def raw(self, method: str, name: str, body: Any = None, *, public: bool = False, **options: Any) -> httpx.Response:
        path = f"/api/v2/{name}"
        query = {key: str(value) for key, value in options.pop("query", {}).items()}
        params = {**self.params(path, public=public, **options.pop("changes", {})), **query}
        return self.http.request(method, self.base + path, params=params, json=body, **options)

    def get(self, name: str, *, public: bool = False, **query: Any) -> Json:
        answer: Json = self.raw("GET", name, public=public, query=query).json()
        return answer

    def post(self, name: str, *, public: bool = False, **body: Any) -> Json:
        answer: Json = self.raw("POST", name, body, public=public).json()
        return answer

    # -- the calls most tests need ---------------------------------------------------------------------

    def order_list(self, **query: Any) -> Json:
        now = int(time.time())
        window = {"time_range_field": "update_time", "time_from": now - 86_400, "time_to": now + 86_400}
        return self.get("order/get_order_list", **{**window, "page_size": 50, **query})

    def listed(self, **query: Any) -> list[str]:
        return [row["order_sn"] for row in self.order_list(**query)["response"]["order_list"]]

    def detail(self, sn: str, *fields: str) -> Json:
        answer = self.get("order/get_order_detail", order_sn_list=sn, response_optional_fields=",".join(fields))
        order: Json = answer["response"]["order_list"][0]
        return order

    def pickup(self, sn: str, **body: Any) -> Json:
        """Shipping parameters, the first address and the recommended slot, ship_order."""
        found = self.get("logistics/get_shipping_parameter", order_sn=sn, **body)["response"]["pickup"]
        address = found["address_list"][0]
        pickup = {
            "address_id": address["address_id"],
            "pickup_time_id": address["time_slot_list"][0]["pickup_time_id"],
        }
        return self.post("logistics/ship_order", order_sn=sn, pickup=pickup, **body)

    def dropoff(self, sn: str, **body: Any) -> Json:
        return self.post("logistics/ship_order", order_sn=sn, dropoff={}, **body)

    def upload(self, sn: str, xml: bytes, file_type: str = "4") -> Json:
        fields = {"order_sn": sn, "file_type": file_type}
        files = {"file": ("nota.xml", xml, "application/xml")}
        path = "/api/v2/order/upload_invoice_doc"
        response = self.http.post(self.base + path, params=self.params(path), data=fields, files=files)
        answer: Json = response.json()
        return answer

    def refresh(self, token: str | None = None) -> Json:
        return self.post(
            "auth/access_token/get",
            public=True,
            refresh_token=self.refresh_token if token is None else token,
            partner_id=int(self.partner_id),
            shop_id=int(self.shop_id),
        )

    def adopt(self, pair: Json) -> None:
        self.access_token, self.refresh_token = pair["access_token"], pair["refresh_token"]


@contextmanager
def shopee_api_of(client: SandboxClient) -> Iterator[ShopeeApi]:
    api = ShopeeApi(client)
    with api.http:
        yield api


class Callback:
    """A callback URL that remembers what it was sent and answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.answer = b""
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                callback.calls.append((dict(self.headers), body))
                self.send_response(callback.status)
                self.send_header("Content-Length", str(len(callback.answer)))
                self.end_headers()
                self.wfile.write(callback.answer)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/shopee?x=1"

    def pushes(self, code: int | None = None) -> list[Json]:
        found = [json.loads(body) for _, body in list(self.calls)]
        return [push for push in found if code in (None, push["code"])]

    def wait(self, enough: Callable[[], bool]) -> None:
        """Until it holds, at most 5 s."""
        deadline = time.monotonic() + 5
        while not enough():
            assert time.monotonic() < deadline, f"only {self.pushes()} arrived"
            time.sleep(0.02)


@contextmanager
def listening() -> Iterator[Callback]:
    callback = Callback()
    thread = threading.Thread(target=callback.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield callback
    finally:
        callback.server.shutdown()
        callback.server.server_close()
        thread.join(5)
