"""Canceling: the buyer's hour, the buyer's request, the seller's reasons; stock and returns (protocol §6)."""

from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.shopee_api import ShopeeApi

READY: dict[str, Any] = {"status": "READY_TO_SHIP", "channel": "correios"}


def test_within_the_hour_a_buyer_cancels_alone(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY)["code"]
    shopee.advance(3590)

    shopee.cancel(code)

    found = shop.detail(code, "cancel_by", "buyer_cancel_reason", "package_list")
    assert (found["order_status"], found["cancel_by"]) == ("CANCELLED", "buyer")
    assert found["buyer_cancel_reason"]
    assert found["package_list"][0]["logistics_status"] == "LOGISTICS_INVALID"


def test_after_the_hour_a_buyer_has_to_ask(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY)["code"]
    shopee.advance(3601)

    shopee.cancel(code)

    assert shop.detail(code)["order_status"] == "IN_CANCEL"
    assert shopee.effects(code)["cancel_asked"] == 1


def test_the_hour_begins_with_the_payment_unless_switched(shopee: SandboxClient, shop: ShopeeApi) -> None:
    late, early = (order["code"] for order in shopee.create_orders(2, channel="correios"))
    shopee.advance(7200)
    shopee.pay(late)
    shopee.pay(early)

    shopee.cancel(late)
    shopee.switch(window_anchor="create_time")
    shopee.cancel(early)

    assert (shop.detail(late)["order_status"], shop.detail(early)["order_status"]) == ("CANCELLED", "IN_CANCEL")


@pytest.mark.parametrize("status", ["READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"])
def test_a_request_is_rejected_and_the_order_goes_on_where_it_was(
    shopee: SandboxClient, shop: ShopeeApi, status: str
) -> None:
    code = shopee.create_order(status=status, channel="padrao")["code"]
    shopee.act(code, "ask_cancel", reason="Mudei de ideia")
    asked = shop.detail(code, "buyer_cancel_reason", "cancel_by")

    answer = shop.post("order/handle_buyer_cancellation", order_sn=code, operation="REJECT")

    assert (asked["buyer_cancel_reason"], asked["cancel_by"]) == ("Mudei de ideia", "buyer")
    assert (answer["error"], answer["response"]["update_time"] > 0) == ("", True)
    assert shop.detail(code)["order_status"] == status
    assert shopee.effects(code)["rejected"] == 1


def test_a_rejected_order_may_also_return_to_the_beginning(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(reject_returns_to="READY_TO_SHIP")
    code = shopee.create_order(status="PROCESSED", channel="correios")["code"]
    shopee.act(code, "ask_cancel")

    shop.post("order/handle_buyer_cancellation", order_sn=code, operation="REJECT")

    assert shop.detail(code)["order_status"] == "READY_TO_SHIP"


def test_a_request_is_accepted_once(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="IN_CANCEL", channel="correios")["code"]

    def handle(operation: str) -> str:
        error: str = shop.post("order/handle_buyer_cancellation", order_sn=code, operation=operation)["error"]
        return error

    assert handle("PERHAPS") == "error_param"
    assert handle("ACCEPT") == ""
    assert handle("ACCEPT") == "order.order_status_invalid"
    assert shop.detail(code)["order_status"] == "CANCELLED"
    assert shopee.effects(code)["accepted"] == 1


def test_a_tracking_number_that_comes_during_a_request_does_not_end_it(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY)["code"]
    shop.dropoff(code)
    shopee.act(code, "ask_cancel")
    shopee.advance(31)

    assert shop.detail(code)["order_status"] == "IN_CANCEL"
    shop.post("order/handle_buyer_cancellation", order_sn=code, operation="REJECT")
    assert shop.detail(code)["order_status"] == "PROCESSED"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "error_param"),
        ({"cancel_reason": "WHIM"}, "error_param"),
        ({"cancel_reason": "UNDELIVERABLE_AREA"}, "error_param"),
        ({"cancel_reason": "COD_NOT_SUPPORTED"}, "error_param"),
        ({"cancel_reason": "OUT_OF_STOCK"}, "error_param"),
        ({"cancel_reason": "OUT_OF_STOCK", "item_list": [{"item_id": 1, "model_id": 0}]}, "error_param"),
        ({"cancel_reason": "CUSTOMER_REQUEST"}, ""),
    ],
)
def test_the_seller_needs_a_reason_that_exists_here(
    shopee: SandboxClient, shop: ShopeeApi, body: dict[str, Any], error: str
) -> None:
    code = shopee.create_order(**READY)["code"]

    assert shop.post("order/cancel_order", order_sn=code, **body)["error"] == error
    assert shopee.effects(code).get("canceled", 0) == (0 if error else 1)


def test_out_of_stock_names_its_items_and_gives_them_back(shopee: SandboxClient, shop: ShopeeApi) -> None:
    before = shopee.stock()["FONE-PRETO"]
    code = shopee.create_order(**READY, items=[{"sku": "FONE-PRETO", "quantity": 3}])["code"]
    item = shop.detail(code, "item_list")["item_list"][0]
    sold = shopee.stock()["FONE-PRETO"]

    items = [{"item_id": item["item_id"], "model_id": item["model_id"]}]
    answer = shop.post("order/cancel_order", order_sn=code, cancel_reason="OUT_OF_STOCK", item_list=items)

    assert answer["error"] == ""
    assert (sold, shopee.stock()["FONE-PRETO"]) == (before - 3, before)
    assert shop.detail(code, "cancel_by")["cancel_by"] == "seller"


@pytest.mark.parametrize("status", ["PROCESSED", "CANCELLED", "SHIPPED"])
def test_what_has_a_tracking_number_or_is_canceled_stays(shopee: SandboxClient, shop: ShopeeApi, status: str) -> None:
    code = shopee.create_order(status=status, channel="correios")["code"]

    answer = shop.post("order/cancel_order", order_sn=code, cancel_reason="CUSTOMER_REQUEST")

    assert (answer["error"], answer["message"]) == ("order.error_limit", "Can not cancel this order")


def test_an_order_of_shopees_warehouse_cannot_be_canceled(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="fbs")["code"]

    assert (
        shop.post("order/cancel_order", order_sn=code, cancel_reason="CUSTOMER_REQUEST")["error"]
        == "order. error_param"
    )


def test_a_part_is_canceled_where_that_is_allowed(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY, items=[{"sku": "0071", "quantity": 3}])["code"]
    item = shop.detail(code, "item_list")["item_list"][0]
    part = [{"item_id": item["item_id"], "model_id": 0, "model_quantity": 1}]

    def cancel() -> str:
        body = {"order_sn": code, "cancel_reason": "OUT_OF_STOCK", "partial_cancel_item_list": part}
        error: str = shop.post("order/cancel_order", **body)["error"]
        return error

    refused = cancel()
    shopee.switch(partial_cancel=True)

    assert (refused, cancel()) == ("order.error_limit", "")
    found = shop.detail(code, "item_list")["item_list"][0]
    assert (found["active_qty"], found["cancelled_qty"]) == (2, 1)


def test_a_cancellation_can_flicker(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**READY)["code"]
    shopee.cancel(code)

    shopee.act(code, "reinstate")

    found = shop.detail(code, "cancel_by")
    assert (found["order_status"], found["cancel_by"]) == ("READY_TO_SHIP", "")
    assert shop.dropoff(code)["error"] == ""


def test_an_unpaid_order_runs_out_of_time(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order()["code"]
    shopee.overdue(code)

    assert shop.detail(code, "cancel_by")["cancel_by"] == "system"


def test_returns_are_read_and_end_in_a_completed_order(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="TO_RETURN", channel="correios")["code"]

    rows = shop.get("returns/get_return_list", page_no=0, page_size=10)["response"]
    found = shop.get("returns/get_return_detail", return_sn=rows["return"][0]["return_sn"])["response"]

    assert (rows["more"], found["order_sn"], found["status"]) == (False, code, "REQUESTED")
    assert shop.detail(code)["order_status"] == "TO_RETURN"
    shopee.act(code, "complete")
    assert shop.get("returns/get_return_list", page_no=0, page_size=10, status="REQUESTED")["response"]["return"] == []
    assert shop.get("returns/get_return_detail", return_sn="0")["error"] == "error_not_found"


def test_stock_is_told_per_model(shopee: SandboxClient, shop: ShopeeApi) -> None:
    items = shop.get("product/get_item_list", page_size=100, offset=0, item_status="NORMAL")["response"]["item"]
    ids = ",".join(str(item["item_id"]) for item in items)
    infos = shop.get("product/get_item_base_info", item_id_list=ids)["response"]["item_list"]
    phone = next(info["item_id"] for info in infos if info["item_sku"] == "FONE")
    models = shop.get("product/get_model_list", item_id=phone)["response"]["model"]
    black = next(model["model_id"] for model in models if model["model_sku"] == "FONE-PRETO")

    def told(item_id: int, *rows: tuple[int, Any]) -> Any:
        stock = [{"model_id": model, "seller_stock": [{"stock": quantity}]} for model, quantity in rows]
        return shop.post("product/update_stock", item_id=item_id, stock_list=stock)

    mixed = told(phone, (black, 7), (1, 7))
    failed = told(phone, (black, -1))

    assert (mixed["error"], mixed["response"]["failure_list"][0]["failed_reason"]) == ("", "Wrong model_id.")
    assert mixed["response"]["success_list"] == [{"model_id": black, "location_id": "", "stock": 7}]
    assert shopee.stock()["FONE-PRETO"] == 7
    assert failed["error"] == "product.error_busi_update_stock_failed"
    assert told(1, (0, 1))["error"] == "product.error_item_not_found"
    assert shopee.ledger(effect="stock_set")[-1]["code"] == "FONE-PRETO"
