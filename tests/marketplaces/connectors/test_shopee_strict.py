"""What a strict Shopee would write down against us: calls that cannot succeed, too early, in the wrong order, twice."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import choosing
from marketplaces.errors import AlreadyApplied, MarketplaceError, Rejected, Unavailable, Unsupported
from tests.marketplaces.connectors.shopee import OK, PARAMETER, Json, Shop, package, sample
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

CODE = "261118EXA00001"
UPLOAD, SHIP, PARAMETERS = "order/upload_invoice_doc", "logistics/ship_order", "logistics/get_shipping_parameter"
DETAIL, PACKAGES, ANSWER = "order/get_order_detail", "order/get_package_detail", "order/handle_buyer_cancellation"


def shop_with(name: str, **over: Any) -> Shop:
    return Shop(sample(name, order_sn=CODE, **over))


def told(shop: Shop, kind: str, **fields: Any) -> str:
    return run(shop.adapter().push(make_update(kind, code=CODE, **fields)))


def refused(shop: Shop, kind: str, **fields: Any) -> MarketplaceError:
    with pytest.raises(MarketplaceError) as caught:
        told(shop, kind, **fields)
    return caught.value


def noted(key: str) -> Outgoing:
    update = make_update("INVOICED", code=CODE)
    assert update.invoice is not None
    return replace(update, invoice=replace(update.invoice, access_key=key))


# -- the NF-e ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("canceled_unpaid", Rejected), ("fulfilled_by_shopee", Unsupported), ("correios_drop_off", Unsupported)],
)
def test_no_note_is_sent_for_an_order_that_takes_none(name: str, expected: type[MarketplaceError]) -> None:
    shop = shop_with(name)

    assert type(refused(shop, "INVOICED")) is expected
    assert shop.writes == []


def test_a_correios_order_that_wants_its_note_gets_it() -> None:
    shop = shop_with("correios_drop_off")
    shop.refuse(PARAMETERS, "logistics.lack_of_invoice_data", "Missing invoice data.")

    told(shop, "INVOICED")

    assert shop.writes == [UPLOAD]


def test_a_note_that_shopee_has_already_is_not_sent_again() -> None:
    shop = shop_with("invoiced")
    key = sample("invoiced")["invoice_data"]["access_key"]

    with pytest.raises(AlreadyApplied):
        run(shop.adapter().push(noted(key)))
    assert shop.writes == []


# -- shipping ------------------------------------------------------------------------------------------------


def test_what_shopees_warehouse_ships_is_never_arranged() -> None:
    shop = shop_with("invoiced", fulfillment_flag="fulfilled_by_shopee")

    assert isinstance(refused(shop, "SHIPPING_ARRANGED"), Unsupported)
    assert shop.calls(PARAMETERS) == []


def test_a_package_that_has_not_started_is_waited_for_once_the_note_is_there() -> None:
    shop = shop_with("invoiced", package_list=[package(logistics_status="LOGISTICS_NOT_START")])

    assert isinstance(refused(shop, "SHIPPING_ARRANGED"), Unavailable)
    assert shop.calls(PARAMETERS) == []


def test_a_package_is_where_its_own_details_say_not_where_the_order_says() -> None:
    shop = shop_with("invoiced", package_list=[package(package_number="OFG1")])
    row = {"package_number": "OFG1", "fulfillment_status": "LOGISTICS_REQUEST_CREATED", "is_shipment_arranged": False}
    shop.next(PACKAGES, {**OK, "response": {"package_list": [row]}})

    assert isinstance(refused(shop, "SHIPPING_ARRANGED"), AlreadyApplied)
    assert shop.writes == []


def test_the_only_package_left_in_the_list_of_a_split_order_is_named() -> None:
    shop = shop_with("invoiced", split_up=True, package_list=[package(package_number="OFG2")])

    told(shop, "SHIPPING_ARRANGED")

    assert shop.body(SHIP)["package_number"] == "OFG2"


def test_an_order_that_shopee_calls_shipped_under_a_general_code_counts_as_arranged() -> None:
    shop = shop_with("invoiced")
    shop.refuse(SHIP, "logistics.error_param", "Order has been shipped.")

    assert isinstance(refused(shop, "SHIPPING_ARRANGED"), AlreadyApplied)


def test_a_payment_that_is_still_to_be_confirmed_is_waited_for() -> None:
    shop = shop_with("invoiced")
    shop.refuse(SHIP, "error_status", "Buyer hasn't completed pre-authorization yet.")

    assert isinstance(refused(shop, "SHIPPING_ARRANGED"), Unavailable)


def test_a_pickup_is_told_what_shopee_says_it_needs_and_nothing_else() -> None:
    address = {"address_id": 7, "address_flag": [], "time_slot_list": None}
    untimed: Json = {"info_needed": {"pickup": ["address_id"]}, "pickup": {"address_list": [address]}}
    tracked: Json = {**PARAMETER, "info_needed": {"pickup": ["address_id", "pickup_time_id", "tracking_number"]}}

    assert choosing.pickup(untimed, {}) == {"address_id": 7}
    assert choosing.pickup(tracked, {"tracking_number": "BR1"}) == {
        "address_id": 2,
        "pickup_time_id": "9",
        "tracking_number": "BR1",
    }
    with pytest.raises(Rejected, match="tracking_number"):
        choosing.pickup(tracked, {})


def test_a_person_is_offered_a_pickup_that_has_no_times_and_asked_for_the_tracking_code_it_needs() -> None:
    shop = shop_with("invoiced")
    address = {"address_id": 7, "address": "Rua A", "time_slot_list": None}
    needs = {"info_needed": {"pickup": ["address_id", "tracking_number"]}, "pickup": {"address_list": [address]}}
    shop.next(PARAMETERS, {**OK, "response": needs})

    (way,) = run(shop.adapter().shipping_ways(CODE))

    assert way.choice == {"way": "pickup", "address_id": "7"}
    assert list(way.asks) == ["tracking_number"]


def test_the_first_page_of_shipments_is_asked_for_without_a_cursor() -> None:
    shop = Shop()
    shop.next("order/get_shipment_list", {**OK, "response": {"order_list": [], "more": False}})

    run(shop.adapter().arranging_rules())

    assert "cursor" not in shop.calls("order/get_shipment_list")[0].url.params


# -- cancellation --------------------------------------------------------------------------------------------


def test_an_order_that_is_canceled_there_is_not_canceled_again() -> None:
    shop = shop_with("canceled_unpaid")

    assert isinstance(refused(shop, "CANCELED"), AlreadyApplied)
    assert shop.writes == []


def test_an_order_of_shopees_warehouse_is_not_canceled_by_us_and_a_person_learns_of_it() -> None:
    shop = shop_with("fulfilled_by_shopee")

    assert isinstance(refused(shop, "CANCELED"), Rejected)
    assert shop.writes == []


@pytest.mark.parametrize("kind", ["CANCEL_ACCEPTED", "CANCEL_REJECTED"])
def test_a_buyer_who_does_not_ask_is_not_answered(kind: str) -> None:
    shop = shop_with("processed")

    refused(shop, kind)

    assert shop.writes == []


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        ("CANCEL_ACCEPTED", "canceled_unpaid", AlreadyApplied),
        ("CANCEL_ACCEPTED", "processed", Rejected),
        ("CANCEL_REJECTED", "processed", AlreadyApplied),
        ("CANCEL_REJECTED", "canceled_unpaid", Rejected),
    ],
)
def test_an_answer_that_crosses_the_buyers_change_of_mind_is_compared_with_what_became_of_the_order(
    kind: str, now: str, expected: type[MarketplaceError]
) -> None:
    shop = shop_with(now)
    asking = sample("buyer_asks_to_cancel", order_sn=CODE)
    shop.next(DETAIL, {**OK, "response": {"order_list": [asking]}})
    shop.refuse(ANSWER, "order.order_status_invalid", "Invalid order_status.")

    assert type(refused(shop, kind)) is expected
    assert shop.writes == [ANSWER]


# -- limits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"slow down", {"request_id": "r", "error": "error_rate_limit"}, {"request_id": "r", "error": "too_many"}],
)
def test_too_many_requests_is_an_outage_whatever_stands_in_the_body(body: bytes | Json) -> None:
    shop = shop_with("invoiced")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    shop.next(SHIP, httpx.Response(429, content=content, headers={"Retry-After": "7"}))

    error = refused(shop, "SHIPPING_ARRANGED")

    assert type(error) is Unavailable
    assert error.retry_after == 7
    assert shop.turns.rests == [("calls", 7)]


def test_the_hour_is_counted_from_the_later_of_payment_and_purchase() -> None:
    now = int(datetime.now(UTC).timestamp())
    shop = shop_with("invoiced", create_time=now - 3000, pay_time=now - 7200)

    error = refused(shop, "SHIPPING_ARRANGED")

    assert 590 < getattr(error, "seconds", 0) < 605
    assert shop.calls(PARAMETERS) == []
