"""One order from TikTok Shop to the buyer, through real processes: paid, invoiced, labeled, shipped, delivered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.running import roles
from config.running.ports import free_port
from config.running.processes import Group
from sandbox.client import SandboxClient
from tests.hub import Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

CONNECT = """
import json
from datetime import UTC, datetime, timedelta
from marketplaces import tokens
from marketplaces.crossing import Grant
from marketplaces.models import Account
from orders.models import Channel
told = json.loads({told!r})
channel = Channel.objects.create(code="tiktok-loja", name="TikTok Shop", marketplace="tiktok")
account = Account.objects.create(channel=channel, connector="tiktok", production=False, base_url=told["url"],
                                 shop_id=told["shop_id"], credentials=told["credentials"])
ends = datetime.now(UTC) + timedelta(days=7)
tokens.store(account, Grant(access_token=told["access"], refresh_token=told["refresh"], expires_at=ends))
"""


@pytest.fixture
def shop(hub: Hub, tmp_path: Path) -> Iterator[SandboxClient]:
    """A shop, connected to the running hub; in a sandbox of its own, for other tests move the clock of theirs."""
    port = free_port()
    sandbox = roles.sandbox(port=port, state=None, logs=tmp_path)
    with Group() as group, SandboxClient(f"http://127.0.0.1:{port}", face="tiktok") as client:
        group.start(sandbox)
        sandbox.wait_ready()
        client.lift_limits()
        client.switch(hold_seconds=0, carrier_moves=False, invoice_seconds=2, label_seconds=2)
        known = client.credentials
        told = {
            "url": client.url,
            "shop_id": known["shop_id"],
            "access": known["access_token"],
            "refresh": known["refresh_token"],
            "credentials": {name: known[name] for name in ("service_id", "app_key", "app_secret")},
        }
        hub.run(CONNECT.format(told=json.dumps(told)))
        yield client
        hub.query(
            "UPDATE marketplaces_account SET paused_at = now(), pause_reason = 'MANUAL' WHERE connector = 'tiktok'"
        )


def test_an_order_from_tiktok_shop_to_the_buyer(hub: Hub, shop: SandboxClient) -> None:
    def ours(code: str) -> dict[str, Any]:
        found = hub.api.get("/orders", params={"channel": "tiktok-loja", "code": code}).json()["orders"]
        return dict(found[0]) if found else {}

    def reached(status: str) -> None:
        until(lambda: ours(code).get("status") == status, within=90)

    code = shop.create_order(items=[{"sku": "GARRAFA-1L", "quantity": 2}])["code"]
    reached("NEW")
    shop.pay(code)
    reached("APPROVED")
    ((order_id,),) = hub.query("SELECT id FROM orders_order WHERE code = %s", code)

    xml = {"Content-Type": "application/xml"}
    invoiced = hub.api.put(f"/orders/{order_id}/invoice", content=shop.nfe_xml(), headers=xml)
    arranged = hub.api.put(f"/orders/{order_id}/arrange-shipping", json={"choice": {"way": "DROP_OFF"}})
    assert (invoiced.status_code, arranged.status_code) == (200, 200), invoiced.text + arranged.text
    until(lambda: hub.query("SELECT 1 FROM orders_label WHERE order_id = %s", order_id), within=120)
    ((tracking,),) = hub.query("SELECT tracking_code FROM orders_label WHERE order_id = %s", order_id)
    effects = shop.effects(code)

    shop.act(code, "collect")
    reached("SHIPPED")
    shop.deliver(code)
    reached("DELIVERED")

    assert tracking.startswith("BR")
    assert (effects["invoice_uploaded"], effects["invoiced"], effects["arranged"], effects["document_given"]) == (
        1,
        1,
        1,
        1,
    )
    states = hub.query("SELECT kind, state FROM orders_channelupdate WHERE order_id = %s ORDER BY seq", order_id)
    assert states == [("INVOICED", "SENT"), ("SHIPPING_ARRANGED", "SENT"), ("LABEL", "SENT")]
