"""Pushes: several keys, the configured address, and nothing believed but the order's number."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from marketplaces.connectors.shopee import pushes
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import NotGenuine
from tests.marketplaces.connectors.shopee import Shop

URL = "https://erp.example.com/webhooks/shopee"


def push(code: int, data: dict[str, Any], *, key: str = "push-key", url: str = URL, **envelope: Any) -> Webhook:
    body = json.dumps({"data": data, "shop_id": 700001, "code": code, "timestamp": 1660123127, **envelope}).encode()
    signature = hmac.new(key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()
    return Webhook(body=body, headers={"authorization": signature}, url=URL)


def verify(webhook: Webhook, **credentials: str) -> Ring:
    return pushes.verify(Shop().adapter(**credentials).connection, webhook)


@pytest.mark.parametrize(
    ("code", "name"),
    [(3, "ordersn"), (4, "ordersn"), (30, "ordersn"), (15, "order_sn"), (29, "order_sn"), (47, "order_sn")],
)
def test_a_push_about_an_order_rings_for_it(code: int, name: str) -> None:
    assert verify(push(code, {name: "261118EXA00001"})) == Ring(codes=("261118EXA00001",), shop_id="700001")


@pytest.mark.parametrize("code", [1, 2, 5, 12, 28])
def test_a_push_about_anything_else_rings_for_no_order(code: int) -> None:
    assert verify(push(code, {"shop_id": 700001, "ordersn": "261118EXA00001"})).codes == ()


@pytest.mark.parametrize("key", ["live-key", "test-key", "partner-key"])
def test_any_of_the_configured_keys_proves_it(key: str) -> None:
    assert verify(push(3, {"ordersn": "A1"}, key=key), push_key="live-key, test-key").codes == ("A1",)


@pytest.mark.parametrize(
    "webhook",
    [
        push(3, {"ordersn": "A1"}, key="somebody-else"),
        push(3, {"ordersn": "A1"}, url=URL + "/"),
        Webhook(body=b"{}", headers={}, url=URL),
        Webhook(body=b"{}", headers={"authorization": "ç"}, url=URL),
    ],
    ids=["other key", "other address", "no signature", "no hex"],
)
def test_what_proves_nothing_is_refused(webhook: Webhook) -> None:
    with pytest.raises(NotGenuine):
        verify(webhook)


def test_an_account_without_its_keys_takes_no_push() -> None:
    with pytest.raises(NotGenuine):
        verify(push(3, {"ordersn": "A1"}, key=""), push_key="")


@pytest.mark.parametrize("data", [{}, {"ordersn": None}, {"ordersn": ["A1"]}])
def test_an_odd_genuine_push_rings_for_nothing(data: dict[str, Any]) -> None:
    assert verify(push(3, data)).codes == ()


def test_a_genuine_body_that_is_no_object_rings_for_nothing() -> None:
    signed = hmac.new(b"push-key", URL.encode() + b"|[]", hashlib.sha256).hexdigest()

    assert verify(Webhook(body=b"[]", headers={"authorization": signed}, url=URL)) == Ring(codes=())
