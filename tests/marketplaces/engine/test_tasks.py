"""Celery's entries and the pump: real broker, real worker, real messages."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from freezegun import freeze_time

from config.beat import Scheduler
from config.celery import app
from config.schedule import RINGS
from marketplaces import tasks, tokens
from marketplaces.doorbell import EXPIRES
from marketplaces.lease import turn
from marketplaces.management.commands.pump import Pump
from marketplaces.models import AccessToken, Account, Heartbeat, Hint
from orders.models import Order
from orders.verbs import invoice
from tests.factories import WAREHOUSE, make_access_key, make_order, make_snapshot
from tests.fakes import SHOPS, Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account() -> Account:
    return make_fake_account()


@pytest.fixture
def shop(account: Account) -> Shop:
    return SHOPS[account.base_url]


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("push", "pull", "control")
        yield client
        client.delete("push", "pull", "control")


@contextmanager
def worker() -> Iterator[None]:
    """A real worker in a thread of this process, which therefore knows the fake marketplace."""
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["control", "push", "pull"]):
        yield


def eventually(condition: Callable[[], bool], *, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def order_to_tell(account: Account) -> Order:
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    return order


def test_the_doorbell_wakes_a_worker(account: Account, shop: Shop, broker: redis.Redis) -> None:
    with worker():
        order = order_to_tell(account)

        assert eventually(lambda: shop.told == [(order.code, "INVOICED")])


def test_an_update_whose_doorbell_was_lost_is_delivered_by_the_sweep(
    account: Account, shop: Shop, broker: redis.Redis
) -> None:
    order = order_to_tell(account)
    assert broker.delete("push") == 1

    with worker():
        tasks.push_due_updates.apply_async()

        assert eventually(lambda: shop.told == [(order.code, "INVOICED")])
    assert Heartbeat.objects.filter(name="sweep").exists()


def test_no_message_is_sent_for_a_channel_that_is_being_pushed(account: Account, broker: redis.Redis) -> None:
    with turn(f"push {account.channel_id}"):
        invoice(make_order(channel=account.channel), access_key=make_access_key(), by=WAREHOUSE)
        tasks.push_due_updates()
        assert broker.llen("push") == 0

    tasks.push_due_updates()
    assert broker.llen("push") == 1


def test_a_ring_that_waited_for_minutes_is_heard(account: Account, shop: Shop, broker: redis.Redis) -> None:
    """Where workers throw late rings away, a queue that is once too long stays so for ever."""
    order = make_order(channel=account.channel)
    with freeze_time(timezone.now() - timedelta(minutes=5), ignore=["asyncio", "threading", "queue"], tick=True):
        invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    assert broker.llen("push") == 1

    with worker():
        assert eventually(lambda: shop.told == [(order.code, "INVOICED")])


def test_beats_entries_name_tasks_that_exist_and_expire(account: Account) -> None:
    app.loader.import_default_modules()
    app.finalize()
    assert "SkyHub queue draining" in app.conf.beat_schedule
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert EXPIRES <= entry["options"]["expires"] <= max(EXPIRES, entry["schedule"])


@freeze_time("2026-03-02 12:00:00")
def test_beat_sleeps_until_the_next_ring_is_due_and_does_not_spin(tmp_path: Path) -> None:
    app.finalize()
    with closing(Scheduler(app, schedule_filename=str(tmp_path / "beat"))) as beat:
        for entry in beat.schedule.values():
            entry.last_run_at = timezone.now()

        assert beat.tick() == min(seconds for _, seconds in RINGS.values())


def test_due_accounts_are_pulled_each_by_its_own_message(account: Account, shop: Shop, broker: redis.Redis) -> None:
    paused = make_fake_account()
    paused.pause(Account.Pause.MANUAL)
    shop.put(make_snapshot())

    with worker():
        tasks.pull_due_accounts.apply_async(kwargs={"connector": "fake"})

        assert eventually(lambda: shop.waiting == [])
    assert SHOPS[paused.base_url].calls == []
    assert Heartbeat.objects.filter(name="pull fake").exists()


def test_the_canary_sings(broker: redis.Redis) -> None:
    with worker():
        tasks.canary.apply_async()

        assert eventually(lambda: Heartbeat.objects.filter(name="canary").exists())


def test_messages_of_a_newer_version_are_understood(account: Account, shop: Shop) -> None:
    order_to_tell(account)

    tasks.push_channel(channel_id=account.channel_id, something_new=1)
    tasks.pull_account(account_id=account.pk, something_new=1)

    assert "fetch" in shop.calls
    assert len(shop.told) == 1


def test_the_pump_pulls_and_pushes_without_broker(account: Account, shop: Shop) -> None:
    order = order_to_tell(account)
    shop.put(make_snapshot())

    call_command("pump", once=True)

    assert shop.told == [(order.code, "INVOICED")]
    assert shop.waiting == []
    assert Order.objects.count() == 2


def test_the_pump_reads_what_webhooks_named_renews_tokens_and_compares(shop: Shop) -> None:
    account = make_fake_account(connector="poller")
    tokens.store(account, replace(shop_of(account).grant(), expires_at=timezone.now()))
    shop_of(account).knows(make_snapshot(code="A"))
    Hint.objects.create(account=account, key="1", codes=["A"], raw="")
    pump = Pump()
    pump._read_due()
    pump._keep_up()
    pump._pool.shutdown()

    assert Order.objects.get(code="A")
    assert AccessToken.objects.get().version == 2
    assert Account.objects.get(pk=account.pk).reconciled_at is not None


def test_an_account_that_fails_does_not_stop_the_pump(account: Account, shop: Shop) -> None:
    other = make_fake_account()
    SHOPS[other.base_url].always["fetch"] = ZeroDivisionError("oops")
    shop.put(make_snapshot())

    call_command("pump", once=True)

    assert shop.waiting == []


def test_the_pump_goes_on_until_it_is_stopped(account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PULL_SECONDS", 0.05)
    pump = Pump()

    def run() -> None:
        pump.run(sweep_seconds=0.05)
        connections.close_all()

    pumping = threading.Thread(target=run)
    pumping.start()
    try:
        shop.put(make_snapshot())
        assert eventually(lambda: shop.waiting == [])
        order = order_to_tell(account)
        assert eventually(lambda: shop.told == [(order.code, "INVOICED")])
    finally:
        pump.stop()
        pumping.join(10)
    assert not pumping.is_alive()
