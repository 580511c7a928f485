"""A Dafiti client that only knows HTTP, so that these tests say what goes over the wire."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.client import SandboxClient

Json = dict[str, Any]
SET_TO = "/v2/orders/statuses/set-to-"


class Api:
    """The seller `demo` with a token."""

    def __init__(self, client: SandboxClient) -> None:
        known = client.credentials
        self.basic = (known["client_id"], known["client_secret"])
        self.http = httpx.Client(base_url=client.url)
        answer = self.http.post("/oauth/client-credentials", auth=self.basic, data={"grant_type": "client_credentials"})
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def orders(self, **query: Any) -> Json:
        found: Json = self.get("/v2/orders", **{"limit": 50, "offset": 0, **query}).json()
        return found

    def set_to(self, status: str, **body: Any) -> httpx.Response:
        return self.http.post(f"{SET_TO}{status}", json=body)

    def ready(self, *unit_ids: int, **body: Any) -> httpx.Response:
        usual = {"trackingNumber": "TE1", "deliveryType": "dropship", "shippingProvider": "Total Express"}
        return self.set_to("ready-to-ship", **{"orderItems": [{"id": unit} for unit in unit_ids], **usual, **body})


@pytest.fixture
def seller(sandbox_client: SandboxClient) -> Iterator[SandboxClient]:
    sandbox_client.reset()
    with SandboxClient(sandbox_client.base, face="dafiti") as client:
        client.lift_limits()
        client.switch(tracking_seconds=0)
        yield client


@pytest.fixture
def api(seller: SandboxClient) -> Iterator[Api]:
    made = Api(seller)
    yield made
    made.http.close()
