"""A SkyHub client that only knows HTTP, so that these tests say what goes over the wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.shopee_api import Callback, ShopeeApi, listening, shopee_api_of
from tests.sandbox_server import sandbox_client, shopee_sandbox, skyhub_sandbox

__all__ = [
    "sandbox_client",
    "shopee_sandbox",
    "skyhub_sandbox",
]  # fixtures: pytest_plugins only works in the topmost conftest

KEY = "35260112345678000195550010000001231000001236"
TRACK = {"code": "BR123456789BR", "carrier": "Correios", "method": "SEDEX", "url": "https://rastreio.example.com/1"}


class Api:
    """SkyHub's API as a seller calls it; every method answers the raw response."""

    def __init__(self, url: str, credentials: dict[str, str]) -> None:
        self.headers = {
            "X-User-Email": credentials["email"],
            "X-Api-Key": credentials["api_key"],
            "X-Accountmanager-Key": credentials["accountmanager_key"],
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self.http = httpx.Client(base_url=url, headers=self.headers, timeout=5, verify=False)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.http.post(path, json=body, **options)

    def lease(self) -> httpx.Response:
        return self.http.get("/queues/orders")

    def acknowledge(self, code: str) -> httpx.Response:
        return self.http.delete(f"/queues/orders/{quote(code)}")

    def read(self, code: str) -> httpx.Response:
        return self.http.get(f"/orders/{quote(code)}")

    def write(self, code: str, what: str, body: Any) -> httpx.Response:
        return self.post(f"/orders/{quote(code)}/{what}", body)

    def invoice(self, code: str, status: str | None = "order_invoiced", **invoice: Any) -> httpx.Response:
        return self.write(code, "invoice", {"status": status, "invoice": {"key": KEY, **invoice}})

    def ship(
        self,
        code: str,
        lines: Any,
        *,
        shipment_code: str | None = None,
        track: Any = TRACK,
        **beside: Any,
    ) -> httpx.Response:
        """`beside` lies next to the shipment in the body."""
        shipment = {"code": shipment_code or code, "items": lines, "track": track}
        return self.write(code, "shipments", {"status": "order_shipped", "shipment": shipment, **beside})

    def deliver(self, code: str, **more: Any) -> httpx.Response:
        return self.write(code, "delivery", {"status": "complete", **more})

    def cancel(self, code: str) -> httpx.Response:
        return self.write(code, "cancel", {"status": "order_canceled"})


@pytest.fixture
def skyhub(skyhub_sandbox: SandboxClient) -> SandboxClient:
    """The sandbox without rate limits; tests about limits use `skyhub_sandbox` itself."""
    skyhub_sandbox.lift_limits()
    return skyhub_sandbox


@contextmanager
def api_of(client: SandboxClient) -> Iterator[Api]:
    api = Api(client.url, client.credentials)
    with api.http:
        yield api


@pytest.fixture
def api(skyhub_sandbox: SandboxClient) -> Iterator[Api]:
    with api_of(skyhub_sandbox) as api:
        yield api


@pytest.fixture
def shopee(shopee_sandbox: SandboxClient) -> SandboxClient:
    """The sandbox without rate limits."""
    shopee_sandbox.lift_limits()
    return shopee_sandbox


@pytest.fixture
def shop(shopee_sandbox: SandboxClient) -> Iterator[ShopeeApi]:
    with shopee_api_of(shopee_sandbox) as api:
        yield api


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listening() as found:
        yield found
