"""Who may call Shopee, how a call is signed, and the two styles of errors (protocol §1, §7)."""

import time

import httpx
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.shopee_api import ShopeeApi, shopee_api_of

LIST = "order/get_order_list"


def test_a_signed_call_is_answered_in_an_envelope(shopee: SandboxClient, shop: ShopeeApi) -> None:
    answer = shop.order_list()

    assert (answer["error"], answer["message"]) == ("", "")
    assert len(answer["request_id"]) == 32
    assert answer["response"] == {"more": False, "next_cursor": "", "order_list": []}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"sign": "0" * 64}, "error_sign", "Wrong sign."),
        ({"sign": ""}, "error_param", "There is no sign in query."),
        ({"partner_id": ""}, "error_param", "There is no partner_id in query."),
        ({"partner_id": "x"}, "error_param", "Partner_id is invalid"),
        ({"partner_id": "7"}, "invalid_partner_id", "Invalid partner_id"),
        ({"timestamp": ""}, "error_param", "no timestamp."),
        ({"timestamp": "soon"}, "error_param", "Timestamp is invalid"),
        ({"timestamp": "4294967296"}, "error_param", "Timestamp is invalid"),
        ({"access_token": ""}, "error_param", "There is no access_token in query."),
        ({"shop_id": ""}, "error_param", "There is no shop_id in query."),
        ({"shop_id": "-1"}, "error_param", "shop_id is invalid"),
    ],
)
def test_each_common_parameter_is_mandatory_and_checked(
    shopee: SandboxClient, shop: ShopeeApi, changes: dict[str, str], error: str, message: str
) -> None:
    response = shop.raw("GET", LIST, changes=changes)

    assert response.status_code == 200
    assert response.json()["error"] == error
    assert message in response.json()["message"]


@pytest.mark.parametrize(("seconds", "error"), [(-290, ""), (290, ""), (-320, "error_param"), (320, "error_param")])
def test_a_timestamp_lives_for_five_minutes(shopee: SandboxClient, shop: ShopeeApi, seconds: int, error: str) -> None:
    now = int(time.time())
    query = {"time_range_field": "create_time", "time_from": now, "time_to": now, "page_size": 1}

    answer = shop.raw("GET", LIST, query=query, changes={"at": now + seconds}).json()

    assert answer["error"] == error
    assert (answer["message"] == "Timestamp is expired.") == bool(error)


def test_callers_keep_their_own_time_when_the_sandbox_is_advanced(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.advance(3600)

    assert shop.order_list()["error"] == ""


@pytest.mark.parametrize(
    ("style", "error"), [("invalid_acceess_token", "invalid_acceess_token"), ("error_auth", "error_auth")]
)
def test_a_wrong_token_is_refused_in_either_documented_way(
    shopee: SandboxClient, shop: ShopeeApi, style: str, error: str
) -> None:
    shopee.switch(bad_token=style)
    shop.access_token = "nobody's"

    answer = shop.order_list()

    assert answer["error"] == error
    assert "Invalid access_token" in answer["message"]


def test_trap_4_errors_may_come_with_statuses_of_their_own(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(http_errors="status")
    shop.access_token = "nobody's"

    assert shop.raw("GET", LIST).status_code == 403
    assert shop.raw("GET", LIST, public=True).status_code == 400


def test_a_token_opens_its_own_shop_only(shopee: SandboxClient, shop: ShopeeApi) -> None:
    with shopee.for_store("outra") as other, shopee_api_of(other) as other_api:
        code = other.create_order()["code"]
        stolen = shop.access_token
        assert other_api.detail(code)["order_sn"] == code

        other_api.access_token = stolen

        assert other_api.order_list()["error"] == "invalid_acceess_token"
        assert shop.get("order/get_order_detail", order_sn_list=code)["error"] == "error_not_found"


@pytest.mark.parametrize(("method", "name"), [("POST", LIST), ("GET", "order/cancel_order"), ("GET", "order/nothing")])
def test_a_wrong_verb_or_path_is_a_parameter_error(
    shopee: SandboxClient, shop: ShopeeApi, method: str, name: str
) -> None:
    answer = shop.raw(method, name).json()

    assert answer["error"] == "error_param"
    assert "currently offline or the request path is incorrect" in answer["message"]


def test_a_body_that_is_no_json_object_is_refused(shopee: SandboxClient, shop: ShopeeApi) -> None:
    path = "/api/v2/order/cancel_order"

    answer = httpx.post(shop.base + path, params=shop.params(path), content=b"[").json()

    assert (answer["error"], answer["message"]) == ("error_data", "parse data failed")


def test_the_eleventh_call_within_a_second_is_too_many(shopee_sandbox: SandboxClient, shop: ShopeeApi) -> None:
    errors = [shop.order_list()["error"] for _ in range(11)]

    assert errors == [""] * 10 + ["error_rate_limit"]
    shopee_sandbox.advance(1)
    assert shop.order_list()["error"] == ""


def test_the_daily_quota_ends_at_midnight_in_singapore(shopee_sandbox: SandboxClient, shop: ShopeeApi) -> None:
    shopee_sandbox.switch(daily_limit=2, per_second=0)

    errors = [shop.order_list()["error"] for _ in range(3)]

    assert errors == ["", "", "error_limit"]
    shopee_sandbox.advance(86_400)
    shop.adopt(shop.refresh())
    assert shop.order_list()["error"] == ""


def test_an_undeclared_address_is_refused_everywhere(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(ip_undeclared=True)

    assert shop.order_list()["error"] == "source_ip_undeclared"
    assert (
        shop.get("public/get_shops_by_partner", public=True, page_size=1, page_no=1)["error"] == "source_ip_undeclared"
    )


def test_the_ledger_names_the_effect_and_hides_what_opens_the_shop(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(status="READY_TO_SHIP", channel="correios")["code"]
    secret = shop.refresh_token

    shop.dropoff(code)
    shop.refresh()
    shop.dropoff(code)

    calls = shopee.ledger()
    assert [(call["code"], call["effect"].split("+")[0]) for call in calls if "ship" in call["path"]] == [
        (code, "arranged"),
        (code, "none"),
    ]
    assert "package_already_shipped" in calls[-1]["answer"]
    assert shop.access_token not in str(calls)
    assert secret not in str(calls)


def test_a_fault_can_aim_at_an_order(shopee: SandboxClient, shop: ShopeeApi) -> None:
    first, second = (order["code"] for order in shopee.create_orders(2, status="READY_TO_SHIP", channel="correios"))
    shopee.fault("apply-then-500", path="/ship_order$", code=second)

    assert shop.dropoff(first)["error"] == ""
    assert shop.raw("POST", "logistics/ship_order", {"order_sn": second, "dropoff": {}}).status_code == 500
    assert shopee.effects(second)["arranged"] == 1
