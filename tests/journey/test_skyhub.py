"""One order from SkyHub's queue to the buyer, through real processes. `make journey` tells it while it happens."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.factories import make_access_key
from tests.hub import Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

TEST_ORDER = {
    "channel": "Submarino",
    "items": [{"id": "GARRAFA-1L", "qty": 2, "original_price": 69.99, "special_price": 59.9}],
    "customer": {
        "name": "Compradora de Teste",
        "email": "compradora@example.com",
        "date_of_birth": "1995-01-01",
        "gender": "female",
        "vat_number": "52998224725",
        "phones": ["11900000000"],
    },
    "shipping_method": "Correios PAC",
    "estimated_delivery": "2099-01-10",
    "shipping_cost": 12.5,
    "interest": 0.0,
    "discount": 0.0,
}
ADDRESS = {
    "street": "Rua de Teste", "number": 130, "detail": "Fundos", "neighborhood": "Centro", "city": "São Paulo",
    "region": "SP", "country": "BR", "postcode": "01001000",
}  # fmt: skip


def seller(hub: Hub) -> httpx.Client:
    """The seller's own access to SkyHub, where test orders are made."""
    credentials = hub.sandbox.credentials
    headers = {
        "X-User-Email": credentials["email"],
        "X-Api-Key": credentials["api_key"],
        "X-Accountmanager-Key": credentials["accountmanager_key"],
        "Accept": "application/json",
    }
    return httpx.Client(base_url=hub.sandbox.url, headers=headers)


def arrived(hub: Hub, code: str, status: str) -> Callable[[], bool]:
    def is_there() -> bool:
        orders = hub.api.get("/orders", params={"channel": "skyhub-demo", "code": code}).json()["orders"]
        return bool(orders) and orders[0]["status"] == status

    return is_there


def sent(hub: Hub, path: str, code: str) -> list[dict[str, Any]]:
    """Bodies of the calls to `/orders/<code>/<path>` that SkyHub's ledger holds."""
    return [json.loads(call["body"]) for call in hub.sandbox.ledger(method="POST", code=code, path=f"/{path}$")]


def test_an_order_from_the_queue_to_the_buyer(hub: Hub) -> None:
    with seller(hub) as skyhub:
        before = {order["code"] for order in hub.sandbox.orders()}
        created = {**TEST_ORDER, "billing_address": ADDRESS, "shipping_address": ADDRESS}
        assert skyhub.post("/orders", json={"order": created}).status_code == 201
        ((code,)) = {order["code"] for order in hub.sandbox.orders()} - before
        print(f"  SkyHub has test order {code}, not paid yet")
        until(arrived(hub, code, "NEW"))
        print("  it is in Despacho, awaiting payment")

        assert skyhub.post(f"/orders/{code}/approval", json={"status": "payment_received"}).status_code == 201
    until(arrived(hub, code, "APPROVED"))
    ((order_id,),) = hub.query("SELECT id FROM orders_order WHERE code = %s", code)
    print("  it is paid")

    key = make_access_key()
    invoiced = hub.api.put(f"/orders/{order_id}/invoice", json={"access_key": key})
    shipment = {
        "tracking_code": "BR123456789BR",
        "carrier": "Correios",
        "method": "PAC",
        "tracking_url": "https://example.com/rastreio",
        "items": [{"sku": "GARRAFA-1L", "quantity": 2}],
    }
    shipped = hub.api.post(f"/orders/{order_id}/shipments", json=shipment)
    delivered = hub.api.put(f"/orders/{order_id}/delivery", json={})
    assert (invoiced.status_code, shipped.status_code, delivered.status_code) == (200, 201, 200)
    print("  the warehouse invoiced, shipped and delivered it")

    until(lambda: hub.sandbox.order(code)["status"]["type"] == "DELIVERED")
    print("  SkyHub knows that it is delivered")

    told = [call["effect"] for call in hub.sandbox.ledger(code=code, method="POST")]
    assert [effect for effect in told if effect in ("invoiced", "shipped", "delivered")] == told[-3:]
    assert told[-3:] == ["invoiced", "shipped", "delivered"]
    (invoice,) = sent(hub, "invoice", code)
    assert (invoice["status"], invoice["invoice"]["key"]) == ("order_invoiced", key)
    (hand_over,) = sent(hub, "shipments", code)
    assert hand_over["status"] == "order_shipped"
    assert hand_over["shipment"]["items"] == [{"sku": "GARRAFA-1L", "qty": 2}]
    assert hand_over["shipment"]["track"]["code"] == "BR123456789BR"
    (delivery,) = sent(hub, "delivery", code)
    assert delivery["status"] == "complete"
    effects = hub.sandbox.effects(code)
    assert (effects["invoiced"], effects["shipped"], effects["delivered"]) == (1, 1, 1)
    assert effects["leased"] == effects["acknowledged"] == 2
    print("  its ledger holds one invoice, one shipment, one delivery, in that order")
