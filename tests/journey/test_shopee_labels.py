"""Shopee through real processes: a Correios drop-off up to its label, and webhooks that were lost and found again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.hub import Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

HOUR = 3600
CONNECT = """
import json
from datetime import timedelta
from django.utils import timezone
from marketplaces import tokens
from marketplaces.crossing import Grant
from marketplaces.models import Account
from orders.models import Channel
known = json.loads({known!r})
words = {{"name": "Loja na Shopee", "marketplace": "shopee"}}
channel, _ = Channel.objects.get_or_create(code="shopee-loja", defaults=words)
keys = {{"partner_id": known["partner_id"], "partner_key": known["partner_key"], "push_key": known["push_partner_key"]}}
facts = {{"connector": "shopee", "production": False, "base_url": {url!r}, "credentials": keys}}
facts["shop_id"] = known["shop_id"]
account, _ = Account.objects.update_or_create(channel=channel, defaults=facts)
tokens.store(account, Grant(access_token=known["access_token"], refresh_token=known["refresh_token"],
                            expires_at=timezone.now() + timedelta(hours=4)))
"""


@pytest.fixture
def shop(hub: Hub) -> Iterator[SandboxClient]:
    """Shopee's shop `demo`, connected, where the carrier is quick."""
    with SandboxClient(hub.sandbox.base, face="shopee") as client:
        client.switch(carrier_moves=False, tracking_seconds=2, document_seconds=1)
        hub.run(CONNECT.format(known=json.dumps(client.credentials), url=client.url))
        yield client


def order_of(hub: Hub, code: str) -> dict[str, Any]:
    orders: list[dict[str, Any]] = hub.api.get("/orders", params={"channel": "shopee-loja", "code": code}).json()[
        "orders"
    ]
    return orders[0] if orders else {"id": 0, "status": ""}


def labels_of(hub: Hub, order: int) -> list[dict[str, Any]]:
    documents = hub.api.get(f"/orders/{order}/documents").json()["documents"]
    return [document for document in documents if document["kind"] == "LABEL"]


def test_a_correios_drop_off_up_to_its_label(hub: Hub, shop: SandboxClient) -> None:
    spec = {"status": "READY_TO_SHIP", "channel": "correios", "age": 3 * HOUR, "paid_ago": 2 * HOUR}
    code = str(shop.create_order(**spec)["order_sn"])
    until(lambda: order_of(hub, code)["id"])
    order = order_of(hub, code)["id"]
    print(f"  order {code} is in Despacho, paid two hours ago")

    xml = {"content": shop.nfe_xml(), "headers": {"Content-Type": "application/xml"}}
    invoiced = hub.api.put(f"/orders/{order}/invoice", **xml)
    assert invoiced.status_code == 200, invoiced.text
    print("  the warehouse invoiced it; Shopee wants no NF-e of a Correios order")
    arranged = hub.api.put(f"/orders/{order}/arrange-shipping", json={})
    assert arranged.status_code == 200, arranged.text
    until(lambda: shop.effects(code).get("arranged"))
    print("  the warehouse arranged the drop-off, Shopee took it")

    until(lambda: labels_of(hub, order), within=120)
    (label,) = labels_of(hub, order)
    content = hub.api.get(f"/orders/{order}/documents/{label['name']}")
    whole = hub.api.get(f"/orders/{order}").json()

    assert (label["kind"], label["content_type"]) == ("LABEL", "application/pdf")
    assert content.content.startswith(b"%PDF")
    assert [tracking["code"] for tracking in whole["trackings"]] == [label["tracking_code"]]
    assert shop.effects(code)["arranged"] == shop.effects(code)["document_created"] == 1
    updates = [(update["kind"], update["state"]) for update in whole["updates"]]
    assert updates == [("INVOICED", "SKIPPED"), ("SHIPPING_ARRANGED", "SENT"), ("LABEL", "SENT")]
    print(f"  its label is there, with tracking number {label['tracking_code']}")


def test_lost_webhooks_are_recovered(hub: Hub, shop: SandboxClient) -> None:
    shop.command("subscribe", callback_url=f"{str(hub.api.base_url).split('/api')[0]}/webhooks/shopee-loja", codes=[3])
    shop.command("lose_pushes", count=10)
    code = str(shop.create_order(status="READY_TO_SHIP")["order_sn"])
    lost = [entry for entry in shop.queue() if entry["state"] == "lost"]
    assert lost
    print(f"  {len(lost)} webhooks about order {code} were lost")

    hub.query("UPDATE marketplaces_account SET reconcile_after = NULL WHERE connector = 'shopee'")
    until(lambda: hub.query("SELECT 1 FROM marketplaces_hint WHERE %s = ANY(codes) AND done_at IS NOT NULL", code))

    assert [entry for entry in shop.queue() if entry["state"] == "lost"] == []
    assert order_of(hub, code)["id"]
    print("  they were found, their order was read, and Shopee forgot them")
