"""Searching and reading orders (protocol §4)."""

import time

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.tiktok.api import TikTokApi


def test_search_is_by_pages_whose_tokens_hold_what_must_not_be_escaped(tiktok: SandboxClient, api: TikTokApi) -> None:
    codes = [order["code"] for order in tiktok.create_orders(5)]
    query = {"page_size": 2, "sort_field": "update_time", "sort_order": "ASC"}

    found, token = [], ""
    while True:
        data = api.search({}, **query, **({"page_token": token} if token else {}))["data"]
        found += [row["id"] for row in data["orders"]]
        if not (token := data["next_page_token"]):
            break
        assert {"+", "/"} <= set(token)

    assert found == sorted(codes)


def test_newest_come_first_unless_asked_otherwise(tiktok: SandboxClient, api: TikTokApi) -> None:
    old, new = tiktok.create_order(age=60)["code"], tiktok.create_order()["code"]

    assert api.listed() == [new, old]
    assert api.listed(sort_order="ASC") == [old, new]


def test_a_window_leaves_its_last_second_out(tiktok: SandboxClient, api: TikTokApi) -> None:
    order = tiktok.create_order()
    at = order["update_time"]

    assert api.listed({"update_time_ge": at, "update_time_lt": at + 1}) == [order["code"]]
    assert api.listed({"update_time_ge": at - 1, "update_time_lt": at}) == []


def test_the_size_of_a_page_belongs_into_the_query(api: TikTokApi) -> None:
    assert "page_size" in api.search({"page_size": 50})["message"]
    assert api.search({}, page_size=101)["code"] != 0


def test_details_are_read_by_fifty_and_unknown_ones_left_out(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order()["code"]

    some = api.call("GET", "/order/202309/orders", ids=f"{code},999")["data"]["orders"]
    none = api.call("GET", "/order/202309/orders", ids="999")
    many = api.call("GET", "/order/202309/orders", ids=",".join(map(str, range(51))))

    assert [order["id"] for order in some] == [code]
    assert none["code"] == 10002014
    assert "50" in many["message"]


def test_only_the_newer_version_tells_how_it_was_paid(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order()["code"]

    assert "payment_auth_code" in api.detail(code)
    assert "payment_auth_code" not in api.detail(code, "202309")


def test_there_is_one_line_item_for_each_unit(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(items=[{"sku": "0071", "quantity": 3}])["code"]

    units = api.detail(code)["line_items"]

    assert len({unit["id"] for unit in units}) == 3
    assert all("quantity" not in unit and isinstance(unit["sale_price"], str) for unit in units)


def test_the_hour_of_remorse_ends_by_itself(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="ON_HOLD")["code"]
    held = api.detail(code)

    tiktok.advance(3601)
    free = api.detail(code)

    assert (held["status"], held["packages"], held["recipient_address"]["district_info"]) == ("ON_HOLD", [], [])
    assert held["line_items"][0]["display_status"] == "UNPAID"
    assert (free["status"], free["need_upload_invoice"]) == ("AWAITING_SHIPMENT", "NEED_INVOICE")
    assert free["packages"]


@pytest.mark.parametrize(("shipping_type", "masked"), [("TIKTOK", True), ("SELLER", False)])
def test_who_ships_decides_what_is_masked(
    tiktok: SandboxClient, api: TikTokApi, shipping_type: str, masked: bool
) -> None:
    code = tiktok.create_order(status="AWAITING_SHIPMENT", shipping_type=shipping_type)["code"]

    order = api.detail(code)

    assert ("*" in order["recipient_address"]["name"]) is masked
    assert order["cpf"].isdecimal()


def test_a_full_refund_completes_what_was_never_delivered(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="AWAITING_COLLECTION")["code"]
    tiktok.act(code, "refund")

    order = api.detail(code)

    assert (order["status"], order["delivery_time"], order["collection_time"]) == ("COMPLETED", 0, 0)


def test_a_search_may_show_what_lies_outside_its_window(tiktok: SandboxClient, api: TikTokApi) -> None:
    tiktok.switch(outside_window=True)
    code = tiktok.create_order()["code"]
    now = int(time.time())

    assert api.listed({"update_time_ge": now - 500, "update_time_lt": now - 300}) == [code]


def test_tracking_alone_is_in_milliseconds(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="DELIVERED")["code"]

    rows = api.call("GET", f"/fulfillment/202309/orders/{code}/tracking")["data"]["tracking"]

    assert rows[0]["description"] == "Entregue"
    assert rows[0]["update_time_millis"] > 10**12
