"""Arranging shipments, tracking numbers and labels (protocol §4)."""

import io
import zipfile
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.nfe_xml import nfe_xml
from tests.sandbox.shopee_api import Json, ShopeeApi

CORREIOS = {"status": "READY_TO_SHIP", "channel": "correios"}
PADRAO = {"status": "READY_TO_SHIP", "channel": "padrao", "invoiced": True}


def test_a_drop_off_is_arranged_once_and_tracked_a_little_later(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**CORREIOS)["code"]
    needed = shop.get("logistics/get_shipping_parameter", order_sn=code)["response"]

    arranged, again = shop.dropoff(code), shop.dropoff(code)
    before = shop.get("logistics/get_tracking_number", order_sn=code)["response"]
    shopee.advance(31)
    after = shop.get("logistics/get_tracking_number", order_sn=code, response_optional_fields="plp_number")["response"]

    assert (needed["info_needed"], needed["pickup"]) == ({"dropoff": []}, None)
    assert ("response" in arranged, arranged["error"]) == (False, "")
    assert again["error"] == " logistics.package_already_shipped"
    assert (before["tracking_number"], bool(before["hint"])) == ("", True)
    assert after["tracking_number"].startswith("AA")
    assert after["plp_number"].startswith("PLP")
    assert shopee.effects(code)["arranged"] == 1


def test_trap_7_an_arranged_package_may_still_look_ready(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**CORREIOS)["code"]
    number = shop.detail(code, "package_list")["package_list"][0]["package_number"]

    shop.dropoff(code)
    package = shop.get("order/get_package_detail", package_number_list=number)["response"]["package_list"][0]

    assert (package["fulfillment_status"], package["is_shipment_arranged"]) == ("LOGISTICS_READY", True)
    assert shop.detail(code)["order_status"] == "READY_TO_SHIP"
    shopee.advance(31)
    assert shop.detail(code)["order_status"] == "PROCESSED"


def test_the_other_gloss_of_processed(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(processed_when="arranged")
    code = shopee.create_order(**CORREIOS)["code"]

    shop.dropoff(code)

    assert shop.detail(code)["order_status"] == "PROCESSED"
    assert shop.get("logistics/get_tracking_number", order_sn=code)["response"]["tracking_number"] == ""


def test_a_pickup_needs_an_address_and_a_slot_of_the_list(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**PADRAO)["code"]
    first = shop.get("logistics/get_shipping_parameter", order_sn=code)["response"]["pickup"]["address_list"][0]
    slot = first["time_slot_list"][0]["pickup_time_id"]

    def errors(*pickups: Json) -> list[str]:
        return [shop.post("logistics/ship_order", order_sn=code, pickup=pickup)["error"] for pickup in pickups]

    assert "recommended" in first["time_slot_list"][0]["flags"]
    assert errors(
        {},
        {"address_id": first["address_id"], "pickup_time_id": "1"},
        {"address_id": first["address_id"], "pickup_time_id": int(slot)},
        {"address_id": first["address_id"], "pickup_time_id": slot},
    ) == [
        "logistics.ship_order_need_address_pickup_time",
        "logistics.ship_order_pickup_time_invalid",
        "error_param",
        "",
    ]


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({}, "logistics.ship_order_only_support_one_type"),
        ({"pickup": {}, "dropoff": {}}, "logistics.ship_order_only_support_one_type"),
        ({"pickup": {}}, "logistics.ship_order_unsupport_pickup"),
        ({"non_integrated": {}}, "logistics.ship_order_unsupport_non_integrated"),
        ({"dropoff": {}, "package_number": "X"}, "logistics.ship_order_not_need_pacakge_number"),
        ({"dropoff": {}, "package_number": ""}, "error_param"),
    ],
)
def test_ship_order_takes_exactly_the_way_of_the_channel(
    shopee: SandboxClient, shop: ShopeeApi, how: Json, error: str
) -> None:
    code = shopee.create_order(**CORREIOS)["code"]

    assert shop.post("logistics/ship_order", order_sn=code, **how)["error"] == error
    assert "arranged" not in shopee.effects(code)


def test_trap_10_a_split_order_is_arranged_package_by_package(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**CORREIOS, items=[{"sku": "0071", "quantity": 2}])["code"]
    shopee.act(code, "split")
    numbers = [p["package_number"] for p in shop.detail(code, "package_list")["package_list"]]

    assert shop.dropoff(code)["error"] == "logistics.ship_order_need_pacakge_number"
    assert [shop.dropoff(code, package_number=number)["error"] for number in numbers] == ["", ""]
    assert shop.dropoff(code, package_number=numbers[0])["error"] == " logistics.package_already_shipped"
    assert shopee.effects(code)["arranged"] == 2


def test_without_an_nfe_even_the_parameters_are_refused(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="padrao")["code"]

    asked = shop.get("logistics/get_shipping_parameter", order_sn=code)
    shipped = shop.post("logistics/ship_order", order_sn=code, pickup={})

    assert asked["error"] == shipped["error"] == "logistics.lack_of_invoice_data"
    shop.upload(code, nfe_xml())
    assert shop.pickup(code)["error"] == ""


def test_a_shipment_within_the_hour_is_taken_and_counted(shopee: SandboxClient, shop: ShopeeApi) -> None:
    early, late = (order["code"] for order in shopee.create_orders(2, **CORREIOS))

    shop.dropoff(early)
    shopee.advance(3600)
    shop.dropoff(late)

    assert shopee.effects(early)["arranged_within_the_hour"] == 1
    assert "arranged_within_the_hour" not in shopee.effects(late)


def test_a_strict_shopee_refuses_a_shipment_within_the_hour(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(early_shipment="refuse")
    code = shopee.create_order(**CORREIOS)["code"]

    assert shop.dropoff(code)["message"] == "The order status is not ready to ship."
    shopee.advance(3600)
    assert shop.dropoff(code)["error"] == ""


def test_an_order_being_allocated_must_wait(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(allocation_seconds=300)
    code = shopee.create_order(**CORREIOS)["code"]

    assert "being allocated" in shop.dropoff(code)["message"]
    shopee.advance(301)
    assert shop.dropoff(code)["error"] == ""


@pytest.mark.parametrize("status", ["UNPAID", "IN_CANCEL", "CANCELLED", "SHIPPED"])
def test_only_what_waits_to_be_shipped_can_be_arranged(shopee: SandboxClient, shop: ShopeeApi, status: str) -> None:
    code = shopee.create_order(status=status, channel="correios")["code"]
    before = shopee.effects(code)

    assert shop.dropoff(code)["error"] in (
        "logistics.ship_order_not_ready_to_ship",
        " logistics.package_already_shipped",
    )
    assert shopee.effects(code) == before


def test_trap_16_somebody_else_may_have_arranged_it(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**CORREIOS)["code"]
    shopee.act(code, "arrange")

    assert shop.dropoff(code)["error"] == " logistics.package_already_shipped"


def test_a_failed_pickup_is_arranged_anew_with_other_parameters(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**PADRAO)["code"]
    shop.pickup(code)
    shopee.act(code, "track")
    early = shop.post("logistics/update_shipping_order", order_sn=code, pickup={})
    chosen = shopee.order(code)["sandbox"]["packages"][0]["pickup"]
    shopee.act(code, "pickup_failed")

    slots = shop.get("logistics/get_shipping_parameter", order_sn=code)["response"]["pickup"]["address_list"][0]
    same = shop.post("logistics/update_shipping_order", order_sn=code, pickup=chosen)
    other = {**chosen, "pickup_time_id": slots["time_slot_list"][1]["pickup_time_id"]}
    status = shop.detail(code)["order_status"]
    updated = shop.post("logistics/update_shipping_order", order_sn=code, pickup=other)

    assert early["error"] == "logistics.order_not_ready_to_update"
    assert (same["error"], status) == ("logistics.update_shipping_order_no_param_change", "RETRY_SHIP")
    assert (updated["error"], shop.detail(code)["order_status"]) == ("", "PROCESSED")


def test_a_shipment_of_the_sellers_own_is_on_its_way_at_once(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="other", invoiced=True)["code"]

    missing = shop.post("logistics/ship_order", order_sn=code, non_integrated={})
    sent = shop.post("logistics/ship_order", order_sn=code, non_integrated={"tracking_number": "LOJA1"})

    assert (missing["error"], sent["error"]) == ("logistics.ship_order_need_tracking_number", "")
    assert shop.detail(code)["order_status"] == "SHIPPED"


def test_sellers_who_deliver_report_it_and_a_refusal_hides_in_the_answer(
    shopee: SandboxClient, shop: ShopeeApi
) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="seller", invoiced=True)["code"]
    shop.post("logistics/ship_order", order_sn=code, non_integrated={"tracking_number": "LOJA1"})
    stays = shop.detail(code)["order_status"]

    def report(status: str) -> tuple[str, str]:
        answer = shop.post("logistics/update_tracking_status", order_sn=code, logistics_status=status)
        return answer["error"], answer["response"]["update_result"]

    assert stays == "READY_TO_SHIP"
    assert report("logistics_delivery_done") == ("", "failed")
    assert report("logistics_pickup_done") == ("", "success")
    assert report("logistics_delivery_done") == ("", "success")
    assert shop.detail(code)["order_status"] == "TO_CONFIRM_RECEIVE"


def test_many_are_arranged_at_once_and_each_row_fails_for_itself(shopee: SandboxClient, shop: ShopeeApi) -> None:
    good = shopee.create_order(**PADRAO)["code"]
    bad = shopee.create_order(**CORREIOS)["code"]
    address = shop.get("logistics/get_shipping_parameter", order_sn=good)["response"]["pickup"]["address_list"][0]
    pickup = {"address_id": 500001, "pickup_time_id": address["time_slot_list"][0]["pickup_time_id"]}

    def ship(*codes: str) -> Json:
        rows = [{"order_sn": code} for code in codes]
        return shop.post("logistics/batch_ship_order", order_list=rows, pickup=pickup)

    mixed, failed = ship(good, bad), ship(bad)

    assert mixed["error"] == ""
    assert [row.get("fail_error", "") for row in mixed["response"]["result_list"]] == ["", "logistics.error_param"]
    assert mixed["warning"] == [{"order_sn": bad}]
    assert failed["error"] == "common.batch_api_all_failed"
    assert failed["response"]["result_list"][0]["order_sn"] == bad


@pytest.mark.parametrize("place", ["response", "top"])
def test_mass_shipping_answers_by_package_in_either_place(shopee: SandboxClient, shop: ShopeeApi, place: str) -> None:
    shopee.switch(mass_answer=place)
    codes = [order["code"] for order in shopee.create_orders(2, **CORREIOS)]
    numbers = [shop.detail(code, "package_list")["package_list"][0]["package_number"] for code in codes]
    rows = [{"package_number": number} for number in (*numbers, "OFG0")]

    answer = shop.post("logistics/mass_ship_order", package_list=rows, dropoff={})

    lists = answer["response"] if place == "response" else answer
    assert [row["package_number"] for row in lists["success_list"]] == numbers
    assert lists["fail_list"] == [{"package_number": "OFG0", "fail_reason": "The package is not exist."}]


def labeled(shopee: SandboxClient, shop: ShopeeApi, **spec: Any) -> tuple[str, Json]:
    """An arranged order with its tracking number, and the row that asks for its label."""
    code = shopee.create_order(**{**CORREIOS, **spec})["code"]
    shop.dropoff(code)
    shopee.act(code, "track")
    number = shop.get("logistics/get_tracking_number", order_sn=code)["response"]["tracking_number"]
    return code, {"order_sn": code, "tracking_number": number, "shipping_document_type": "NORMAL_AIR_WAYBILL"}


def download(shop: ShopeeApi, *rows: Json, kind: str = "NORMAL_AIR_WAYBILL") -> Any:
    body = {"shipping_document_type": kind, "order_list": [{"order_sn": row["order_sn"]} for row in rows]}
    return shop.raw("POST", "logistics/download_shipping_document", body)


def test_a_label_is_asked_for_made_and_downloaded_at_the_second_try(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code, row = labeled(shopee, shop)
    soon = download(shop, row).json()
    created = shop.post("logistics/create_shipping_document", order_list=[row])
    waiting = shop.post("logistics/get_shipping_document_result", order_list=[row])["response"]["result_list"]
    later = download(shop, row).json()
    shopee.advance(11)
    ready = shop.post("logistics/get_shipping_document_result", order_list=[row])["response"]["result_list"]

    empty, full = download(shop, row), download(shop, row)

    assert soon["error"] == "logistics.shipping_document_should_print_first"
    assert (created["error"], waiting[0]["status"], ready[0]["status"]) == ("", "PROCESSING", "READY")
    assert later["error"] == "logistics.download_later"
    assert (empty.status_code, empty.headers["content-type"], empty.content) == (200, "application/force-download", b"")
    assert full.content.startswith(b"%PDF")
    assert shopee.effects(code)["document_downloaded"] == 1


def test_labels_of_several_orders_come_as_one_thermal_file(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(empty_downloads=0)
    rows = [{**labeled(shopee, shop)[1], "shipping_document_type": "THERMAL_AIR_WAYBILL"} for _ in range(2)]
    shop.post("logistics/create_shipping_document", order_list=rows)
    shopee.advance(11)

    file = download(shop, *rows, kind="THERMAL_AIR_WAYBILL")

    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        text = archive.read("labels.txt").decode()
        assert archive.read("declaration.pdf").startswith(b"%PDF")
    assert all(row["tracking_number"] in text for row in rows)


def test_a_label_needs_its_tracking_number_and_the_carriers_blessing(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(validation_seconds=60)
    _, row = labeled(shopee, shop)

    def create(**changes: Any) -> str:
        answer = shop.post("logistics/create_shipping_document", order_list=[{**row, **changes}])
        error: str = answer["response"]["result_list"][0].get("fail_error", "")
        return error

    assert create() == "logistics.package_can_not_print"
    shopee.advance(61)
    assert create(tracking_number=None) == "logistics.tracking_number_invalid"
    assert create(shipping_document_type="POSTCARD") == "logistics.shipping_document_type_invalid"
    assert create() == ""


def test_printing_ends_when_the_carrier_has_the_parcel(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code, row = labeled(shopee, shop)
    shopee.act(code, "pickup")

    answer = shop.post("logistics/create_shipping_document", order_list=[row])

    assert answer["error"] == "common.batch_api_all_failed"
    assert answer["response"]["result_list"][0]["fail_error"] == "logistics.order_status_error"
    assert "package_number" not in answer["response"]["result_list"][0]


def test_a_labeled_parcel_is_collected_delivered_and_confirmed(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(empty_downloads=0)
    code, row = labeled(shopee, shop)
    shop.post("logistics/create_shipping_document", order_list=[row])
    shopee.advance(11)
    download(shop, row)

    statuses = []
    for _ in range(3):
        shopee.advance(181)
        statuses.append(shop.detail(code)["order_status"])

    assert statuses == ["SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"]
    events = shop.get("logistics/get_tracking_info", order_sn=code)["response"]["tracking_info"]
    assert [event["logistics_status"] for event in events] == ["DELIVERED", "PICKED_UP", "ORDER_CREATED"]


def test_a_lost_parcel_cancels_its_order(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="SHIPPED", channel="correios")["code"]
    shopee.act(code, "lose")

    found = shop.detail(code, "cancel_by", "cancel_reason")

    assert (found["order_status"], found["cancel_by"]) == ("CANCELLED", "system")
