"""Consent, token pairs, both refresh regimes, and authorizations that end (protocol §1.5, §1.6)."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.shopee_api import Json, ShopeeApi, hex_hmac

BACK = "https://hub.example.com/back?tenant=1"


def form_a(shop: ShopeeApi, **changes: str) -> dict[str, str]:
    asked = {"partner_id": shop.partner_id, "auth_type": "seller", "redirect_uri": BACK, "response_type": "code"}
    return {**asked, "state": "s1", **changes}


def agree(api: ShopeeApi, page: httpx.Response, **form: str) -> dict[str, list[str]]:
    """Press the button of a consent page; what the browser brings back."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    sent = httpx.post(f"{api.base}/auth", data={**fields, "shop": "demo", "days": "365", **form})
    assert sent.status_code == 302, sent.text
    return parse_qs(urlsplit(sent.headers["location"]).query)


def exchange(shop: ShopeeApi, code: str, **who: int) -> Json:
    return shop.post("auth/token/get", public=True, code=code, partner_id=int(shop.partner_id), **who)


def test_a_seller_agrees_and_the_code_becomes_a_pair(shopee: SandboxClient, shop: ShopeeApi) -> None:
    page = httpx.get(f"{shop.base}/auth", params=form_a(shop))

    back = agree(shop, page)
    pair = exchange(shop, back["code"][0], shop_id=int(back["shop_id"][0]))

    assert 'lang="pt-BR"' in page.text
    assert (back["tenant"], back["state"], back["shop_id"]) == (["1"], ["s1"], [shop.shop_id])
    assert (pair["error"], pair["expire_in"], "response" in pair) == ("", 14400, False)
    assert shop.order_list()["error"] == "invalid_acceess_token"  # a new consent replaces both tokens
    shop.adopt(pair)
    assert shop.order_list()["error"] == ""


def test_the_signed_link_of_old_works_until_its_timestamp_ends(shopee: SandboxClient, shop: ShopeeApi) -> None:
    path = "/api/v2/shop/auth_partner"
    link = {**shop.params(path, public=True), "redirect": BACK}

    page = httpx.get(shop.base + path, params=link)
    old = {**link, "timestamp": "1655714431"}
    old["sign"] = hex_hmac(shop.key, f"{shop.partner_id}{path}1655714431")

    assert agree(shop, page)["code"]
    assert httpx.get(shop.base + path, params=old).json()["msg"] == "Timestamp is expired."
    assert httpx.get(shop.base + path, params={**link, "sign": "0"}).json()["msg"] == "Wrong sign."


def test_a_redirect_to_another_domain_is_refused_in_msg(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.command("redirect_domain", domain="hub.example.com")

    other = httpx.get(f"{shop.base}/auth", params=form_a(shop, redirect_uri="https://elsewhere.example/")).json()

    assert other["code"] == 1
    assert "not consistent with the Redirect URL Domain" in other["msg"]
    assert httpx.get(f"{shop.base}/auth", params=form_a(shop)).text.startswith("<!doctype html>")


@pytest.mark.parametrize("wrong", ["used", "old", "other"])
def test_a_code_works_once_for_ten_minutes_and_for_its_shop(shopee: SandboxClient, shop: ShopeeApi, wrong: str) -> None:
    code = shopee.command("authorize")["code"]
    if wrong == "used":
        exchange(shop, code, shop_id=int(shop.shop_id))
    if wrong == "old":
        shopee.advance(601)

    answer = exchange(shop, code, shop_id=1 if wrong == "other" else int(shop.shop_id))

    assert answer["error"] == ("invalid_shop_id" if wrong == "other" else "invalid_code")


def test_numbers_in_a_token_body_must_be_numbers(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.command("authorize")["code"]

    as_text = shop.post("auth/token/get", public=True, code=code, partner_id=shop.partner_id, shop_id=shop.shop_id)
    neither = exchange(shop, code)

    assert as_text["message"] == "Wrong parameters, detail: field partner_id type error."
    assert "exactly one of shop_id and main_account_id" in neither["message"]


def test_a_refresh_rotates_the_pair_and_the_old_access_token_lives_five_more_minutes(
    shopee: SandboxClient, shop: ShopeeApi
) -> None:
    answer = shop.refresh()

    assert (answer["shop_id"], answer["partner_id"], answer["expire_in"]) == (700001, 1000001, 14400)
    assert answer["refresh_token"] != shop.refresh_token
    assert shop.order_list()["error"] == ""
    shopee.advance(301)
    assert shop.order_list()["error"] == "invalid_acceess_token"
    shop.adopt(answer)
    assert shop.order_list()["error"] == ""


def test_an_access_token_lives_for_four_hours(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.advance(4 * 3600 - 5)
    assert shop.order_list()["error"] == ""

    shopee.advance(10)

    assert shop.order_list()["error"] == "invalid_acceess_token"
    shop.adopt(shop.refresh())
    assert shop.order_list()["error"] == ""


def test_a_spent_refresh_token_is_refused_by_default(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shop.refresh()

    answer = shop.refresh()

    assert (answer["error"], answer["message"]) == ("error_auth", "Invalid refresh_token.")


def test_trap_3_a_spent_refresh_token_may_answer_the_same_pair_for_four_hours(
    shopee: SandboxClient, shop: ShopeeApi
) -> None:
    shopee.switch(refresh_reuse="four-hours")
    first = shop.refresh()

    again = shop.refresh()

    assert again["refresh_token"] == first["refresh_token"]
    shopee.advance(4 * 3600 + 1)
    assert shop.refresh()["error"] == "error_auth"


def test_of_eight_refreshes_at_once_one_wins(shopee: SandboxClient, shop: ShopeeApi) -> None:
    with ThreadPoolExecutor(8) as pool:
        errors = sorted(pool.map(lambda _: shop.refresh()["error"], range(8)))

    assert errors == [""] + ["error_auth"] * 7
    assert shopee.summary()["effects"]["refreshed"] == 1


def test_a_refresh_token_dies_after_thirty_days_and_of_another_shop_is_wrong(
    shopee: SandboxClient, shop: ShopeeApi
) -> None:
    with shopee.for_store("outra") as other:
        theirs = other.credentials["refresh_token"]

    assert shop.refresh(theirs)["error"] == "error_shop_refresh_token"
    shopee.advance(30 * 86_400 + 10)
    assert shop.refresh()["error"] == "refresh_token_expired"


def test_a_main_account_gets_one_pair_that_is_refreshed_once_per_shop(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.for_store("outra").close()
    page = httpx.get(f"{shop.base}/auth", params=form_a(shop))

    back = agree(shop, page, shop="main")
    pair = exchange(shop, back["code"][0], main_account_id=int(back["main_account_id"][0]))
    shop.adopt(pair)
    first, second = shop.refresh(), shop.refresh()
    shop.shop_id = "700002"
    of_other = shop.refresh()

    assert pair["shop_id_list"] == [700001, 700002]
    assert (first["error"], second["error"], of_other["error"]) == ("", "error_auth", "")


def test_a_revoked_shop_is_not_linked_any_more(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.command("revoke")

    assert shop.order_list()["error"] == "partner_shop_no_link"
    assert shop.refresh()["error"] == "error_auth"
    assert shop.get("public/get_shops_by_partner", public=True, page_size=10, page_no=1)["authed_shop_list"] == []


def test_an_authorization_ends_and_says_when(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.command("expire_soon", days=1)
    listed = shop.get("public/get_shops_by_partner", public=True, page_size=10, page_no=1)
    info = shop.get("shop/get_shop_info")

    assert listed["authed_shop_list"][0]["expire_time"] == info["expire_time"]
    assert "response" not in info
    shopee.advance(86_401)
    assert shop.refresh()["error"] == "shop_access_expired"


def test_a_seller_takes_the_consent_back_in_the_browser(shopee: SandboxClient, shop: ShopeeApi) -> None:
    page = httpx.get(f"{shop.base}/cancel_auth", params=form_a(shop))

    agree(shop, page)

    assert shop.order_list()["error"] == "partner_shop_no_link"
    assert shopee.ledger(path="^/auth")[-1]["effect"] == "revoked"


def test_the_life_of_a_token_may_be_an_instant(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(expire_in="epoch")

    assert shop.refresh()["expire_in"] > 10**9
