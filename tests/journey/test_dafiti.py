"""Dafiti through real processes: a seller's own carrier from payment to the buyer, and Dafiti's, that drives itself."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.factories import make_access_key
from tests.hub import Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

CHANNEL = "dafiti-loja"
CONNECT = """
import json
from marketplaces.models import Account
from orders.models import Channel
known = json.loads({known!r})
named = {{"name": "Loja na Dafiti", "marketplace": "dafiti"}}
channel, _ = Channel.objects.get_or_create(code={channel!r}, defaults=named)
keys = {{"client_id": known["client_id"], "client_secret": known["client_secret"], "webhook_key": "palavra-longa"}}
facts = {{"connector": "dafiti", "production": False, "base_url": {url!r}, "credentials": keys}}
Account.objects.update_or_create(channel=channel, defaults=facts)
"""


@pytest.fixture
def seller(hub: Hub) -> Iterator[SandboxClient]:
    """Dafiti's seller `demo`, connected, its webhooks coming here."""
    with SandboxClient(hub.sandbox.base, face="dafiti") as client:
        client.switch(carrier_seconds=3, tracking_seconds=2, export_seconds=1)
        hub.run(CONNECT.format(known=json.dumps(client.credentials), url=client.url, channel=CHANNEL))
        door = str(hub.api.base_url).split("/api")[0]
        client.command("subscribe", callback_url=f"{door}/webhooks/{CHANNEL}/palavra-longa")
        yield client


def order_of(hub: Hub, code: str) -> dict[str, Any]:
    answer = hub.api.get("/orders", params={"channel": CHANNEL, "code": code}).json()
    orders: list[dict[str, Any]] = answer["orders"]
    return orders[0] if orders else {"id": 0, "status": ""}


def becomes(hub: Hub, code: str, status: str) -> int:
    until(lambda: order_of(hub, code)["status"] == status, within=120)
    return int(order_of(hub, code)["id"])


def put(hub: Hub, order: int, what: str, body: dict[str, Any], *, method: str = "PUT") -> None:
    answer = hub.api.request(method, f"/orders/{order}/{what}", json=body)
    assert answer.status_code in (200, 201), answer.text


def test_a_sellers_own_carrier_from_payment_to_the_buyer(hub: Hub, seller: SandboxClient) -> None:
    code = str(seller.create_order(items=[{"sku": "GARRAFA-1L", "quantity": 2}])["code"])
    becomes(hub, code, "NEW")
    seller.pay(code)
    order = becomes(hub, code, "APPROVED")
    assert [(item["sku"], item["quantity"]) for item in hub.api.get(f"/orders/{order}").json()["items"]] == [
        ("GARRAFA-1L", 2)
    ]
    print(f"  order {code} is in Despacho: two units folded into one line, paid")

    key = make_access_key()
    put(hub, order, "invoice", {"access_key": key})
    put(hub, order, "arrange-shipping", {"choice": {"provider": "Total Express", "tracking_number": "TE0042BR"}})
    until(lambda: seller.effects(code).get("arranged"))
    (package,) = seller.order(code)["sandbox"]["packages"]
    assert (package["tracking"], package["access_key"]) == ("TE0042BR", key)
    print("  invoiced and ready to ship: Dafiti has the access key, the carrier and the tracking number")

    until(lambda: hub.api.get(f"/orders/{order}/documents").json()["documents"], within=120)
    (label,) = hub.api.get(f"/orders/{order}/documents").json()["documents"]
    assert hub.api.get(f"/orders/{order}/documents/{label['name']}").content.startswith(b"%PDF")
    print("  its label is there")

    put(hub, order, "shipments", {"tracking_code": "TE0042BR", "carrier": "Total Express"}, method="POST")
    put(hub, order, "delivery", {})
    until(lambda: seller.order(code)["sandbox"]["status"] == "delivered", within=120)

    effects = seller.effects(code)
    assert [effects[name] for name in ("invoiced", "arranged", "shipped", "delivered")] == [1, 1, 1, 1]
    until(lambda: not [u for u in hub.api.get(f"/orders/{order}").json()["updates"] if u["state"] == "PENDING"])
    told = {update["kind"]: update["state"] for update in hub.api.get(f"/orders/{order}").json()["updates"]}
    assert told == {
        "INVOICED": "SKIPPED",  # the key went with the hand-over
        "SHIPPING_ARRANGED": "SENT",
        "LABEL": "SENT",
        "SHIPPED": "SENT",
        "DELIVERED": "SENT",
    }
    print("  shipped and delivered: each told once")


def test_dafiti_envios_drives_the_order_itself(hub: Hub, seller: SandboxClient) -> None:
    code = str(seller.create_order(status="pending", provider="Dafiti Envios")["code"])
    order = becomes(hub, code, "APPROVED")
    put(hub, order, "invoice", {"access_key": make_access_key()})
    put(hub, order, "arrange-shipping", {})
    print(f"  order {code} is invoiced, its collection asked for")

    becomes(hub, code, "DELIVERED")

    effects = seller.effects(code)
    assert [effects[name] for name in ("packed", "arranged", "pickup_requested", "delivered_by_carrier")] == [
        1,
        1,
        1,
        1,
    ]
    assert "shipped" not in effects
    print("  packed, ready, fetched and delivered by Dafiti's carrier; webhooks told")
