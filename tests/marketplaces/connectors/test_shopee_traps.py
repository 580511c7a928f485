"""One test per trap of the protocol's section 9."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from django.db import connections
from django.test import Client as Browser

from marketplaces import tokens
from marketplaces.connectors.shopee.adapter import Shopee
from marketplaces.crossing import Webhook
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unauthorized, Unavailable
from marketplaces.models import AccessToken, Hint
from orders.models import StockItem
from orders.snapshot import Fulfillment
from orders.status import Status
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.shopee import Shop, package, polled, sample, snapshot
from tests.marketplaces.connectors.shopee_sandbox import account_at, held, pull
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

SHIP = "logistics/ship_order"
CODE = "261118EXA00001"


def test_trap_1_a_refused_signature_names_the_address_among_its_causes() -> None:
    shop = Shop()
    shop.refuse("shop/get_shop_info", "error_sign", "Wrong sign.")

    with pytest.raises(Unauthorized, match="endereço"):
        run(shop.adapter().check())
    assert "shopeemobile.com" not in Shopee.base_url  # whose sandbox answers every signature so


@pytest.mark.django_db(transaction=True)
def test_trap_2_a_push_signed_with_its_own_key_is_answered_with_an_empty_body(shop: SandboxClient) -> None:
    account = account_at(shop)
    url = f"http://testserver/webhooks/{account.channel.code}"
    body = b'{"data":{"ordersn":"A1"},"shop_id":700001,"code":3,"timestamp":1}'
    signature = hmac.new(account.credentials["push_key"].encode(), url.encode() + b"|" + body, hashlib.sha256)

    answer = Browser().post(url, body, content_type="text/plain", headers={"Authorization": signature.hexdigest()})

    assert (answer.status_code, answer.content) == (200, b"")
    assert Hint.objects.get().codes == ["A1"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("regime", ["once", "four-hours"])
def test_trap_3_eight_threads_that_need_a_token_renew_it_once(shop: SandboxClient, regime: str) -> None:
    shop.switch(refresh_reuse=regime)
    account = account_at(shop)
    refused = AccessToken.objects.get().secrets["access"]

    def renew(_thread: int) -> str:
        try:
            return tokens.renew(account.pk, refused=refused)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        given = set(threads.map(renew, range(8)))

    assert len(given) == 1
    assert given != {refused}
    assert len(shop.ledger(effect="refreshed")) == 1


def test_trap_4_the_misspelled_code_is_a_refused_token_and_a_missing_permission_is_not() -> None:
    shop = Shop()
    shop.refuse("shop/get_shop_info", "invalid_acceess_token")
    run(shop.adapter().check())
    assert len(shop.requests) == 2

    shop.refuse("shop/get_shop_info", "error_auth", "No permission to current api.")
    with pytest.raises(Rejected):
        run(shop.adapter().check())
    assert len(shop.requests) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["PENDING", "TO_CONFIRM_RECEIVE", "TO_RETURN"])
def test_trap_5_statuses_that_no_filter_finds_are_polled(shop: SandboxClient, status: str) -> None:
    code = shop.create_order(status=status)["order_sn"]

    pull(account_at(shop))

    assert held(code).channel_status == status


def test_trap_6_whether_there_is_a_note_tells_invoice_data_alone() -> None:
    assert [snapshot(sample(invoice_data=told)).status for told in (None, {}, ...)] == [Status.APPROVED] * 3
    assert snapshot(sample("invoiced")).status is Status.INVOICED
    assert {snapshot(sample(name)).channel_status for name in ("approved_ready_to_ship", "invoiced")} == {
        "READY_TO_SHIP"
    }


def test_trap_7_a_package_that_is_ready_and_arranged_is_not_shipped_twice() -> None:
    shop = Shop(sample("invoiced"))
    shop.packages["OFG200000000000001"] = True

    with pytest.raises(AlreadyApplied):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))
    assert shop.writes == []


def test_trap_8_a_mask_is_no_data() -> None:
    order = snapshot(sample("unpaid_masked"))

    assert order.masked
    assert (order.buyer.document, order.buyer.phones) == ("", ())
    assert "*" not in "".join(str(value) for value in (order.shipping_address, order.buyer))


def test_trap_9_a_push_is_a_pointer_so_neither_order_nor_repetition_matters() -> None:
    shop = Shop(sample())
    adapter = shop.adapter()
    bodies = [json.dumps({"code": code, "data": {"ordersn": CODE}}).encode() for code in (4, 30, 3, 3)]
    signed = [hmac.new(b"push-key", b"u|" + body, hashlib.sha256).hexdigest() for body in bodies]
    came = [Webhook(body=b, headers={"authorization": s}, url="u") for b, s in zip(bodies, signed, strict=True)]

    read = [run(adapter.read(*adapter.verify(adapter.connection, webhook).codes)).snapshot for webhook in came]

    assert {one.status for one in read if one} == {Status.APPROVED}


@pytest.mark.parametrize("split", [True, False])
def test_trap_10_a_package_is_named_for_split_orders_and_for_no_other(split: bool) -> None:
    document = sample("invoiced")
    if split:
        document["package_list"] = [package(package_number="OFG1"), package(package_number="OFG2")]
    shop = Shop(document)

    run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))

    bodies = [json.loads(request.content) for request in shop.calls(SHIP)]
    assert [body.get("package_number") for body in bodies] == (["OFG1", "OFG2"] if split else [None])
    assert {json.dumps(body["pickup"]) for body in bodies} == {'{"address_id": 2, "pickup_time_id": "9"}'}


def test_trap_11_all_times_are_seconds_in_utc() -> None:
    order = snapshot(sample())

    assert order.placed_at == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert order.ship_by == datetime(2026, 11, 21, 2, 59, 59, tzinfo=UTC)  # 23:59:59 in Brasília


def test_trap_12_zero_means_that_nobody_knows() -> None:
    order = snapshot(sample(pickup_done_time=0, edt_to=0, ship_by_date=0, pay_time=0, total_amount=0))

    assert (order.shipped_at, order.deliver_by, order.ship_by, order.approved_at) == (None, None, None, None)
    assert order.total == order.expected_total > 0


def test_trap_13_an_app_without_a_permission_stops_no_account() -> None:
    shop = Shop()
    shop.refuse("shop/get_shop_info", "error_api_permission", "This app type has no permission to this API")

    with pytest.raises(Rejected, match="no permission"):
        run(shop.adapter().check())


def test_trap_14_an_order_that_is_being_allocated_is_tried_again() -> None:
    shop = Shop(sample("invoiced"))
    shop.refuse(SHIP, "logistics.error_param", "The order is being allocated, please wait until it is completed.")

    with pytest.raises(Unavailable):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))


@pytest.mark.django_db(transaction=True)
def test_trap_15_shopees_own_warehouse_takes_nothing_from_our_stock(shop: SandboxClient) -> None:
    code = shop.create_order(channel="fbs", status="READY_TO_SHIP")["order_sn"]

    pull(account_at(shop))

    assert held(code).fulfillment == Fulfillment.MARKETPLACE
    assert not held(code).items.filter(reserved__gt=0).exists()
    assert not StockItem.objects.filter(reserved__gt=0).exists()


@pytest.mark.parametrize(("after", "expected"), [("processed", AlreadyApplied), ("canceled_unpaid", Rejected)])
def test_trap_16_what_another_program_arranged_first_is_arranged(after: str, expected: type[Exception]) -> None:
    shop = Shop(sample("invoiced", order_sn=CODE))

    def arranged_meanwhile(_request: httpx.Request) -> httpx.Response:
        shop.orders[CODE] = sample(after, order_sn=CODE)
        error = {"error": " logistics.package_already_shipped", "message": "", "request_id": "r1"}
        return httpx.Response(200, json=error)

    shop.next(SHIP, arranged_meanwhile)

    with pytest.raises(expected):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert shop.writes == [SHIP]


def test_an_order_whose_buyer_asks_to_cancel_while_shopee_is_asked_is_not_shipped() -> None:
    shop = Shop(sample("invoiced", order_sn=CODE))

    def asked_meanwhile(request: httpx.Request) -> httpx.Response:
        shop.orders[CODE] = sample("buyer_asks_to_cancel", order_sn=CODE)
        return shop.answer(request)

    shop.next("logistics/get_shipping_parameter", asked_meanwhile)

    with pytest.raises(NotReady, match="comprador pede"):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert shop.writes == []
    assert run(polled(shop.adapter()))
