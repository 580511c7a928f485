"""Cancellations by sellers, buyers and TikTok Shop; returns (protocol §6)."""

import pytest

from sandbox.client import SandboxClient, SandboxError
from tests.sandbox.tiktok.api import TikTokApi

OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"
UNPAID_OUT_OF_STOCK = "seller_cancel_unpaid_reason_out_of_stock"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("UNPAID", UNPAID_OUT_OF_STOCK), ("ON_HOLD", OUT_OF_STOCK), ("AWAITING_SHIPMENT", OUT_OF_STOCK)],
)
def test_a_seller_cancels_with_a_reason_of_the_status(
    tiktok: SandboxClient, api: TikTokApi, status: str, reason: str
) -> None:
    code = tiktok.create_order(status=status)["code"]
    other = OUT_OF_STOCK if reason == UNPAID_OUT_OF_STOCK else UNPAID_OUT_OF_STOCK

    wrong, taken, again = api.cancel(code, other), api.cancel(code, reason), api.cancel(code, reason)
    tiktok.advance(3)

    assert (wrong["code"], again["code"]) == (25001021, 25001011)
    assert taken["data"]["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert api.detail(code)["status"] == "CANCELLED"
    assert [row["cancel_status"] for row in api.cancellations(code)] == ["CANCELLATION_REQUEST_COMPLETE"]


def test_what_was_shipped_is_not_canceled_by_the_seller(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="AWAITING_COLLECTION")["code"]
    path = f"/return_refund/202602/orders/{code}/aftersale_eligibility"

    told = api.call("GET", path, initiate_aftersale_user="SELLER", request_types="CANCEL")["data"]["sku_eligibility"]

    assert api.cancel(code, OUT_OF_STOCK)["code"] == 25001045
    assert told[0]["line_item_eligibility"][0]["eligible"] is False
    tiktok.switch(cancel_in_collection=True)
    assert api.cancel(code, OUT_OF_STOCK)["code"] == 0


def test_parts_of_an_order_are_not_canceled_in_brazil(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]

    assert api.cancel(code, OUT_OF_STOCK, skus=[{"sku_id": "1", "quantity": 1}])["code"] == 25001015


def test_on_hold_a_buyer_cancels_alone_and_later_asks(tiktok: SandboxClient, api: TikTokApi) -> None:
    held = tiktok.create_order(status="ON_HOLD")["code"]
    free = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]
    before = api.detail(free)["update_time"]

    tiktok.cancel(held)
    tiktok.cancel(free)

    assert api.detail(held)["status"] == "CANCELLED"
    asked = api.detail(free)
    assert (asked["status"], asked["is_buyer_request_cancel"]) == ("AWAITING_SHIPMENT", True)
    assert asked["update_time"] == before
    (row,) = api.cancellations(free)
    assert row["seller_next_action_response"][0]["deadline"] - row["create_time"] == 48 * 3600


def test_silence_agrees_after_48_hours(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="AWAITING_SHIPMENT")["code"]
    tiktok.cancel(code)

    tiktok.advance(48 * 3600 - 60)
    assert api.detail(code)["status"] == "AWAITING_SHIPMENT"
    tiktok.advance(61)

    assert api.detail(code)["status"] == "CANCELLED"


def test_an_approval_may_be_repeated_and_a_refusal_may_not(tiktok: SandboxClient, api: TikTokApi) -> None:
    first, second = (order["code"] for order in tiktok.create_orders(2, status="AWAITING_SHIPMENT"))
    ids = []
    for code in (first, second):
        tiktok.cancel(code)
        ids.append(api.cancellations(code)[0]["cancel_id"])
    path = "/return_refund/202309/cancellations"
    reasons = api.call("GET", "/return_refund/202309/reject_reasons", return_or_cancel_id=ids[1])["data"]["reasons"]

    approvals = [api.call("POST", f"{path}/{ids[0]}/approve", {}, idempotency_key="k1")["code"] for _ in range(2)]
    body = {"reject_reason": reasons[0]["name"]}
    refusals = [api.call("POST", f"{path}/{ids[1]}/reject", body)["code"] for _ in range(2)]

    assert (approvals, refusals) == ([0, 0], [0, 25005011])
    assert (api.detail(first)["status"], api.detail(second)["status"]) == ("CANCELLED", "AWAITING_SHIPMENT")
    assert (tiktok.effects(first)["accepted"], tiktok.effects(second)["rejected"]) == (1, 1)


def test_a_lost_parcel_is_canceled_by_tiktok(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="IN_TRANSIT")["code"]
    tiktok.act(code, "lose")

    order = api.detail(code)

    assert (order["status"], order["cancel_reason"], order["cancellation_initiator"]) == (
        "CANCELLED",
        "package_lost",
        "SYSTEM",
    )


def test_returns_are_objects_of_their_own(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="DELIVERED")["code"]
    path = "/return_refund/202309/returns/search"
    none = api.call("POST", path, {})["data"]

    tiktok.act(code, "ask_return")
    tiktok.act(code, "return_to", status="BUYER_SHIPPED_ITEM")
    (row,) = api.call("POST", path, {"order_ids": [code]})["data"]["return_orders"]

    assert "return_orders" not in none
    assert (row["return_status"], api.detail(code)["status"]) == ("BUYER_SHIPPED_ITEM", "DELIVERED")
    tiktok.switch(returns_scope=False)
    assert api.call("POST", path, {})["code"] == 105005


def test_what_cannot_happen_now_is_refused_by_name(tiktok: SandboxClient) -> None:
    code = tiktok.create_order()["code"]

    for verb in ("release", "collect", "withdraw", "refund", "ask_return", "split", "judge_invoice"):
        with pytest.raises(SandboxError):
            tiktok.act(code, verb)
