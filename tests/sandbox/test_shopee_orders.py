"""Reading orders: windows, cursors, filters, details, masks, packages (protocol §2, §3)."""

import time
from typing import Any

import pytest

from sandbox.client import SandboxClient, SandboxError
from tests.sandbox.shopee_api import ShopeeApi, shopee_api_of

READY = {"status": "READY_TO_SHIP", "channel": "correios"}


def test_the_cursor_is_an_offset_and_more_says_when_to_stop(shopee: SandboxClient, shop: ShopeeApi) -> None:
    codes = [order["code"] for order in shopee.create_orders(5)]

    first = shop.order_list(page_size=2, cursor='""')["response"]
    second = shop.order_list(page_size=2, cursor=first["next_cursor"])["response"]
    last = shop.order_list(page_size=2, cursor=second["next_cursor"])["response"]

    assert (first["next_cursor"], second["next_cursor"], last["next_cursor"]) == ("2", "4", "")
    assert (first["more"], second["more"], last["more"]) == (True, True, False)
    found = [row["order_sn"] for page in (first, second, last) for row in page["order_list"]]
    assert sorted(found) == sorted(codes)


def test_a_page_may_be_shorter_than_asked_with_more_to_come(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.create_orders(10)
    shopee.switch(short_pages=True)

    answer = shop.order_list(page_size=10)["response"]

    assert (len(answer["order_list"]), answer["more"], answer["next_cursor"]) == (5, True, "5")


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ({"time_from": 1, "time_to": 1 + 15 * 86_400 + 1}, "order.order_list_invalid_time", "diff in 15days"),
        ({"time_from": 2, "time_to": 1}, "order.order_list_invalid_time", "earlier than end time"),
        ({"page_size": 101}, "error_param", "page_size must be 100 or less."),
        ({"time_range_field": "pay_time"}, "error_param", "time_range_field is invalid."),
        ({"order_status": "RETRY_SHIP"}, "error_param", "order_status is invalid."),
        ({"order_status": "TO_RETURN"}, "error_param", "order_status is invalid."),
        ({"cursor": "next"}, "error_param", "cursor is invalid."),
        ({"time_from": ""}, "error_param", "time_from is a required field."),
    ],
)
def test_a_list_is_refused_by_name(
    shopee: SandboxClient, shop: ShopeeApi, query: dict[str, Any], error: str, message: str
) -> None:
    answer = shop.order_list(**query)

    assert answer["error"] == error
    assert message in answer["message"]


def test_trap_5_fifteen_days_are_allowed_and_a_silent_order_is_outside(shopee: SandboxClient, shop: ShopeeApi) -> None:
    now = int(time.time())
    old = shopee.create_order(**READY, age=16 * 86_400)["code"]
    new = shopee.create_order(**READY, age=10 * 86_400)["code"]

    found = shop.listed(time_from=now - 15 * 86_400 + 5, time_to=now + 5)

    assert found == [new]
    assert shop.detail(old)["order_sn"] == old


def test_a_window_is_inclusive_and_by_the_time_asked_for(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(age=3600)["code"]
    created = shop.detail(code)["create_time"]
    shopee.pay(code)

    assert shop.listed(time_range_field="create_time", time_from=created, time_to=created) == [code]
    assert shop.listed(time_from=created, time_to=created) == []


def test_trap_6_waiting_for_an_nfe_is_a_status_of_lists_only(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="padrao")["code"]
    rows = shop.order_list(response_optional_fields="order_status")["response"]["order_list"]

    assert rows == [{"order_sn": code, "booking_sn": "", "order_status": "INVOICE_PENDING"}]
    assert shop.detail(code)["order_status"] == "READY_TO_SHIP"
    assert (shop.listed(order_status="INVOICE_PENDING"), shop.listed(order_status="READY_TO_SHIP")) == ([code], [])
    pending = shop.get("order/get_pending_buyer_invoice_order_list", page_size=10)
    assert pending["response"]["order_list"] == [{"order_sn": code}]


@pytest.mark.parametrize("spelling", ["PENDING_INVOICE", "READY_TO_SHIP"])
def test_the_row_of_an_order_without_nfe_has_three_spellings(
    shopee: SandboxClient, shop: ShopeeApi, spelling: str
) -> None:
    shopee.create_order(status="READY_TO_SHIP", channel="padrao")
    shopee.switch(invoice_pending_row=spelling, ready_filter_has_invoice_pending=True)

    rows = shop.order_list(response_optional_fields="order_status", order_status="READY_TO_SHIP")

    assert [row["order_status"] for row in rows["response"]["order_list"]] == [spelling]


def test_a_held_order_shows_only_to_those_who_ask(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(hold_seconds=600)
    code = shopee.create_order(channel="correios")["code"]
    shopee.pay(code)

    assert shop.listed() == []
    assert shop.listed(request_order_status_pending="true") == [code]
    shopee.advance(601)
    assert shop.listed() == [code]
    assert shop.detail(code, "pay_time")["pay_time"] > 0


def test_fifty_details_at_once_and_unknown_ones_are_left_out(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order()["code"]

    mixed = shop.get("order/get_order_detail", order_sn_list=f"{code},NOBODY")
    unknown = shop.get("order/get_order_detail", order_sn_list="NOBODY")
    many = shop.get("order/get_order_detail", order_sn_list=",".join(map(str, range(51))))

    assert [order["order_sn"] for order in mixed["response"]["order_list"]] == [code]
    assert (mixed["error"], mixed["warning"]) == ("", None)
    assert unknown["error"] == "error_not_found"
    assert many["error"] == "error_param"


def test_what_was_not_asked_for_is_absent(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY, items=[{"sku": "FONE-PRETO", "quantity": 2, "price": 15.0}])["code"]

    bare = shop.detail(code)
    full = shop.detail(code, "item_list", "total_amount", "pay_time", "invoice_data", "package_list", "edt")

    assert {"item_list", "pay_time", "recipient_address"} & set(bare) == set()
    assert (bare["region"], bare["currency"], bare["cod"]) == ("BR", "BRL", False)
    item = full["item_list"][0]
    assert (item["item_sku"], item["model_sku"], item["model_quantity_purchased"]) == ("FONE", "FONE-PRETO", 2)
    assert item["model_discounted_price"] == 15.0  # per unit
    assert isinstance(item["product_location_id"], list)
    assert isinstance(full["package_list"][0]["item_list"][0]["product_location_id"], str)
    assert full["invoice_data"] == {}


def test_trap_12_numbers_nobody_knows_yet_are_zero_and_pay_time_is_null(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order()["code"]

    found = shop.detail(code, "pay_time", "actual_shipping_fee", "pickup_done_time", "total_amount")

    assert found["pay_time"] is None
    assert (found["actual_shipping_fee"], found["pickup_done_time"], found["total_amount"]) == (0, 0, 0)


def test_trap_8_masked_data_is_text_and_the_phone_is_never_shown(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY)["code"]

    shown = shop.detail(code, "recipient_address", "buyer_cpf_id")
    shopee.act(code, "arrange")
    shopee.act(code, "track")
    shopee.act(code, "pickup")
    masked = shop.detail(code, "recipient_address", "buyer_cpf_id")

    assert len(shown["buyer_cpf_id"]) == 11
    assert shown["recipient_address"]["phone"].startswith("******")
    assert shown["recipient_address"]["region"] == "BR"
    assert masked["recipient_address"]["zipcode"] == masked["recipient_address"]["region"] == "****"
    assert "******" in masked["recipient_address"]["name"]
    assert masked["region"] == "BR"


def test_a_seller_with_a_cpf_sees_the_address_only(shopee: SandboxClient) -> None:
    with shopee.for_store("pessoa", seller="CPF") as other, shopee_api_of(other) as api:
        code = other.create_order(**READY)["code"]

        found = api.detail(code, "recipient_address", "buyer_cpf_id")

        assert found["recipient_address"]["zipcode"].isdecimal()
        assert "******" in found["recipient_address"]["name"]
        assert found["buyer_cpf_id"].startswith("******")


def test_a_split_order_is_as_far_as_its_slowest_package(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY, items=[{"sku": "0071"}, {"sku": "FONE-PRETO", "quantity": 2}])["code"]
    shopee.act(code, "split")
    first, second = (p["package_number"] for p in shop.detail(code, "package_list")["package_list"])

    shopee.act(code, "arrange", package_number=first)
    shopee.act(code, "track")
    shopee.act(code, "pickup", package_number=first)

    assert shop.detail(code)["order_status"] == "READY_TO_SHIP"
    shopee.act(code, "arrange", package_number=second)
    shopee.act(code, "track")
    assert shop.detail(code)["order_status"] == "PROCESSED"
    shopee.act(code, "pickup", package_number=second)
    assert shop.detail(code, "split_up", "shipping_carrier")["order_status"] == "SHIPPED"
    assert shop.detail(code, "shipping_carrier")["shipping_carrier"] == ""


def test_the_seller_splits_and_undoes_it(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY, items=[{"sku": "0071"}, {"sku": "FONE-PRETO", "quantity": 2}])["code"]
    one, two = shop.detail(code, "item_list")["item_list"]
    parts = [
        {"item_list": [{"item_id": one["item_id"], "model_id": 0}]},
        {"item_list": [{"item_id": two["item_id"], "model_id": two["model_id"], "model_quantity": 2}]},
    ]

    missing = shop.post("order/split_order", order_sn=code, package_list=parts[:1])
    split = shop.post("order/split_order", order_sn=code, package_list=parts)
    again = shop.post("order/split_order", order_sn=code, package_list=parts)

    assert missing["error"] == "order.order_split_package_missing_item"
    assert len(split["response"]["package_list"]) == 2
    assert again["error"] == "order.order_has_been_split"
    assert shop.post("order/unsplit_order", order_sn=code)["error"] == ""
    assert shop.post("order/unsplit_order", order_sn=code)["error"] == "order.order_cannot_undo_split"


def test_packages_are_searched_by_what_is_to_be_done(shopee: SandboxClient, shop: ShopeeApi) -> None:
    ready = shopee.create_order(**READY)["code"]
    waiting = shopee.create_order(status="READY_TO_SHIP", channel="padrao")["code"]
    shopee.create_order(status="PROCESSED", channel="correios")
    shopee.create_order(status="READY_TO_SHIP", channel="fbs")

    def search(**wanted: Any) -> list[str]:
        answer = shop.post("order/search_package_list", filter=wanted, pagination={"page_size": 10, "cursor": ""})
        return [row["order_sn"] for row in answer["response"]["packages_list"]]

    assert sorted(search()) == sorted([ready, waiting])
    assert search(invoice_pending=True) == [waiting]
    assert len(search(package_status=3)) == 1
    assert len(search(fulfillment_type=1)) == 1
    rows = shop.get("order/get_shipment_list", page_size=10)["response"]["order_list"]
    assert ready in [row["order_sn"] for row in rows]


def test_trap_15_orders_from_shopees_warehouse_are_not_the_sellers(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="fbs")["code"]

    assert shop.detail(code, "fulfillment_flag")["fulfillment_flag"] == "fulfilled_by_shopee"
    assert shop.dropoff(code)["error"] == "logistics.ship_order_pff_init"
    assert shop.listed(logistics_channel_id=91007) == [code]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"status": "LIMBO"}, "status must be one of"),
        ({"channel": "balloon"}, "channel must be one of"),
        ({"items": [{}]}, "items must be"),
        ({"items": [{"sku": "a", "quantity": 0}]}, "items.quantity must be"),
        ({"age": "old"}, "age must be"),
        ({"code": "X", "count": 2}, "for one order only"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_name(
    shopee: SandboxClient, spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(SandboxError, match=message):
        shopee.create_orders(**spec)


def test_the_marketplace_refuses_what_it_would_not_do(shopee: SandboxClient) -> None:
    code = shopee.create_order()["code"]

    for verb in ("pickup", "deliver", "complete", "ask_cancel", "release", "reject_invoice"):
        with pytest.raises(SandboxError, match=code):
            shopee.act(code, verb)
    with pytest.raises(SandboxError, match="nobody can 'fly'"):
        shopee.act(code, "fly")


def test_what_is_laid_over_an_order_is_seen(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(payload={"ship_by_date": 0, "cod": "$absent"})["code"]

    found = shop.detail(code)

    assert found["ship_by_date"] == 0
    assert "cod" not in found
