"""Shopee in the control API, on the page, with buyers, and over a restart."""

from pathlib import Path

import httpx
import pytest

from sandbox.client import SandboxClient, SandboxError
from sandbox.selling import Seller
from sandbox.shopee.switches import ShopeeSwitches
from sandbox.world import World
from tests.sandbox.nfe_xml import access_key, nfe_xml
from tests.sandbox.shopee_api import Callback, ShopeeApi, shopee_api_of
from tests.sandbox_server import sandbox_in_thread

README = Path(__file__).parents[2] / "sandbox/shopee/README.md"


def test_every_switch_is_documented_with_its_default() -> None:
    text = README.read_text(encoding="utf-8")

    missing = [name for name, value in vars(ShopeeSwitches()).items() if f"| `{name}` | " not in text]

    assert missing == []


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ({"http_errors": "418"}, "http_errors takes one of always-200, status"),
        ({"tracking_seconds": "soon"}, "tracking_seconds takes a number"),
        ({"nothing": 1}, "unknown switch 'nothing'"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused_by_name(
    shopee: SandboxClient, switch: dict[str, object], message: str
) -> None:
    with pytest.raises(SandboxError, match=message):
        shopee.switch(**switch)


def test_a_command_nobody_knows_is_refused_by_both_marketplaces(
    shopee: SandboxClient, skyhub_sandbox: SandboxClient
) -> None:
    with pytest.raises(SandboxError, match="known: authorize, connect"):
        shopee.command("explode")
    with pytest.raises(SandboxError, match="whole SkyHub store"):
        skyhub_sandbox.command("revoke")


def test_two_shops_cannot_share_a_number(shopee: SandboxClient) -> None:
    with pytest.raises(SandboxError, match="its shop_id already"):
        shopee.for_store("outra", shop_id=700001)
    with pytest.raises(SandboxError, match="unknown field 'color'"):
        shopee.for_store("outra", color="red")


def test_a_connection_can_be_had_without_the_detour_over_a_code(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.command("expire_token")
    assert shop.order_list()["error"] == "invalid_acceess_token"

    shop.adopt(shopee.command("connect"))

    assert shop.order_list()["error"] == ""


def test_the_page_shows_both_marketplaces(shopee: SandboxClient) -> None:
    code = shopee.create_order(status="READY_TO_SHIP")["code"]

    overview = httpx.get(f"{shopee.base}/overview/shopee").json()
    script = httpx.get(f"{shopee.base}/faces.js").text

    assert {"skyhub", "shopee"} <= set(overview["faces"])
    assert [(row["code"], row["invoice_pending"]) for row in overview["orders"]] == [(code, True)]
    assert "://" not in script
    assert all(name in script for name in ("Não pago", "A enviar", "Cancelamento a responder"))


def test_buyers_buy_at_both_marketplaces() -> None:
    world = World()
    seller = Seller(world)

    now = 0.0
    while now < 1500:
        now = seller.run_due(now)

    sold = {name: list(face.effects("demo").values()) for name, face in world.faces.items()}
    assert min(len(effects) for effects in sold.values()) > 120
    of_shopee = [set(effects) for effects in sold["shopee"]]
    assert sum("paid" in effects for effects in of_shopee) / len(of_shopee) > 0.75
    assert any("canceled_by_buyer" in effects for effects in of_shopee)
    assert world.faces["shopee"].open_orders("demo") < len(of_shopee)


def test_orders_tokens_pushes_and_deadlines_survive_a_restart(tmp_path: Path, callback: Callback) -> None:
    callback.status = 500
    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address, face="shopee") as before:
        before.lift_limits()
        before.for_store("outra").close()
        with shopee_api_of(before) as api:
            noted = before.create_order(status="READY_TO_SHIP", items=[{"sku": "0071", "quantity": 2}])["code"]
            api.upload(noted, nfe_xml())
            sent = before.create_order(status="READY_TO_SHIP", channel="correios")["code"]
            api.dropoff(sent)
            before.command("subscribe", callback_url=callback.url, codes=[3])
            before.act(noted, "split")
            callback.wait(lambda: [entry["state"] for entry in before.queue()] == ["retrying"])
            before.command("lose_pushes")
            before.act(noted, "announce")
            spent = api.refresh_token
            api.adopt(api.refresh())

    callback.status = 204
    with sandbox_in_thread(directory=tmp_path) as address, SandboxClient(address, face="shopee") as after:
        api.base, api.http = after.url, httpx.Client(timeout=5)
        with api.http:
            assert api.detail(noted, "invoice_data")["invoice_data"]["access_key"] == access_key()
            assert len(api.detail(noted, "package_list")["package_list"]) == 2
            assert api.refresh(spent)["error"] == "error_auth"
            assert len(api.get("push/get_lost_push_message", public=True)["response"]["push_message_list"]) == 1
            assert api.dropoff(sent)["error"] == " logistics.package_already_shipped"
            after.advance(301)
            callback.wait(lambda: [entry["state"] for entry in after.queue()] == ["lost"])
            assert api.detail(sent)["order_status"] == "PROCESSED"
            assert after.effects(sent) == {
                "sold": 1, "paid": 1, "arranged": 1, "arranged_within_the_hour": 1, "tracking_given": 1,
            }  # fmt: skip
            assert [store["name"] for store in httpx.get(f"{address}/control/shopee/stores").json()] == [
                "demo",
                "outra",
            ]
            assert after.create_order()["code"] not in (noted, sent)


def test_a_trial_note_is_taken_by_shopee(shopee: SandboxClient, shop: ShopeeApi) -> None:
    first, second = (order["code"] for order in shopee.create_orders(2, status="READY_TO_SHIP"))

    assert shop.upload(first, shopee.nfe_xml())["error"] == ""
    assert shop.upload(second, shopee.nfe_xml())["error"] == ""


def test_a_new_shop_begins_with_a_pair_everybody_knows(shopee: SandboxClient, shop: ShopeeApi) -> None:
    assert (shop.access_token, shop.refresh_token) == ("sandbox-700001-access", "sandbox-700001-refresh")
    assert f"`{shop.access_token}`" in README.read_text(encoding="utf-8")
    assert shop.order_list()["error"] == ""
