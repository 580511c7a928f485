"""Tests by the number of the protocol's section that sets the trap; the published vectors are those of section 3."""

import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.test import Client as Browser

from marketplaces.connectors.tiktok import signing, webhooks
from marketplaces.crossing import Webhook
from marketplaces.errors import (
    AlreadyApplied,
    NotGenuine,
    NotReady,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
)
from marketplaces.models import Account, Hint
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.marketplaces.connectors.tiktok.wire import (
    CANCEL,
    DETAIL,
    PACKAGE,
    RETURNS,
    SEARCH,
    SEEN_AT,
    UPLOAD,
    Shop,
    ok,
    polled,
    sample,
    snapshot,
    unit,
)
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

SECRET = "e59af819cc"
BASE = {"app_key": "29a39d", "timestamp": "1623812664"}
CIPHER = {**BASE, "shop_cipher": "GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3"}
PAGE = {**CIPHER, "page_size": "50", "sort_field": "update_time", "sort_order": "ASC"}
WINDOW = b'{"update_time_ge":1623700000,"update_time_lt":1623812664}'
PAGE_TOKEN = "6AsPQsUMvH3RkchNUPPh22NROHkE0D8pmq/N5M1kHYcZmtRyv9aVrNv65W7Q6tFA+7D1ud64MPNz5OaT"
IDS = {**CIPHER, "ids": "576461413038785752,576461413038785753"}
HOOK = (
    b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,'
    b'"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}'
)
HOOK_SIGN = "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05"
CODE = "576600000000000002"


def test_trap_1_lifetimes_are_instants_and_the_cipher_is_asked_for() -> None:
    shop = Shop()
    pair = {"access_token": "a", "access_token_expire_in": 1795608000, "refresh_token": "r", "user_type": 0}
    shop.next("/api/v2/token/get", ok({**pair, "refresh_token_expire_in": 4891363200}))

    grant = run(shop.adapter().exchange({"code": "c1"}))

    assert grant.expires_at == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert grant.authorized_until == datetime(2125, 1, 1, tzinfo=UTC)
    assert grant.shop_id == "700001"
    assert shop.requests[0].url.params["grant_type"] == "authorized_code"
    assert "sign" not in shop.requests[0].url.params
    assert "shop_cipher" not in shop.requests[1].url.params


def test_trap_1_secrets_in_an_address_are_read_by_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop = Shop()
    shop.refuse("/api/v2/token/refresh", 36004002, "Invalid refresh_token refresh-1 of app app-key with app-secret")

    with pytest.raises(Unauthorized) as caught:
        run(shop.adapter().refresh("refresh-1"))

    for word in ("app-secret", "refresh-1", "app-key"):
        assert word not in caplog.text + caught.value.detail


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_trap_2_success_is_code_zero_whatever_the_http_status(status: int) -> None:
    shop = Shop(sample())
    shop.refuse(DETAIL, 10002015, "No.", status=status)

    with pytest.raises((Rejected, Unauthorized, Unavailable)):
        run(shop.adapter().read(CODE))


@pytest.mark.parametrize(
    ("secret", "path", "params", "body", "expected"),
    [
        (
            SECRET,
            "/authorization/202309/shops",
            BASE,
            b"",
            "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8",
        ),
        (
            "app_secret",
            "/test-api",
            {"foo": "bar"},
            b"",
            "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f",
        ),
        (SECRET, SEARCH, PAGE, WINDOW, "18dc19695a78ab16e6521c402926ff56114a0f2cf367bd42acc1e83801d9ae86"),
        (
            SECRET,
            SEARCH,
            {**PAGE, "page_token": PAGE_TOKEN},
            WINDOW,
            "4f9d0a20c40ed5d9dc7da199d2de4fc4dc385dac13d271ce05b64e3c09404813",
        ),
        (
            SECRET,
            "/order/202309/orders",
            IDS,
            b"",
            "0e888959aae6ea5a2e5270c90de0cdaa00789074fe554bf0644af041d2af5397",
        ),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_trap_3_signatures_are_over_decoded_sorted_parameters_and_the_exact_body(
    secret: str, path: str, params: dict[str, str], body: bytes, expected: str
) -> None:
    stale = "bc721f0e"  # what the curl on the same official page shows for the first

    assert signing.sign(secret, path=path, params={**params, "access_token": "x", "sign": "y"}, body=body) == expected
    assert not expected.startswith(stale)


def test_trap_3_a_call_carries_what_it_signs_and_its_token_in_the_header() -> None:
    shop = Shop(sample())
    shop.next(SEARCH, ok({"orders": [], "next_page_token": "+/a=="}), ok({"orders": []}))

    run(polled(shop.adapter(), (datetime.now(UTC) - timedelta(minutes=1)).isoformat()))

    request = shop.calls(SEARCH)[1]
    params = dict(request.url.params)
    assert params["page_token"] == "+/a=="
    assert b"%2B%2Fa%3D%3D" in request.url.query
    assert params["sign"] == signing.sign("app-secret", path=SEARCH, params=params, body=request.content)
    assert request.headers["x-tts-access-token"] == "access-token-1"
    assert "access_token" not in params
    assert abs(int(params["timestamp"]) - datetime.now(UTC).timestamp()) < 5


def test_trap_4_1_the_page_is_in_the_query_and_the_window_in_the_body() -> None:
    shop = Shop()

    run(polled(shop.adapter(), (datetime.now(UTC) - timedelta(minutes=1)).isoformat()))

    request = shop.calls(SEARCH)[0]
    assert set(json.loads(request.content)) == {"update_time_ge", "update_time_lt"}
    params = request.url.params
    assert (params["page_size"], params["sort_field"], params["sort_order"]) == ("100", "update_time", "ASC")


def test_trap_4_2_the_newer_details_are_asked_for_and_the_older_ones_taken_where_there_are_none() -> None:
    shop = Shop(sample())
    shop.refuse(DETAIL, 36009009, "Invalid path", status=404)

    assert run(shop.adapter().read(CODE)).snapshot is not None
    assert [request.url.path for request in shop.requests[1:]] == [DETAIL, "/order/202309/orders"]


@pytest.mark.parametrize(
    ("code", "message"), [(36009009, "path"), (36009014, "version"), (36009004, "invalid version")]
)
def test_trap_4_2_what_a_shop_lacks_is_asked_for_once(code: int, message: str) -> None:
    shop = Shop(sample())
    for path in (DETAIL, RETURNS):
        shop.refuse(path, code, message, status=400)
    adapter = shop.adapter()

    for _again in range(2):
        assert run(polled(adapter, cursor=datetime.now(UTC).isoformat()))

    assert (len(shop.calls(DETAIL)), len(shop.calls("/order/202309/orders")), len(shop.calls(RETURNS))) == (1, 2, 1)


def test_trap_4_3_units_become_quantities_and_masks_are_no_data() -> None:
    order = snapshot(sample("three_units_one_canceled"))

    assert [(item.sku, item.quantity, item.canceled) for item in order.items] == [
        ("CAMISA-P-AZUL", 3, 1),
        ("MEIA-M", 1, 0),
        ("1729600000000000103", 1, 0),
    ]
    assert order.masked
    assert order.buyer.document == "52998224725"
    assert "*" not in f"{order.shipping_address}{order.buyer}"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("on_hold", Status.APPROVED),
        ("partially_shipping", Status.INVOICED),
        ("completed", Status.DELIVERED),
        ("completed_by_a_refund", Status.CANCELED),
        ("canceled_lost_in_transit", Status.DELIVERY_FAILED),
        ("canceled_refused_by_buyer", Status.RETURNING),
    ],
)
def test_trap_4_4_a_status_does_not_tell_where_the_goods_are(name: str, status: Status) -> None:
    order = snapshot(sample(name))

    assert order.status is status
    assert (order.hold_until is not None) is (name == "on_hold")


def test_trap_5_shipping_waits_until_the_note_is_valid() -> None:
    shop = Shop(sample())
    adapter, update = shop.adapter(), make_update("INVOICED", code=CODE)

    with pytest.raises(NotReady) as taken:
        run(adapter.push(update))
    shop.orders[CODE] = sample(need_upload_invoice="INVOICE_PROCESSING")
    for attempt in (adapter.is_applied(update), adapter.push(make_update("SHIPPING_ARRANGED", code=CODE))):
        with pytest.raises(NotReady):
            run(attempt)
    shop.orders[CODE] = sample(need_upload_invoice="INVOICE_UPLOADED")

    assert taken.value.taken
    assert run(adapter.is_applied(update))
    run(adapter.push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert shop.writes == [UPLOAD, f"{PACKAGE}/ship"]


def test_trap_5_the_flag_of_a_pickup_time_is_misspelt() -> None:
    shop = Shop(sample(need_upload_invoice="INVOICE_UPLOADED"))

    run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))

    assert shop.body(f"{PACKAGE}/ship") == {
        "handover_method": "PICKUP",
        "pickup_slot": {"start_time": 1795104000, "end_time": 1795114800},
    }


def test_trap_5_a_file_that_failed_hides_behind_code_zero() -> None:
    shop = Shop(sample())
    shop.next(UPLOAD, ok({"errors": [{"code": 10007012, "message": "Not an NF-e.", "detail": {}}]}))

    with pytest.raises(Rejected, match="10007012: Not an NF-e"):
        run(shop.adapter().push(make_update("INVOICED", code=CODE)))


def test_trap_6_a_part_of_an_order_is_not_canceled_and_reasons_are_asked_for() -> None:
    shop = Shop(sample())

    with pytest.raises(Rejected):
        run(shop.adapter().push(make_update("CANCELED", code=CODE, partial=True)))
    assert shop.requests == []
    run(shop.adapter().push(make_update("CANCELED", code=CODE, reason="o cliente desistiu")))

    assert shop.body(CANCEL) == {
        "order_id": CODE,
        "cancel_reason": "seller_cancel_paid_reason_buyer_requested_cancellation",
    }


def test_trap_6_a_buyer_is_answered_within_48_hours_and_the_deadline_is_shown() -> None:
    order = snapshot(sample("buyer_asks_to_cancel"))
    untold = snapshot(sample("buyer_asks_to_cancel", cancellations=...))

    assert order.cancel_request is not None
    assert untold.cancel_request is not None
    assert order.cancel_request.reason == "Não preciso mais"
    for request in (order.cancel_request, untold.cancel_request):
        assert request.answer_by == request.requested_at + timedelta(hours=48)


@pytest.mark.parametrize(
    ("body", "genuine"), [(HOOK, True), (HOOK.replace(b":", b": "), False)], ids=["raw", "rewritten"]
)
def test_trap_7_a_webhook_is_proven_by_its_raw_bytes(body: bytes, genuine: bool) -> None:
    connection = Shop().adapter(app_key="abcdef", app_secret="123").connection
    came = Webhook(body=body, headers={"authorization": HOOK_SIGN}, url="https://hub.example.com/w")

    if genuine:
        ring = webhooks.verify(connection, came)
        assert (ring.codes, ring.id) == (("576653688135258178",), "7380066284010030890")
    else:
        with pytest.raises(NotGenuine):
            webhooks.verify(connection, came)


@pytest.mark.django_db(transaction=True)
def test_trap_7_a_repeated_webhook_is_one_and_answered_with_nothing(account: Account) -> None:
    body = json.dumps(
        {"type": 36, "tts_notification_id": "1", "shop_id": account.shop_id, "data": {"order_ids": ["A1", "A2"]}}
    ).encode()
    key, secret = account.credentials["app_key"], account.credentials["app_secret"]
    signed = hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()
    url = f"/webhooks/{account.channel.code}"

    answers = [
        Browser().post(url, body, content_type="application/json", headers={"Authorization": signed}) for _ in range(2)
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 2
    assert Hint.objects.get().codes == ["A1", "A2"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "data"), [(6, {"message": "Deauthorized"}), (7, {"message": "Soon", "expiration_time": 1798761600})]
)
def test_trap_7_the_end_of_an_authorization_is_heeded(account: Account, kind: int, data: dict[str, Any]) -> None:
    now = int(datetime.now(UTC).timestamp())
    told = {"type": kind, "tts_notification_id": "1", "shop_id": account.shop_id, "timestamp": now, "data": data}
    body = json.dumps(told).encode()
    key, secret = account.credentials["app_key"], account.credentials["app_secret"]
    signed = hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()

    answer = Browser().post(
        f"/webhooks/{account.channel.code}", body, content_type="application/json", headers={"Authorization": signed}
    )

    account = Account.objects.select_related("access_token").get(pk=account.pk)
    assert (answer.status_code, answer.content) == (200, b"")
    assert account.is_paused is (kind == 6)
    ends = account.access_token.authorized_until
    assert ends == (datetime.fromtimestamp(1798761600, UTC) if kind == 7 else None)


def test_trap_7_the_webhooks_words_are_not_believed() -> None:
    shop = Shop(sample())
    body = json.dumps({"type": 1, "data": {"order_id": CODE, "order_status": "CANCEL"}}).encode()
    signed = hmac.new(b"app-secret", b"app-key" + body, hashlib.sha256).hexdigest()
    adapter = shop.adapter()

    ring = adapter.verify(adapter.connection, Webhook(body=body, headers={"authorization": signed}, url="u"))

    read = run(adapter.read(ring.codes[0])).snapshot
    assert read is not None
    assert read.status is Status.APPROVED
    assert snapshot(sample(status="CANCEL")).status is None


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (105002, "Expired", Unauthorized),
        (105005, "Scope", Unauthorized),
        (101000, "", Unauthorized),
        (106001, "sign", Unauthorized),
        (36009002, "", Unavailable),
        (36009003, "", OutcomeUnknown),
        (36009007, "", OutcomeUnknown),
        (36009004, "Invalid timestamp. It is too early.", Unavailable),
        (36009004, "The 'sign' query parameter is required", Unauthorized),
        (36009004, "invalid app_key", Unauthorized),
        (36009004, "The x-tts-access-token header is invalid", Unauthorized),
        (36009004, "invalid version", Rejected),
        (36009009, "", Rejected),
        (36009033, "", Unauthorized),
        (36009037, "", Unavailable),
        (36009043, "", Unauthorized),
        (25001046, "Risk", Rejected),
    ],
)
def test_trap_8_no_family_of_codes_means_one_thing(code: int, message: str, expected: type[Exception]) -> None:
    shop = Shop(sample())
    for _attempt in range(2):
        shop.refuse(CANCEL, code, message)

    with pytest.raises(expected) as caught:
        run(shop.adapter().push(make_update("CANCELED", code=CODE)))
    assert type(caught.value) is not OutcomeUnknown or expected is OutcomeUnknown


def test_trap_8_too_many_requests_say_when_to_come_back() -> None:
    shop = Shop()
    shop.refuse("/authorization/202309/shops", 36009002, "", status=429, **{"Retry-After": "7"})

    with pytest.raises(Unavailable) as caught:
        run(shop.adapter().check())
    assert caught.value.retry_after == 7
    assert shop.turns.rests == [("calls", 7.0)]


@pytest.mark.parametrize(("status", "code"), [(429, 100010), (429, 10007015), (401, 105001)])
def test_trap_8_a_code_that_nobody_lists_is_judged_by_the_statuses_that_say_something(status: int, code: int) -> None:
    shop = Shop(sample())
    shop.refuse(DETAIL, code, "No.", status=status, **{"Retry-After": "7"})
    adapter = shop.adapter()

    if status == 429:
        with pytest.raises(Unavailable) as caught:
            run(adapter.read(CODE))
        assert caught.value.retry_after == 7
    else:
        assert run(adapter.read(CODE)).snapshot is not None
        assert shop.calls(DETAIL)[1].headers["x-tts-access-token"] == "access-token-2"


def test_trap_8_an_expired_token_is_renewed_once_and_the_call_signed_anew() -> None:
    shop = Shop(sample())
    for _attempt in range(2):
        shop.refuse(DETAIL, 105002, "Expired credentials")

    with pytest.raises(Unauthorized):
        run(shop.adapter().read(CODE))
    assert [call.headers["x-tts-access-token"] for call in shop.calls(DETAIL)] == ["access-token-1", "access-token-2"]


def test_trap_9_the_words_of_the_garbled_guide_are_unknown() -> None:
    words = ("READY_TO_SHIP", "PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "IN_CANCEL", "TO_RETURN", "CANCEL")

    assert {snapshot(sample(status=word)).status for word in words} == {None}


def test_trap_12_after_an_outcome_nobody_knows_the_package_is_read_before_it_is_shipped_again() -> None:
    shop = Shop(sample(need_upload_invoice="INVOICE_UPLOADED"))
    shop.next(f"{PACKAGE}/ship", httpx.ReadTimeout("no answer"))
    adapter, update = shop.adapter(), make_update("SHIPPING_ARRANGED", code=CODE)

    with pytest.raises(OutcomeUnknown):
        run(adapter.push(update))
    assert run(adapter.is_applied(update)) is False
    shop.orders[CODE] = sample("awaiting_collection", id=CODE)
    assert run(adapter.is_applied(update))
    with pytest.raises(AlreadyApplied):
        run(adapter.push(update))


def test_who_fulfills_and_who_ships_decides_what_is_ours() -> None:
    found: dict[str, Any] = {
        name: snapshot(sample(name)).fulfillment
        for name in ("approved_needs_invoice", "shipped_by_the_seller", "fulfilled_by_tiktok")
    }

    assert list(found.values()) == [Fulfillment.MARKETPLACE_SHIPS, Fulfillment.SELLER, Fulfillment.MARKETPLACE]
    assert snapshot(sample(line_items=[unit(seller_sku="")])).items[0].sku == "1729600000000000101"
    assert snapshot(sample()).seen_at == SEEN_AT
