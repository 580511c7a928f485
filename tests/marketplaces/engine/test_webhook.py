"""The door for webhooks: only what is genuine is stored, once, and quickly; what it names is read."""

import hashlib
import hmac
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from marketplaces import hints, inbound, tasks, webhook
from marketplaces.crossing import Ring
from marketplaces.errors import Malformed, Throttled, Unauthorized, Unavailable
from marketplaces.models import Account, Hint, InboundMessage
from orders.models import Order
from orders.status import Status
from tests.factories import make_snapshot
from tests.fakes import FakePoller, Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

pytestmark = pytest.mark.django_db
KEYS = {"webhook_key": "new key", "old_webhook_key": "old key"}


@pytest.fixture
def account(db: None) -> Account:
    return make_fake_account(connector="poller", credentials=KEYS)


@pytest.fixture
def shop(account: Account) -> Shop:
    return shop_of(account)


@pytest.fixture(autouse=True)
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("pull")
        tasks.hints_bell._windows.clear()
        yield client
        webhook._ringer.submit(bool).result(10)  # whoever was rung for is through
        client.delete("pull")


def signed(body: bytes, key: str = "new key") -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def call(account: Account, body: bytes, *, signature: str | None = None, key: str = "new key") -> HttpResponse:
    signature = signed(body, key) if signature is None else signature
    path = f"/webhooks/{account.channel.code}"
    return Client().post(path, body, content_type="application/octet-stream", headers={"Authorization": signature})


def naming(*codes: str, shop_id: str = "") -> bytes:
    return f"{shop_id}:{','.join(codes)}".encode()


def test_a_genuine_call_is_stored_and_answered_with_an_empty_200(account: Account, shop: Shop) -> None:
    response = call(account, naming("A", "B"))

    assert (response.status_code, response.content) == (200, b"")
    hint = Hint.objects.get()
    assert (hint.account, hint.codes, hint.raw, hint.done_at) == (account, ["A", "B"], ":A,B", None)
    assert shop.calls == []


def test_either_key_proves_it_while_one_replaces_the_other(account: Account) -> None:
    assert call(account, naming("A"), key="new key").status_code == 200
    assert call(account, naming("B"), key="old key").status_code == 200
    assert call(account, naming("C"), key="stolen key").status_code == 401


def test_a_key_that_is_not_set_proves_nothing(account: Account) -> None:
    account.credentials = {"webhook_key": "new key", "old_webhook_key": ""}
    account.save()

    assert call(account, naming("A"), key="").status_code == 401


def test_the_signature_is_over_the_bytes_as_they_came(account: Account) -> None:
    body = b":A,  B"

    assert call(account, body, signature=signed(body.replace(b"  ", b" "))).status_code == 401
    assert call(account, body + b"\n", signature=signed(body)).status_code == 401
    assert call(account, b":\xff\x00A", signature=signed(b":A")).status_code == 401
    assert not Hint.objects.exists()


@pytest.mark.parametrize("signature", ["", "0" * 64, "ç", signed(naming("A")).upper()])
def test_what_is_not_genuine_is_refused_without_a_word(account: Account, signature: str) -> None:
    response = call(account, naming("A"), signature=signature)

    assert (response.status_code, response.content) == (401, b"")
    assert not Hint.objects.exists()


def test_a_channel_that_does_not_exist_and_one_without_webhooks_look_the_same(account: Account) -> None:
    without = make_fake_account(connector="fake")
    nobody, silent = Client().post("/webhooks/nobody"), Client().post(f"/webhooks/{without.channel.code}")

    assert (nobody.status_code, nobody.content) == (silent.status_code, silent.content) == (404, b"")


def test_what_is_too_large_is_refused_unread(account: Account) -> None:
    response = call(account, b"x" * (webhook.LARGEST + 1))

    assert (response.status_code, response.content) == (413, b"")


def test_only_post_is_answered(account: Account) -> None:
    assert Client().get(f"/webhooks/{account.channel.code}").status_code == 405


def test_a_repeated_call_is_stored_once_and_answered_alike(account: Account) -> None:
    for _ in range(3):
        assert call(account, naming("A")).status_code == 200

    assert Hint.objects.count() == 1


def test_a_replay_of_what_is_done_opens_nothing(account: Account, shop: Shop) -> None:
    shop.knows(make_snapshot(code="A"))
    call(account, naming("A"))
    hints.read_named(account)

    call(account, naming("A"))

    assert hints.due_accounts() == []


def test_two_accounts_may_get_the_same_body(account: Account) -> None:
    other = make_fake_account(connector="poller", credentials=KEYS)

    call(account, naming("A"))
    call(other, naming("A"))

    assert Hint.objects.count() == 2


def test_the_marketplaces_own_id_tells_a_repetition_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePoller, "verify", classmethod(lambda *_: Ring(codes=("A",), id="n-1")))

    call(account, b"first")
    call(account, b"again, with another time of sending")

    assert Hint.objects.get().raw == "first"


def test_a_call_about_something_else_is_answered_and_forgotten(account: Account) -> None:
    assert call(account, naming()).status_code == 200
    assert not Hint.objects.exists()


def test_codes_that_no_order_can_have_are_left_out(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePoller, "verify", classmethod(lambda *_: Ring(codes=("A", "A", "", "x" * 81, "\x00"))))

    call(account, b"body \x00")

    assert Hint.objects.get().codes == ["A"]


def test_one_address_serves_several_shops_of_a_seller(account: Account) -> None:
    Account.objects.update(shop_id="1")
    second = make_fake_account(connector="poller", credentials=KEYS, shop_id="2")

    assert call(account, naming("A", shop_id="2")).status_code == 200
    assert Hint.objects.get().account == second
    assert call(account, naming("B", shop_id="3")).status_code == 200
    assert Hint.objects.count() == 1


def test_another_shops_orders_are_named_only_with_that_shops_key(account: Account) -> None:
    make_fake_account(connector="poller", credentials={"webhook_key": "its own"}, shop_id="2")

    assert call(account, naming("A", shop_id="2")).status_code == 401


def test_a_paused_account_keeps_what_it_is_told_until_it_is_resumed(account: Account, shop: Shop) -> None:
    account.pause(Account.Pause.MANUAL)
    shop.knows(make_snapshot(code="A"))

    assert call(account, naming("A")).status_code == 200
    assert hints.due_accounts() == []
    hints.read_named(account)
    assert shop.calls == []

    account.resume()
    assert hints.due_accounts() == [account.pk]


def test_what_is_named_is_read_and_taken_in(account: Account, shop: Shop) -> None:
    shop.knows(make_snapshot(code="A"), make_snapshot(code="B", status=Status.NEW), make_snapshot(code="C"))
    call(account, naming("A", "B"))
    call(account, naming("B"))

    assert hints.read_named(account) == 2

    assert set(Order.objects.values_list("code", "status")) == {("A", "APPROVED"), ("B", "NEW")}
    assert InboundMessage.objects.count() == 2
    assert not Hint.objects.filter(done_at=None).exists()


def test_a_late_call_changes_nothing(account: Account, shop: Shop) -> None:
    """The order went on meanwhile: what is read is today's state, not the webhook's."""
    shop.knows(make_snapshot(code="A", status=Status.CANCELED, updated_at=timezone.now()))
    inbound.pull(account)

    call(account, naming("A"))
    hints.read_named(account)

    assert Order.objects.get().status == Status.CANCELED


def test_an_order_that_does_not_exist_is_done_with_the_reason(account: Account, shop: Shop) -> None:
    call(account, naming("nobody's"))

    hints.read_named(account)

    hint = Hint.objects.get()
    assert hint.done_at is not None
    assert hint.problem == "There is no such order."


def test_an_order_that_cannot_be_read_is_quarantined(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.knows(make_snapshot(code="A"))
    shop.next["read A"].append(Malformed("items: there is none"))
    call(account, naming("A"))

    hints.read_named(account)

    assert Hint.objects.get().problem == "items: there is none"


@pytest.mark.parametrize("error", [Unavailable("HTTP 503", retry_after=40), Throttled("Wait.", seconds=40)])
def test_what_cannot_be_read_now_is_read_later(account: Account, shop: Shop, error: Exception) -> None:
    shop.knows(make_snapshot(code="A"), make_snapshot(code="B"))
    shop.next["read B"].append(error)
    call(account, naming("A", "B"))

    hints.read_named(account)

    hint = Hint.objects.get()
    assert (hint.codes, hint.attempts, hint.done_at) == (["B"], 1, None)
    assert hint.due_at > timezone.now() + timedelta(seconds=30)
    assert Order.objects.get().code == "A"

    Hint.objects.update(due_at=timezone.now())
    hints.read_named(account)
    assert Order.objects.count() == 2


def test_after_a_day_it_is_left_to_polling(account: Account, shop: Shop) -> None:
    shop.always["read"] = Unavailable("HTTP 500")
    call(account, naming("A"))
    Hint.objects.update(received_at=timezone.now() - timedelta(days=2))

    hints.read_named(account)

    assert Hint.objects.get().done_at is not None


def test_refused_credentials_pause_the_account(account: Account, shop: Shop) -> None:
    shop.always["read"] = Unauthorized("Invalid access_token.")
    call(account, naming("A"))

    hints.read_named(account)

    assert Account.objects.get().pause_reason == Account.Pause.UNAUTHORIZED
    assert Hint.objects.get().done_at is None


def test_one_worker_per_account_reads(account: Account, shop: Shop) -> None:
    call(account, naming("A"))

    with hints.turn(f"hints {account.pk}"):
        assert hints.read_named(account) == 0

    assert shop.calls == []


def test_old_ones_are_forgotten_and_open_ones_are_not(account: Account) -> None:
    for code in ("old", "open", "new"):
        call(account, naming(code))
    Hint.objects.exclude(codes=["open"]).update(done_at=timezone.now())
    Hint.objects.exclude(codes=["new"]).update(received_at=timezone.now() - timedelta(days=8))

    assert hints.forget_old() == 1
    assert {hint.codes[0] for hint in Hint.objects.all()} == {"open", "new"}


def test_the_worker_is_rung_for(account: Account, broker: redis.Redis) -> None:
    call(account, naming("A"))
    webhook._ringer.submit(bool).result(10)

    assert broker.llen("pull") == 1


def test_the_address_is_what_the_outside_calls_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    def verify(cls: object, connection: object, webhook: webhook.Webhook) -> Ring:
        came.append(f"{webhook.url} {webhook.key}")
        return Ring(codes=())

    monkeypatch.setattr(FakePoller, "verify", classmethod(verify))
    code = account.channel.code
    Client().post(f"/webhooks/{code}")
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://hub.example.com")
    Client().post(f"/webhooks/{code}/s3cret")

    assert came == [f"http://testserver/webhooks/{code} ", f"https://hub.example.com/webhooks/{code}/s3cret s3cret"]


CALLS = textwrap.dedent(
    """
    import hashlib, hmac, sys, time, django
    django.setup()
    from django.test import Client
    from marketplaces import registry
    registry.CONNECTORS["poller"] = "tests.fakes.FakePoller"
    client = Client(headers={"Host": "localhost"})
    for n in range(100):
        body = f":{n}".encode()
        signature = hmac.new(b"new key", body, hashlib.sha256).hexdigest()
        start = time.perf_counter()
        response = client.post(sys.argv[1], body, "application/json", headers={"Authorization": signature})
        print(response.status_code, time.perf_counter() - start)
        time.sleep(0.03)
    """
)


@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_frozen_a_call_is_answered_in_milliseconds(account: Account) -> None:
    """It takes connections and never answers. In a process of its own, whose connections are all cold."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with socket.create_server(("127.0.0.1", 0), backlog=20) as silent:
        env = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": f"redis://127.0.0.1:{silent.getsockname()[1]}/0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        command = [sys.executable, "-c", CALLS, f"/webhooks/{account.channel.code}"]
        called = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)

    assert called.returncode == 0, called.stderr
    answers = [line.split() for line in called.stdout.splitlines()]
    assert {status for status, _ in answers} == {"200"}
    seconds = sorted(float(taken) for _, taken in answers)
    assert seconds[94] < 0.05, seconds[90:]
    assert Hint.objects.count() == 100
