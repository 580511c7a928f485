"""Pushes: subscribed, signed, acknowledged, tried again, lost and found (protocol §8)."""

from functools import partial
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.shopee_api import Callback, Json, ShopeeApi, hex_hmac

CODES = [1, 2, 3, 4, 12, 15, 29, 30, 47]
CORREIOS = {"status": "READY_TO_SHIP", "channel": "correios"}


def lost(shop: ShopeeApi) -> Json:
    page: Json = shop.get("push/get_lost_push_message", public=True)["response"]
    return page


def test_a_callback_url_is_tried_before_it_is_taken(shopee: SandboxClient, shop: ShopeeApi, callback: Callback) -> None:
    callback.status = 500
    refused = shop.post("push/set_app_push_config", public=True, callback_url=callback.url)
    callback.status = 200
    answer = shop.post(
        "push/set_app_push_config",
        public=True,
        callback_url=callback.url,
        set_push_config_on=[3, 4],
        blocked_shop_id_list=[],
    )
    shop.post("push/set_app_push_config", public=True, set_push_config_off=[4])
    found = shop.get("push/get_app_push_config", public=True)["response"]

    assert "not 2xx code" in refused["message"]
    assert answer["response"] == {"result": "success"}
    assert [push["code"] for push in callback.pushes()] == [0, 0]
    assert (found["callback_url"], found["live_push_status"]) == (callback.url, "Normal")
    assert (found["push_config_on_list"], 4 in found["push_config_off_list"]) == ([3], True)


def test_codes_without_a_callback_url_are_refused(shopee: SandboxClient, shop: ShopeeApi) -> None:
    answer = shop.post("push/set_app_push_config", public=True, set_push_config_on=[3])

    assert "callback_url is empty" in answer["message"]


@pytest.mark.parametrize("key", ["push", "partner"])
def test_trap_2_a_push_is_signed_over_the_configured_url_and_the_raw_body(
    shopee: SandboxClient, shop: ShopeeApi, callback: Callback, key: str
) -> None:
    shopee.switch(push_key=key)
    shopee.command("subscribe", callback_url=callback.url, codes=CODES)
    code = shopee.create_order()["code"]
    callback.wait(lambda: len(callback.calls) == 1)

    headers, body = callback.calls[0]
    push = callback.pushes()[0]

    secret = shop.push_key if key == "push" else shop.key
    assert headers["Authorization"] == hex_hmac(secret, callback.url.encode() + b"|" + body)
    assert list(push) == ["data", "shop_id", "code", "timestamp"]
    assert (push["shop_id"], push["code"]) == (700001, 3)
    assert push["data"] == {
        "items": [], "ordersn": code, "status": "UNPAID", "completed_scenario": "", "update_time": push["timestamp"],
    }  # fmt: skip
    assert b": " not in body


def test_a_life_of_an_order_in_pushes(shopee: SandboxClient, shop: ShopeeApi, callback: Callback) -> None:
    shopee.switch(empty_downloads=0)
    shopee.command("subscribe", callback_url=callback.url, codes=CODES)
    code = shopee.create_order(**CORREIOS)["code"]
    shop.dropoff(code)
    shopee.advance(31)
    callback.wait(lambda: len(callback.pushes(4)) == 1)
    number = callback.pushes(4)[0]["data"]["tracking_no"]
    row = {"order_sn": code, "tracking_number": number}
    shop.post("logistics/create_shipping_document", order_list=[row])
    shopee.advance(11)
    callback.wait(lambda: len(callback.pushes(15)) == 1)  # nobody called meanwhile
    for verb in ("postpone", "pickup", "deliver", "complete"):
        shopee.act(code, verb)
    callback.wait(lambda: len(callback.pushes(3)) == 6)

    statuses = [push["data"]["status"] for push in callback.pushes(3)]
    changed = callback.pushes(47)[0]["data"]

    assert sorted(statuses) == sorted(
        ["UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"]
    )
    assert callback.pushes(3)[-1]["data"]["completed_scenario"] in ("", "NORMAL")
    assert "update_time" not in callback.pushes(4)[0]["data"]
    assert callback.pushes(15)[0]["data"] == {
        "order_sn": code, "package_number": changed["package_number"], "status": "READY",
    }  # fmt: skip
    assert {push["data"]["fulfillment_status"] for push in callback.pushes(30)} == {
        "LOGISTICS_REQUEST_CREATED", "LOGISTICS_PICKUP_DONE", "LOGISTICS_DELIVERY_DONE",
    }  # fmt: skip
    assert changed["new"]["ship_by_date"] - changed["old"]["ship_by_date"] == 86_400


def test_a_payment_on_hold_is_not_pushed(shopee: SandboxClient, callback: Callback) -> None:
    shopee.command("subscribe", callback_url=callback.url, codes=CODES)
    code = shopee.create_order()["code"]

    shopee.act(code, "hold")
    shopee.act(code, "release")

    callback.wait(lambda: len(callback.calls) == 2)
    assert {push["data"]["status"] for push in callback.pushes()} == {"UNPAID", "READY_TO_SHIP"}


def test_authorizations_are_pushed_with_the_partner(shopee: SandboxClient, callback: Callback) -> None:
    shopee.command("subscribe", callback_url=callback.url, codes=CODES)

    shopee.command("authorize")
    shopee.command("expire_soon", days=3)
    shopee.command("revoke", why="expiry")
    callback.wait(lambda: len(callback.calls) == 3)

    assert all(push["partner_id"] == 1000001 and "shop_id" not in push for push in callback.pushes())
    assert callback.pushes(1)[0]["data"]["shop_id"] == 700001
    assert callback.pushes(2)[0]["data"]["authorize_type"] == "expiry"
    assert callback.pushes(12)[0]["data"]["shop_expire_soon"] == [700001]


@pytest.mark.parametrize(("status", "answer"), [(500, b""), (200, b'{"ok":true}'), (302, b"")])
def test_anything_but_2xx_and_nothing_is_tried_again_then_lost(
    shopee: SandboxClient, shop: ShopeeApi, callback: Callback, status: int, answer: bytes
) -> None:
    callback.status, callback.answer = status, answer
    shopee.command("subscribe", callback_url=callback.url, codes=[3])
    code = shopee.create_order()["code"]

    def tried(times: int) -> bool:
        return [entry["attempts"] for entry in shopee.queue()] == [times]

    for attempt, wait in enumerate((300, 1800, 10_800), start=1):
        callback.wait(partial(tried, attempt))
        shopee.advance(wait + 1)
    callback.wait(lambda: [entry["state"] for entry in shopee.queue()] == ["lost"])

    assert len({body for _, body in callback.calls}) == 1
    assert len(callback.calls) == 4
    assert [entry["code"] for entry in shopee.queue()] == [code]
    message = lost(shop)["push_message_list"][0]
    assert message["data"].encode() == callback.calls[0][1]
    assert (message["shop_id"], message["code"]) == (700001, 3)


def test_a_push_that_failed_once_arrives_the_second_time(shopee: SandboxClient, callback: Callback) -> None:
    callback.status = 503
    shopee.command("subscribe", callback_url=callback.url, codes=[3])
    shopee.create_order()
    callback.wait(lambda: [entry["state"] for entry in shopee.queue()] == ["retrying"])
    callback.status = 204

    shopee.advance(301)

    callback.wait(lambda: shopee.queue() == [])
    assert len(callback.calls) == 2


def test_trap_9_the_same_push_may_come_twice(shopee: SandboxClient, callback: Callback) -> None:
    shopee.switch(push_copies=2, push_reversed=True)
    shopee.command("subscribe", callback_url=callback.url, codes=[3])

    shopee.create_order()

    callback.wait(lambda: len(callback.calls) == 2)
    assert callback.calls[0][1] == callback.calls[1][1]


@pytest.mark.parametrize(("kind", "expected"), [("application/json", "application/json"), ("none", None)])
def test_the_content_type_of_a_push_is_not_documented(
    shopee: SandboxClient, callback: Callback, kind: str, expected: str | None
) -> None:
    shopee.switch(push_content_type=kind)
    shopee.command("subscribe", callback_url=callback.url, codes=[3])

    shopee.create_order()

    callback.wait(lambda: len(callback.calls) == 1)
    assert callback.calls[0][0].get("Content-Type") == expected


def test_lost_pushes_stay_until_a_watermark_confirms_them(
    shopee: SandboxClient, shop: ShopeeApi, callback: Callback
) -> None:
    shopee.command("subscribe", callback_url=callback.url, codes=[3])
    shopee.command("lose_pushes", count=120)
    shopee.create_orders(120)

    first, again = lost(shop), lost(shop)
    confirm: dict[str, Any] = {"last_message_id": first["last_message_id"]}
    shop.post("push/confirm_consumed_lost_push_message", public=True, **confirm)
    second = lost(shop)
    shop.post("push/confirm_consumed_lost_push_message", public=True, last_message_id=second["last_message_id"])

    assert first == again
    assert (len(first["push_message_list"]), first["has_next_page"]) == (100, True)
    assert (len(second["push_message_list"]), second["has_next_page"]) == (20, False)
    assert lost(shop) == {"push_message_list": [], "has_next_page": False, "last_message_id": 0}
    assert callback.calls == []


def test_lost_pushes_are_forgotten_after_three_days(shopee: SandboxClient, shop: ShopeeApi, callback: Callback) -> None:
    shopee.command("subscribe", callback_url=callback.url, codes=[3])
    shopee.command("lose_pushes")
    shopee.create_order()
    shopee.advance(3 * 86_400 + 1)

    assert lost(shop)["push_message_list"] == []


def test_success_may_be_a_dash(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(success_error="-")

    answer = shop.get("push/get_lost_push_message", public=True)

    assert (answer["error"], answer["message"]) == ("-", "-")
    assert shop.order_list()["error"] == ""


def test_a_subscription_nobody_answers_is_suspended(shopee: SandboxClient, shop: ShopeeApi, callback: Callback) -> None:
    callback.status = 500
    shopee.command("subscribe", callback_url=callback.url, codes=[3])
    shopee.create_orders(601)

    def status() -> str:
        found: str = shop.get("push/get_app_push_config", public=True)["response"]["live_push_status"]
        return found

    callback.wait(lambda: status() == "Suspended")
    before = len(shopee.queue())
    shopee.create_order()
    assert len(shopee.queue()) == before  # missed meanwhile, never sent
    callback.status = 204
    shop.post("push/set_app_push_config", public=True, callback_url=callback.url)
    assert status() == "Normal"


def test_codes_and_shops_that_are_off_are_not_told(shopee: SandboxClient, shop: ShopeeApi, callback: Callback) -> None:
    shop.post(
        "push/set_app_push_config",
        public=True,
        callback_url=callback.url,
        set_push_config_on=[3],
        blocked_shop_id_list=[700001],
    )
    shopee.create_order()
    with shopee.for_store("outra") as other:
        code = other.create_order(status="PROCESSED", channel="correios")["code"]

    callback.wait(lambda: len(callback.pushes(3)) == 3)
    assert {push["data"]["ordersn"] for push in callback.pushes(3)} == {code}
    assert callback.pushes(4) == []
