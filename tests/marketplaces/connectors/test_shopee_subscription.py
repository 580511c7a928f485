"""Shopee's pushes as a subscription: set up, judged, lost and recovered, and what they say about the authorization."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from marketplaces import hints, loop, lost_pushes, reconcile, subscriptions
from marketplaces.errors import Rejected
from marketplaces.models import AccessToken, Account, Hint
from sandbox.client import SandboxClient
from tests.backoffice import Office, text_of
from tests.marketplaces.connectors.shopee import OK, Shop
from tests.marketplaces.connectors.shopee_sandbox import account_at, adapter_of, held, pull, ready
from tests.marketplaces.contract import run

pytestmark = pytest.mark.django_db(transaction=True)

SET, GET = "push/set_app_push_config", "push/get_app_push_config"
LOST, CONFIRM = "push/get_lost_push_message", "push/confirm_consumed_lost_push_message"
NOWHERE = "http://127.0.0.1:9/webhooks/shopee"


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    return account_at(shop)


def url_of(server: LiveServer, account: Account) -> str:
    return f"{server.url}/webhooks/{account.channel.code}"


def fresh(account: Account) -> Account:
    return Account.objects.select_related("channel").get(pk=account.pk)


def deliver(account: Account, code: int, data: dict[str, Any], *, at: datetime | None = None, **sender: Any) -> int:
    """A push as Shopee would sign it; the answer's status."""
    moment = int((at or timezone.now()).timestamp())
    body = json.dumps({"data": data, **sender, "code": code, "timestamp": moment}).encode()
    url = f"http://testserver/webhooks/{account.channel.code}"
    signature = hmac.new(account.credentials["push_key"].encode(), url.encode() + b"|" + body, hashlib.sha256)
    return (
        Browser()
        .post(url, body, content_type="application/json", headers={"Authorization": signature.hexdigest()})
        .status_code
    )


# -- set up and judged ---------------------------------------------------------------------------------------


def test_the_webhooks_are_set_up_from_the_accounts_page(
    shop: SandboxClient, account: Account, live_server: LiveServer, settings: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    office = Office(everything=True)
    assert "não envia webhooks" in text_of(office.get("marketplaces_account_page", account.pk, "webhooks"))

    page = text_of(office.post("marketplaces_account_page", account.pk, "webhooks"))

    assert "normalmente" in page
    assert url_of(live_server, account) in page
    assert "Não enviados" not in page


def test_an_address_that_does_not_answer_is_refused_with_what_to_look_at(account: Account) -> None:
    with pytest.raises(Rejected, match="acessível de fora"):
        loop.run(adapter_of(account).subscribe(NOWHERE), timeout=60)


def test_a_wrong_push_key_is_named_when_the_webhooks_are_set_up(account: Account, live_server: LiveServer) -> None:
    Account.objects.update(credentials={**account.credentials, "push_key": "another", "partner_key": "x"})
    adapter = adapter_of(account)
    adapter.connection.credentials["partner_key"] = account.credentials["partner_key"]

    with pytest.raises(Rejected, match="push partner key"):
        loop.run(adapter.subscribe(url_of(live_server, account)), timeout=60)


def test_codes_beyond_the_documented_ones_are_asked_for_apart_where_shopee_offers_them() -> None:
    shop = Shop()
    shop.next(GET, {**OK, "response": {"push_config_on_list": [15], "push_config_off_list": [3, 30, 47]}})
    shop.next(SET, OK)
    shop.refuse(SET, "error_param", "Wrong parameters, detail: set_push_config_on has an unknown code 15.")

    run(shop.adapter().subscribe("https://hub.example.com/webhooks/shopee"))

    first, second = (json.loads(call.content) for call in shop.calls(SET))
    assert first["set_push_config_on"] == [1, 2, 3, 4, 12]
    assert second["set_push_config_on"] == [30, 47]
    assert "blocked_shop_id_list" not in first


def test_codes_that_shopee_lists_nowhere_are_not_asked_for() -> None:
    shop = Shop()
    shop.next(GET, {**OK, "response": {"push_config_on_list": [], "push_config_off_list": list(range(1, 14))}})

    run(shop.adapter().subscribe("https://hub.example.com/webhooks/shopee"))

    (only,) = (json.loads(call.content) for call in shop.calls(SET))
    assert only["set_push_config_on"] == [1, 2, 3, 4, 12]


@pytest.mark.parametrize("written", [json.dumps, lambda message: message], ids=["as text", "as an object"])
def test_a_lost_push_is_read_however_its_message_is_written(written: Callable[[dict[str, Any]], object]) -> None:
    shop = Shop()
    row = {"code": 3, "data": written({"code": 3, "data": {"ordersn": "A1"}, "shop_id": 700001})}
    told = {"push_message_list": [row], "last_message_id": 7, "has_next_page": False}
    shop.next(LOST, {**OK, "response": told})
    adapter = shop.adapter()

    (body,) = run(adapter.lost_pushes()).bodies

    assert adapter.read_push(body).codes == ("A1",)


def test_a_blocked_shop_is_let_in_again_and_the_others_stay_blocked() -> None:
    shop = Shop()
    adapter = shop.adapter()
    shop.next(GET, {**OK, "response": {"blocked_shop_id": [int(adapter.connection.shop_id or 0), 5]}})

    run(adapter.subscribe("https://hub.example.com/webhooks/shopee"))

    assert json.loads(shop.calls(SET)[0].content)["blocked_shop_id_list"] == [5]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"live_push_status": "Warning"}, "70 %"),
        ({"live_push_status": "suspended", "suspended_time": 1660123127}, "desde 10/08/2022"),
        ({"live_push_status": "Normal", "blocked_shop_id": [700001]}, "bloqueada"),
        ({"live_push_status": "normal"}, ""),
        ({"live_push_status": "Normal", "callback_url": "https://elsewhere.example.com/x"}, "outro endereço"),
        ({"live_push_status": "Normal", "callback_url": ""}, ""),
    ],
)
def test_what_is_wrong_with_the_subscription_is_said_in_words(told: dict[str, Any], words: str, settings: Any) -> None:
    settings.PUBLIC_URL = "https://hub.example.com"
    shop = Shop()
    shop.next(GET, {**OK, "response": {"callback_url": "https://hub.example.com/webhooks/shopee", **told}})

    problem = subscriptions.problem_of(run(shop.adapter().subscription()))

    assert words in problem
    assert bool(words) == bool(problem)


def test_a_subscription_that_fails_is_an_alarm_on_the_account_and_the_first_page(
    shop: SandboxClient, account: Account, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://hub.example.com"
    shop.command("subscribe", callback_url=NOWHERE, codes=[3])

    reconcile.reconcile(account.pk)

    office = Office(everything=True)
    assert "outro endereço" in text_of(office.get("marketplaces_account_change", account.pk))
    assert "webhooks podem não chegar" in text_of(office.get("index"))


# -- lost and recovered --------------------------------------------------------------------------------------


def test_lost_pushes_are_recovered_and_their_orders_read(shop: SandboxClient, account: Account) -> None:
    shop.command("subscribe", callback_url=NOWHERE, codes=[3])
    shop.command("lose_pushes", count=100)
    codes = [ready(shop) for _ in range(3)]

    reconcile.reconcile(account.pk)
    hints.read_named(fresh(account))

    assert {held(code).code for code in codes} == set(codes)
    assert shop.queue() == []


def test_pages_of_lost_pushes_are_stored_before_each_is_confirmed(shop: SandboxClient, account: Account) -> None:
    shop.command("subscribe", callback_url=NOWHERE, codes=[3])
    shop.command("lose_pushes", count=1000)
    for _ in range(60):
        ready(shop)
    lost = len(shop.queue())

    assert lost > 100
    assert lost_pushes.recover(fresh(account)) == lost
    assert Hint.objects.filter(account=account).count() > 100
    assert shop.queue() == []
    assert lost_pushes.recover(fresh(account)) == 0


def test_an_empty_page_is_never_confirmed() -> None:
    shop = Shop()
    shop.next(LOST, {**OK, "error": "-", "response": {"push_message_list": [], "last_message_id": 0}})

    assert run(shop.adapter().lost_pushes()).bodies == ()
    assert shop.calls(CONFIRM) == []


def test_what_is_not_stored_is_not_confirmed(
    shop: SandboxClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("disk full")

    shop.command("subscribe", callback_url=NOWHERE, codes=[3])
    shop.command("lose_pushes", count=100)
    ready(shop)
    monkeypatch.setattr(hints, "store", full_disk)

    with pytest.raises(OSError, match="disk full"):
        lost_pushes.recover(fresh(account))

    assert [entry["state"] for entry in shop.queue()] == ["lost"] * len(shop.queue()) != []


def test_a_lost_push_of_another_shop_reaches_its_own_account(shop: SandboxClient, account: Account) -> None:
    other = account_at(shop)
    Account.objects.filter(pk=other.pk).update(shop_id="700002")
    adapter = adapter_of(account)
    body = json.dumps({"data": {"ordersn": "B1"}, "shop_id": 700002, "code": 3, "timestamp": 1}).encode()

    lost_pushes._store(fresh(account), adapter, [body])

    assert Hint.objects.get().account == other


# -- about the authorization ---------------------------------------------------------------------------------


@pytest.fixture
def dated(account: Account) -> Account:
    AccessToken.objects.update(authorized_at=datetime(2026, 1, 1, tzinfo=UTC), authorized_until=None)
    return account


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("user cancel shop authorization", "vendedor cancelou"),
        ("expiry", "terminou"),
        ("App status is abnormal", "congelou"),
        ("shop and main account is disconnected", "conta principal"),
        ("some new word", "some new word"),
    ],
)
def test_a_canceled_authorization_pauses_the_account_and_says_what_to_do(dated: Account, why: str, words: str) -> None:
    said = {"authorize_type": why, "extra": "", "success": 1, "shop_id": 700001}

    assert deliver(dated, 2, said, partner_id=1) == 200

    account = fresh(dated)
    assert account.pause_reason == Account.Pause.UNAUTHORIZED
    assert words in account.pause_detail
    page = text_of(Office(everything=True).get("marketplaces_account_change", account.pk))
    assert "Autorize a conta de novo" in page


@pytest.mark.parametrize("said", [{"shopid": 700001}, {"shop_id_list": [5, 700001]}])
def test_a_cancellation_names_its_shops_in_several_spellings(dated: Account, said: dict[str, Any]) -> None:
    deliver(dated, 2, said)

    assert fresh(dated).is_paused


def test_a_cancellation_from_before_the_last_authorization_is_history(dated: Account) -> None:
    AccessToken.objects.update(authorized_at=timezone.now())

    deliver(dated, 2, {"shop_id": 700001}, at=timezone.now() - timedelta(hours=3))

    assert not fresh(dated).is_paused


def test_another_shops_cancellation_is_not_ours(dated: Account) -> None:
    deliver(dated, 2, {"shop_id": 700009})

    assert not fresh(dated).is_paused


def test_an_authorization_that_ends_soon_is_an_alarm(dated: Account) -> None:
    ends = timezone.now() + timedelta(days=6)
    lists = {"shop_expire_soon": [700001], "merchant_expire_soon": [], "user_expire_soon": []}

    for _again in range(2):
        deliver(dated, 12, {**lists, "expire_before": int(ends.timestamp()), "page_no": 1, "total_page": 1})

    token = AccessToken.objects.get()
    assert token.ends_soon
    assert "Autorizações" in text_of(Office(everything=True).get("index"))


def test_a_cancellation_that_was_lost_pauses_too(shop: SandboxClient, dated: Account) -> None:
    shop.command("subscribe", callback_url=NOWHERE, codes=[2])
    shop.command("lose_pushes", count=1)
    shop.command("revoke")

    lost_pushes.recover(fresh(dated))

    assert "vendedor cancelou" in fresh(dated).pause_detail


def test_connected_again_an_account_goes_on(shop: SandboxClient, dated: Account) -> None:
    code = ready(shop)
    deliver(dated, 2, {"shop_id": 700001})
    assert pull(fresh(dated)).created == 0

    fresh(dated).resume()

    assert pull(fresh(dated)).created == 1
    assert held(code)


def test_trap_2_shopees_trial_of_an_address_is_answered_whether_it_is_signed_or_not(account: Account) -> None:
    body = b'{"data":{"verify_info":"This is a Verification message."},"shop_id":0,"code":0,"timestamp":1}'
    url = f"http://testserver/webhooks/{account.channel.code}"

    unsigned = Browser().post(url, body, content_type="application/json")
    forged = Browser().post(url, body, content_type="application/json", headers={"Authorization": "0" * 64})

    assert (unsigned.status_code, unsigned.content, forged.status_code) == (200, b"", 401)
    assert not Hint.objects.exists()
