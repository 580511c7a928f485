"""A TikTok Shop client that only knows HTTP and signs by itself."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx

from sandbox.client import SandboxClient

Json = dict[str, Any]


def hex_hmac(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


class TikTokApi:
    """`call` answers the parsed body; `raw` the response itself. `changes` replaces what is signed, None removes it."""

    def __init__(self, client: SandboxClient) -> None:
        found = client.credentials
        self.base = client.url
        self.key, self.secret, self.cipher = found["app_key"], found["app_secret"], found["shop_cipher"]
        self.access_token, self.refresh_token = found["access_token"], found["refresh_token"]
        self.service_id = found["service_id"]
        self.http = httpx.Client(timeout=5)

    def sign(self, path: str, query: dict[str, str], body: bytes) -> str:
        text = "".join(name + query[name] for name in sorted(query))
        return hex_hmac(self.secret, f"{self.secret}{path}{text}".encode() + body + self.secret.encode())

    def raw(
        self, method: str, path: str, body: Any = None, *, query: Json | None = None, changes: Json | None = None
    ) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        asked = {name: str(value) for name, value in (query or {}).items()}
        asked |= {"app_key": self.key, "timestamp": str(int(time.time())), "shop_cipher": self.cipher}
        asked = {name: value for name, value in {**asked, **(changes or {})}.items() if value is not None}
        asked.setdefault("sign", self.sign(path, asked, content))
        headers = {"x-tts-access-token": self.access_token, "Content-Type": "application/json"}
        return self.http.request(method, self.base + path, params=asked, content=content or None, headers=headers)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Json:
        answer: Json = self.raw(method, path, body, query=query).json()
        return answer

    # -- the calls most tests need ---------------------------------------------------------------------

    def shops(self) -> Json:
        answer: Json = self.raw("GET", "/authorization/202309/shops", changes={"shop_cipher": None}).json()
        return answer

    def search(self, body: Json | None = None, **query: Any) -> Json:
        return self.call("POST", "/order/202309/orders/search", body or {}, **query)

    def listed(self, body: Json | None = None, **query: Any) -> list[str]:
        return [row["id"] for row in self.search(body, **query)["data"]["orders"]]

    def detail(self, code: str, version: str = "202507") -> Json:
        order: Json = self.call("GET", f"/order/{version}/orders", ids=code)["data"]["orders"][0]
        return order

    def package(self, code: str) -> str:
        return str(self.detail(code)["packages"][0]["id"])

    def upload(self, code: str, xml: bytes, **changes: Any) -> Json:
        row = {
            "package_id": self.package(code),
            "order_ids": [code],
            "file_type": "XML",
            "file": base64.b64encode(xml).decode(),
            **changes,
        }
        return self.call("POST", "/fulfillment/202502/invoice/upload", {"invoices": [row]})

    def ship(self, package: str, **how: Any) -> Json:
        return self.call("POST", f"/fulfillment/202309/packages/{package}/ship", how)

    def read_package(self, package: str) -> Json:
        data: Json = self.call("GET", f"/fulfillment/202309/packages/{package}")["data"]
        return data

    def document(self, package: str, **query: Any) -> Json:
        query = {"document_type": "SHIPPING_LABEL", **query}
        return self.call("GET", f"/fulfillment/202309/packages/{package}/shipping_documents", **query)

    def cancel(self, code: str, reason: str, **more: Any) -> Json:
        body = {"order_id": code, "cancel_reason": reason, **more}
        return self.call("POST", "/return_refund/202309/cancellations", body)

    def cancellations(self, code: str) -> list[Json]:
        answer = self.call("POST", "/return_refund/202309/cancellations/search", {"order_ids": [code]})
        rows: list[Json] = answer["data"]["cancellations"]
        return rows

    def token(self, what: str, **query: str) -> Json:
        asked = {"app_key": self.key, "app_secret": self.secret, **query}
        answer: Json = self.http.get(f"{self.base}/api/v2/token/{what}", params=asked).json()
        return answer
