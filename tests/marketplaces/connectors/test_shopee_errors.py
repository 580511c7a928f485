"""What Shopee's errors mean, in both styles of HTTP; and what a refused token leads to."""

from datetime import UTC, datetime

import httpx
import pytest

from marketplaces.connectors.shopee import answered
from marketplaces.connectors.shopee.answered import TokenRefused
from marketplaces.errors import MarketplaceError, OutcomeUnknown, Rejected, Unauthorized, Unavailable
from tests.marketplaces.connectors.shopee import OK, Shop, sample
from tests.marketplaces.contract import run

SHOP_INFO = "shop/get_shop_info"

CASES: list[tuple[str, str, type[MarketplaceError]]] = [
    ("error_sign", "Wrong sign.", Unauthorized),
    ("error_param", "Timestamp is expired.", Unavailable),
    ("error_param", "There is no shop_id in query.", Rejected),
    ("error_param", "Wrong parameters, detail: the order is not found.", Rejected),
    ("error_auth", "Invalid access_token.", TokenRefused),
    ("error_auth", "Invalid partner_id or shopid.", Unauthorized),
    ("error_auth", "Invalid refresh_token.", Unauthorized),
    ("error_auth", "No permission to current api.", Rejected),
    ("error_auth", "System error, please try again later.", Unavailable),
    ("invalid_acceess_token", "Invalid access_token, please have a check.", TokenRefused),
    ("invalid_access_token", "", TokenRefused),
    ("shop_no_linked", "", Unauthorized),
    ("partner_shop_no_link", "", Unauthorized),
    ("shop_banned", "", Unauthorized),
    ("error_kyc_auth", "", Unauthorized),
    ("error_partner_key_expired", "", Unauthorized),
    ("source_ip_undeclared", "", Unauthorized),
    ("invalid_partner_id", "", Unauthorized),
    ("api_suspended", "", Unauthorized),
    ("refresh_token_expired", "", Unauthorized),
    ("error_shop_refresh_token", "", Unauthorized),
    ("error_api_permission", "", Rejected),
    ("error_rate_limit", "Too many requests.", Unavailable),
    ("error_limit", "daily API call limit", Unavailable),
    ("error_server", "", Unavailable),
    ("error_network", "Inner http call failed", Unavailable),
    ("error_data", "data not exist", Rejected),
    ("error_not_found", "", Rejected),
    ("order.error_limit", "Can not cancel this order", Rejected),
    ("logistics.error_limit", "The batch request reach limit 50.", Rejected),
    ("logistics.error_timeout", "", Unavailable),
    ("logistics.error_param", "The order is being allocated, please wait", Unavailable),
    ("logistics.error_param", "Order has been shipped.", Rejected),
    ("order. error_param", "You can not cancel warehouse order.", Rejected),
    ("logistics.order not found", "", Rejected),
    ("order.upload_invoice_error\t", "File error.", Rejected),
    (" logistics.package_already_shipped", "", Rejected),
    ("something.new", "Nobody has seen this.", Rejected),
]


@pytest.mark.parametrize(("code", "message", "expected"), CASES)
def test_a_code_means_one_thing(code: str, message: str, expected: type[MarketplaceError]) -> None:
    error = answered.error_of(code, message, writes=False)

    assert type(error) is expected
    assert code.strip() in error.detail or expected is Unavailable
    if isinstance(error, Rejected):
        assert error.code == code.strip()


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize(("code", "message", "expected"), CASES[:30:4])
def test_the_http_status_does_not_change_what_a_code_means(
    code: str, message: str, expected: type[MarketplaceError], status: int
) -> None:
    shop = Shop()
    for _attempt in range(2):
        shop.refuse(SHOP_INFO, code, message, status=status)

    with pytest.raises(expected):
        run(shop.adapter().check())


@pytest.mark.parametrize("code", ["error_server", "error_network", "logistics.error_timeout"])
def test_a_write_that_failed_behind_the_gateway_has_an_unknown_outcome(code: str) -> None:
    shop = Shop()
    shop.refuse("order/cancel_order", code, "Inner http call failed")

    with pytest.raises(OutcomeUnknown):
        run(shop.adapter().client.cancel_order("A1", reason="CUSTOMER_REQUEST", items=[]))


def test_a_rate_limit_is_no_unknown_outcome() -> None:
    assert type(answered.error_of("error_rate_limit", "", writes=True)) is Unavailable


def test_the_days_quota_ends_at_midnight_in_singapore() -> None:
    thirteen_in_brasilia = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)

    assert answered.until_quota_ends(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == 60
    assert answered.until_quota_ends(thirteen_in_brasilia) == 24 * 3600


@pytest.mark.parametrize("error", ["-", " "])
def test_a_placeholder_is_a_success_only_where_documents_show_it(error: str) -> None:
    shop = Shop()
    shop.refuse("push/get_lost_push_message", error)
    shop.refuse(SHOP_INFO, error)

    assert run(shop.adapter().client.lost_pushes())["error"] == error
    with pytest.raises(Rejected):
        run(shop.adapter().check())


@pytest.mark.parametrize(
    "refused",
    [
        httpx.Response(200, json={**OK, "error": "invalid_acceess_token", "message": "Invalid access_token."}),
        httpx.Response(403, json={**OK, "error": "error_auth", "message": "Invalid access_token."}),
        httpx.Response(403, text=""),
    ],
    ids=["typo", "error_auth", "bare 403"],
)
def test_a_refused_token_is_renewed_once_and_the_call_repeated(refused: httpx.Response) -> None:
    shop = Shop(sample())
    shop.next("order/get_order_detail", refused)

    fetched = run(shop.adapter().read("261118EXA00001"))

    assert fetched.snapshot is not None
    assert [r.url.params["access_token"] for r in shop.requests] == ["access-token-1", "access-token-2"]


def test_a_token_that_is_refused_twice_is_not_renewed_for_ever() -> None:
    shop = Shop()
    for _attempt in range(3):
        shop.refuse(SHOP_INFO, "invalid_acceess_token")

    with pytest.raises(Unauthorized):
        run(shop.adapter().check())
    assert len(shop.requests) == 2


@pytest.mark.parametrize("page", ["<html>maintenance</html>", "", "[]"])
def test_a_page_that_is_not_shopees_is_an_outage_and_for_a_write_an_unknown_outcome(page: str) -> None:
    shop = Shop()
    shop.next(SHOP_INFO, httpx.Response(200, text=page))
    shop.next("order/cancel_order", httpx.Response(200, text=page))

    with pytest.raises(Unavailable) as caught:
        run(shop.adapter().check())
    assert not isinstance(caught.value, OutcomeUnknown)
    with pytest.raises(OutcomeUnknown):
        run(shop.adapter().client.cancel_order("A1", reason="CUSTOMER_REQUEST", items=[]))
