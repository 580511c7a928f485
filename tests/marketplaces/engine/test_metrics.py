"""/metrics: what an operator watches, from the tables, for who may see it."""

import re
import socket
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone

from marketplaces import loop, metrics, quarantine, tokens
from marketplaces.adapter import Fetched
from marketplaces.connection import connect
from marketplaces.errors import Rejected
from marketplaces.limits import SharedLimiter
from marketplaces.models import Account, Difference, Heartbeat, Hint
from marketplaces.outbound import push_channel
from orders.models import ChannelUpdate
from orders.verbs import deliver, invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_order
from tests.fakes import Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

pytestmark = pytest.mark.django_db


def read() -> dict[str, float]:
    """By name and labels, as `name{channel="x"}`."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    lines = [line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def of(account: Account, name: str, **labels: str) -> float | None:
    labels |= {"channel": account.channel.code}
    told = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return read().get(f"despacho_{name}{{{told}}}")


def test_what_waits_and_how_long_it_is_overdue(account: Account, shop: Shop) -> None:
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ChannelUpdate.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    held = make_order(channel=account.channel, hold_until=timezone.now() + timedelta(hours=1))
    invoice(held, access_key=make_access_key(), by=WAREHOUSE)
    ship(held, tracking_code="BR1", by=WAREHOUSE)

    assert of(account, "updates_waiting", kind="INVOICED") == 2
    assert of(account, "updates_oldest_due_seconds", kind="INVOICED") == pytest.approx(600, abs=5)
    assert of(account, "updates_waiting", kind="SHIPPED") == 1
    assert of(account, "updates_oldest_due_seconds", kind="SHIPPED") == 0


def test_what_failed_and_how_often_it_was_tried(account: Account, shop: Shop) -> None:
    shop.always["push"] = Rejected("No.")
    invoice(make_order(channel=account.channel), access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)

    assert of(account, "updates_failed", kind="INVOICED") == 1
    assert of(account, "updates_waiting", kind="INVOICED") is None
    assert of(account, "updates_attempts", kind="INVOICED", state="FAILED") == 1


def test_what_is_told_is_no_longer_counted(account: Account, shop: Shop) -> None:
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    deliver(order, by=WAREHOUSE)
    push_channel(account.channel)

    assert not [name for name in read() if name.startswith("despacho_updates_waiting{")]


def test_how_an_account_is_doing(account: Account) -> None:
    now = timezone.now()
    Account.objects.update(
        last_pull_at=now - timedelta(minutes=7),
        last_order_at=now - timedelta(hours=2),
        reached_at=now - timedelta(days=1),
        reconciled_at=now - timedelta(minutes=30),
    )

    assert of(account, "account_last_pull_age_seconds") == pytest.approx(420, abs=5)
    assert of(account, "account_last_order_age_seconds") == pytest.approx(7200, abs=5)
    assert of(account, "account_behind_seconds") == pytest.approx(86400, abs=5)
    assert of(account, "account_compared_age_seconds") == pytest.approx(1800, abs=5)
    assert of(account, "account_paused", reason="") == 0
    assert of(account, "account_token_left_seconds") is None

    account.pause(Account.Pause.UNAUTHORIZED)
    assert of(account, "account_paused", reason="UNAUTHORIZED") == 1


def test_how_long_tokens_live() -> None:
    account = make_fake_account(connector="poller")
    tokens.store(account, shop_of(account).grant())

    assert of(account, "account_token_left_seconds") == pytest.approx(4 * 3600, abs=5)
    assert of(account, "account_authorization_left_seconds") is None


def test_quarantine_webhooks_and_differences(account: Account) -> None:
    assert of(account, "messages_quarantined") == 0
    quarantine.store(account, [Fetched(raw="{", external_id="", problem="no JSON")])
    Hint.objects.create(account=account, key="1", codes=["A"], raw="")
    Hint.objects.create(account=account, key="2", codes=["A"], raw="", done_at=timezone.now())
    Difference.objects.create(account=account, code="A", kind=Difference.Kind.MISSING)

    assert of(account, "messages_quarantined") == 1
    assert of(account, "webhooks_waiting") == 1
    assert of(account, "webhooks_oldest_seconds") == pytest.approx(0, abs=5)
    assert of(account, "differences_last_day", kind="MISSING") == 1


def test_the_rate_budget_and_how_much_of_it_is_taken(account: Account) -> None:
    Account.objects.update(limits={"all": 2.0})
    assert of(account, "rate_limit", bucket="all") == 2
    assert of(account, "rate_limit_wait_seconds", bucket="all") == 0

    limiter = SharedLimiter(account.pk, {"all": 2.0}, patience=30)
    turns = [loop.submit(limiter.take("all")) for _ in range(12)]
    turns[0].result(5)

    assert 2 < (of(account, "rate_limit_wait_seconds", bucket="all") or 0) < 7
    for turn in turns:
        turn.cancel()


def test_heartbeats_have_an_age(db: None) -> None:
    Heartbeat.objects.create(name="canary", at=timezone.now() - timedelta(seconds=90))

    assert read()['despacho_heartbeat_age_seconds{name="canary"}'] == pytest.approx(90, abs=5)


def test_a_frozen_broker_costs_a_scrape_little_and_hides_nothing_else(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        start = time.monotonic()
        told = read()

    assert time.monotonic() - start < 2
    assert not [name for name in told if name.startswith("despacho_rate_limit_wait")]
    assert [name for name in told if name.startswith("despacho_rate_limit{")]


def test_no_label_is_personal_and_every_family_explains_itself(account: Account, shop: Shop) -> None:
    connect(account)
    invoice(make_order(channel=account.channel), access_key=make_access_key(), by=WAREHOUSE)
    text = metrics.exposition().decode()

    labels = set(re.findall(r'[{,](\w+)="', text))
    assert labels <= {"channel", "kind", "state", "reason", "bucket", "name"}
    assert text.count("# HELP") == text.count("# TYPE") > 10


class TestWhoMayRead:
    def test_this_machine_while_no_token_is_set(self, db: None) -> None:
        assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 200
        assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200

    @pytest.mark.parametrize("address", ["10.0.0.8", "203.0.113.7", ""])
    def test_nobody_else(self, db: None, address: str) -> None:
        assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 403

    def test_nobody_through_a_proxy_on_this_machine(self, db: None) -> None:
        forwarded = Client(headers={"X-Forwarded-For": "203.0.113.7"})

        assert forwarded.get("/metrics").status_code == 403

    def test_who_knows_the_token_from_anywhere(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "METRICS_TOKEN", "s3cret")

        def status(**headers: str) -> int:
            return Client(REMOTE_ADDR="203.0.113.7", headers=headers).get("/metrics").status_code

        assert status(Authorization="Bearer s3cret") == 200
        assert status(Authorization="Bearer other") == 403
        assert status() == 403
        assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 403


def test_redis_is_let_go_after_each_scrape(account: Account) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        read()
        before = client.info("clients")["connected_clients"]
        for _ in range(5):
            read()

        assert client.info("clients")["connected_clients"] <= before + 1
