"""Who may call TikTok Shop, how a call is signed, and the many meanings of 36009004 (protocol §1, §2, §3, §8)."""

import time
from typing import Any

import httpx
import pytest

from sandbox.client import SandboxClient
from sandbox.tiktok.sign import signature, webhook_signature
from tests.sandbox.tiktok.api import TikTokApi

SEARCH = "/order/202309/orders/search"
BASE = {"app_key": "29a39d", "timestamp": "1623812664"}
CIPHER = {**BASE, "shop_cipher": "GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3"}
PAGE = {**CIPHER, "page_size": "50", "sort_field": "update_time", "sort_order": "ASC"}
WINDOW = b'{"update_time_ge":1623700000,"update_time_lt":1623812664}'
TOKEN = "6AsPQsUMvH3RkchNUPPh22NROHkE0D8pmq/N5M1kHYcZmtRyv9aVrNv65W7Q6tFA+7D1ud64MPNz5OaT"


SHOPS_SIGN = "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"
FOO_SIGN = "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f"
SEARCH_SIGN = "18dc19695a78ab16e6521c402926ff56114a0f2cf367bd42acc1e83801d9ae86"
PAGE_SIGN = "4f9d0a20c40ed5d9dc7da199d2de4fc4dc385dac13d271ce05b64e3c09404813"


@pytest.mark.parametrize(
    ("secret", "path", "query", "body", "expected"),
    [
        ("e59af819cc", "/authorization/202309/shops", BASE, b"", SHOPS_SIGN),
        ("app_secret", "/test-api", {"foo": "bar"}, b"", FOO_SIGN),
        ("e59af819cc", SEARCH, PAGE, WINDOW, SEARCH_SIGN),
        ("e59af819cc", SEARCH, {**PAGE, "page_token": TOKEN}, WINDOW, PAGE_SIGN),
    ],
)
def test_the_published_signatures_are_met(
    secret: str, path: str, query: dict[str, str], body: bytes, expected: str
) -> None:
    assert signature(secret, path, query, body) == expected


def test_the_published_webhook_signature_is_met() -> None:
    body = (
        b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,'
        b'"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}'
    )

    found = webhook_signature("abcdef", "123", body)

    assert found == "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05"


def test_a_signed_call_is_answered_in_an_envelope(api: TikTokApi) -> None:
    answer = api.search()

    assert (answer["code"], answer["message"]) == (0, "Success")
    assert answer["request_id"]
    assert answer["data"] == {"orders": [], "total_count": 0, "next_page_token": ""}


@pytest.mark.parametrize(
    ("changes", "status", "code", "word"),
    [
        ({"sign": "0" * 64}, 401, 106001, "'sign'"),
        ({"sign": ""}, 400, 36009004, "'sign'"),
        ({"app_key": "other"}, 400, 36009004, "app_key"),
        ({"timestamp": "0"}, 400, 36009004, "timestamp"),
        ({"shop_cipher": None}, 400, 106013, "shop_cipher"),
        ({"shop_cipher": "other"}, 400, 36009004, "shop_cipher"),
        ({"access_token": "in the query"}, 400, 36009004, "x-tts-access-token"),
    ],
)
def test_each_common_parameter_is_mandatory_and_checked(
    api: TikTokApi, changes: dict[str, Any], status: int, code: int, word: str
) -> None:
    if "access_token" in changes:  # which is never signed
        query = {"app_key": api.key, "timestamp": str(int(time.time())), "shop_cipher": api.cipher}
        changes = {**changes, "sign": api.sign(SEARCH, query, b"{}"), "timestamp": query["timestamp"]}

    response = api.raw("POST", SEARCH, {}, changes=changes)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert word in response.json()["message"]


@pytest.mark.parametrize(("seconds", "code"), [(-290, 0), (25, 0), (-310, 36009004), (40, 36009004)])
def test_a_timestamp_may_be_five_minutes_behind_and_half_one_ahead(api: TikTokApi, seconds: int, code: int) -> None:
    answer = api.raw("POST", SEARCH, {}, changes={"timestamp": str(int(time.time()) + seconds)}).json()

    assert answer["code"] == code


def test_the_cipher_stands_in_the_list_of_shops_alone_and_is_not_wanted_there(api: TikTokApi) -> None:
    (shop,) = api.shops()["data"]["shops"]

    assert (shop["cipher"], shop["region"]) == (api.cipher, "BR")
    assert api.raw("GET", "/authorization/202309/shops").json()["code"] == 36009004


def test_an_upper_case_signature_is_refused(api: TikTokApi) -> None:
    query = {"app_key": api.key, "timestamp": str(int(time.time())), "shop_cipher": api.cipher}
    changes = {"timestamp": query["timestamp"], "sign": api.sign(SEARCH, query, b"{}").upper()}

    assert api.raw("POST", SEARCH, {}, changes=changes).json()["code"] == 106001


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [("GET", SEARCH, 36009010, 405), ("GET", "/order/202309/nothing", 36009009, 404)],
)
def test_a_wrong_method_or_path_has_its_own_code(
    api: TikTokApi, method: str, path: str, code: int, status: int
) -> None:
    response = api.raw(method, path)

    assert (response.json()["code"], response.status_code) == (code, status)


def test_a_code_works_once_and_gives_instants_for_lifetimes(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.command("authorize")["code"]

    first = api.token("get", auth_code=code, grant_type="authorized_code")
    again = api.token("get", auth_code=code, grant_type="authorized_code")

    assert first["data"]["access_token_expire_in"] - time.time() > 6 * 86_400
    assert first["data"]["user_type"] == 0
    assert again["code"] == 36004004
    assert "shop_id" not in first["data"]


def test_a_refresh_token_is_gone_once_it_was_used(tiktok: SandboxClient, api: TikTokApi) -> None:
    first = api.token("refresh", refresh_token=api.refresh_token, grant_type="refresh_token")
    again = api.token("refresh", refresh_token=api.refresh_token, grant_type="refresh_token")

    assert first["data"]["refresh_token"] != api.refresh_token
    assert again["code"] != 0
    calls = str(tiktok.ledger())
    assert api.secret not in calls
    assert api.refresh_token not in calls


def test_an_expired_token_says_so(tiktok: SandboxClient, api: TikTokApi) -> None:
    tiktok.command("expire_token")
    assert api.search()["code"] == 105002

    api.access_token = tiktok.command("connect")["access_token"]
    assert api.search()["code"] == 0


def test_too_many_calls_say_when_to_come_back(tiktok: SandboxClient, api: TikTokApi) -> None:
    tiktok.switch(limits_on=True, per_second=2)

    answers = [api.raw("POST", SEARCH, {}) for _ in range(3)]

    assert [answer.json()["code"] for answer in answers] == [0, 0, 36009002]
    assert (answers[2].status_code, answers[2].headers["Retry-After"]) == (429, "1")


def test_the_consent_page_knows_services_and_not_keys(tiktok: SandboxClient, api: TikTokApi) -> None:
    tiktok.command("redirect_url", url="https://hub.example.com/back?a=b")
    page = httpx.get(f"{api.base}/open/authorize", params={"service_id": api.service_id, "state": "s1"})
    wrong = httpx.get(f"{api.base}/open/authorize", params={"service_id": api.key, "state": "s1"})
    back = httpx.post(f"{api.base}/open/authorize", data={"shop": "demo", "state": "s1"})

    assert "Autorizar" in page.text
    assert "This service does not exist" in wrong.text
    assert back.headers["Location"].startswith("https://hub.example.com/back?a=b&app_key=")
    assert "state=s1" in back.headers["Location"]
