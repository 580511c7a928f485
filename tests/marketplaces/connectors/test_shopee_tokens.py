"""Consent, the first pair, and every one after it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from marketplaces.adapter import Connection
from marketplaces.connectors.shopee import signing, tokens
from marketplaces.errors import Malformed, Rejected, Unauthorized, Unavailable
from tests.marketplaces.connectors.shopee import CREDENTIALS, OK, Shop
from tests.marketplaces.contract import run

GET = "auth/token/get"
REFRESH = "auth/access_token/get"
SHOPS = "public/get_shops_by_partner"
PAIR = {**OK, "access_token": "a2", "refresh_token": "r2", "expire_in": 14400}


@pytest.mark.parametrize(
    ("base_url", "page"),
    [
        ("https://openplatform.shopee.com.br", "https://open.shopee.com.br/auth"),
        ("https://partner.shopeemobile.com", "https://open.shopee.com.br/auth"),
        (
            "https://openplatform.sandbox.test-stable.shopee.sg",
            "https://open.sandbox.test-stable.shopee.com.br/auth",
        ),
        ("http://127.0.0.1:8100/shopee", "http://127.0.0.1:8100/shopee/auth"),
    ],
)
def test_the_seller_is_sent_to_the_consent_page_of_the_accounts_host(base_url: str, page: str) -> None:
    connection = Connection(
        account_id=1, channel_code="c", base_url=base_url, credentials=CREDENTIALS, production=False
    )

    url = tokens.authorization_url(connection, state="s&1", return_url="https://erp.example.com/back?a=b")

    assert url.startswith(f"{page}?")
    assert parse_qs(urlsplit(url).query) == {
        "partner_id": ["1000001"],
        "auth_type": ["seller"],
        "redirect_uri": ["https://erp.example.com/back?a=b"],
        "response_type": ["code"],
        "state": ["s&1"],
    }


def test_an_account_may_be_authorized_by_the_signed_link_whose_return_address_carries_the_state() -> None:
    connection = Connection(
        account_id=1,
        channel_code="c",
        base_url="https://openplatform.shopee.com.br",
        credentials=CREDENTIALS,
        production=False,
        options={"authorization_link": "signed"},
    )

    url = urlsplit(tokens.authorization_url(connection, state="s&1", return_url="https://erp.example.com/back?a=b"))

    query = {name: value for name, (value,) in parse_qs(url.query).items()}
    path, timestamp = "/api/v2/shop/auth_partner", int(query["timestamp"])
    assert url._replace(query="").geturl() == f"https://openplatform.shopee.com.br{path}"
    assert query["sign"] == signing.public("partner-key", partner_id="1000001", path=path, timestamp=timestamp)
    assert parse_qs(urlsplit(query["redirect"]).query) == {"a": ["b"], "state": ["s&1"]}


def test_a_code_becomes_the_first_pair_and_the_end_of_the_authorization_is_known() -> None:
    shop = Shop()
    shop.next(GET, PAIR)
    shop.next(SHOPS, {**OK, "authed_shop_list": [{"shop_id": 9}], "more": True})
    shop.next(SHOPS, {**OK, "authed_shop_list": [{"shop_id": 700002, "expire_time": 1798761600}], "more": False})

    grant = run(shop.adapter().exchange({"code": "c1", "shop_id": "700002", "state": "s"}))

    assert shop.body(GET) == {"code": "c1", "partner_id": 1000001, "shop_id": 700002}
    assert (grant.access_token, grant.refresh_token, grant.shop_id) == ("a2", "r2", "700002")
    assert timedelta(hours=3, minutes=59) < grant.expires_at - datetime.now(UTC) <= timedelta(hours=4)
    assert grant.authorized_until == datetime(2027, 1, 1, tzinfo=UTC)
    assert "access_token" not in shop.requests[0].url.params


def test_a_main_account_with_one_shop_gets_that_shops_own_pair() -> None:
    shop = Shop()
    shop.next(GET, {**PAIR, "refresh_token": "r1", "shop_id_list": [700003]})
    shop.next(REFRESH, PAIR)

    grant = run(shop.adapter().exchange({"code": "c1", "main_account_id": "900001"}))

    assert shop.body(GET) == {"code": "c1", "partner_id": 1000001, "main_account_id": 900001}
    assert shop.body(REFRESH) == {"refresh_token": "r1", "partner_id": 1000001, "shop_id": 700003}
    assert grant.shop_id == "700003"


def test_of_a_main_account_with_several_shops_the_known_one_is_taken() -> None:
    shop = Shop()
    shop.next(GET, {**PAIR, "shop_id_list": [700003, 700001]})
    shop.next(REFRESH, PAIR)

    assert run(shop.adapter().exchange({"code": "c1", "main_account_id": "900001"})).shop_id == "700001"

    shop.next(GET, {**PAIR, "shop_id_list": [700003, 700004]})
    with pytest.raises(Rejected):
        run(shop.adapter().exchange({"code": "c2", "main_account_id": "900001"}))


@pytest.mark.parametrize("answer", [{}, {"code": "c1"}, {"shop_id": "1"}, {"code": "c1", "shop_id": "x"}])
def test_a_browser_that_comes_back_without_code_or_shop_is_refused_without_a_call(answer: dict[str, str]) -> None:
    shop = Shop()

    with pytest.raises(Rejected):
        run(shop.adapter().exchange(answer))
    assert shop.requests == []


def test_a_refresh_sends_its_numbers_as_integers_in_the_body() -> None:
    shop = Shop()
    shop.next(REFRESH, PAIR)

    grant = run(shop.adapter().refresh("r1"))

    assert shop.body(REFRESH) == {"refresh_token": "r1", "partner_id": 1000001, "shop_id": 700001}
    assert (grant.access_token, grant.refresh_token) == ("a2", "r2")


def test_a_lifetime_may_be_told_as_an_instant() -> None:
    shop = Shop()
    shop.next(REFRESH, {**PAIR, "expire_in": 1795003200})

    assert run(shop.adapter().refresh("r1")).expires_at == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("error_auth", "Invalid refresh_token."),
        ("error_shop_refresh_token", ""),
        ("refresh_token_expired", ""),
        ("shop_access_expired", ""),
        ("shop_no_linked", ""),
    ],
)
def test_a_spent_or_ended_authorization_needs_a_person(error: str, message: str) -> None:
    shop = Shop()
    shop.refuse(REFRESH, error, message)

    with pytest.raises(Unauthorized):
        run(shop.adapter().refresh("r1"))
    assert len(shop.requests) == 1


def test_an_outage_is_no_disconnection() -> None:
    shop = Shop()
    shop.refuse(REFRESH, "error_server")

    with pytest.raises(Unavailable):
        run(shop.adapter().refresh("r1"))


def test_a_pair_is_not_lost_because_its_end_cannot_be_asked_for() -> None:
    shop = Shop()
    shop.next(REFRESH, PAIR)
    shop.refuse(SHOPS, "error_server")

    assert run(shop.adapter().refresh("r1")).authorized_until is None


def test_an_answer_without_tokens_is_malformed() -> None:
    shop = Shop()
    shop.next(REFRESH, OK)

    with pytest.raises(Malformed):
        run(shop.adapter().refresh("r1"))


def test_an_account_that_was_never_connected_makes_no_call() -> None:
    shop = Shop()

    with pytest.raises(Unauthorized):
        run(shop.adapter().refresh(""))
    assert shop.requests == []
