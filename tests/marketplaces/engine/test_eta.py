"""Held updates: not before their hour, whatever happens to the broker, and once. ETA is for the last minutes only."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import redis
from django.conf import settings
from django.utils import timezone
from freezegun import freeze_time

from marketplaces import outbox, tasks
from marketplaces.doorbell import AHEAD
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders.models import ChannelUpdate, Order
from orders.verbs import invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_order
from tests.fakes import SHOPS, Shop
from tests.marketplaces.engine.conftest import make_fake_account
from tests.marketplaces.engine.test_tasks import eventually, worker

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
State = ChannelUpdate.State


@pytest.fixture
def account() -> Account:
    return make_fake_account()


@pytest.fixture
def shop(account: Account) -> Shop:
    return SHOPS[account.base_url]


@pytest.fixture(autouse=True)
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


def held(account: Account, until: datetime) -> Order:
    """Shipped, and the channel must not be told before `until`; the invoice is told already."""
    order = make_order(channel=account.channel, hold_until=until)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    return order


def hour_passes(to: timedelta) -> None:
    """By the database's clock, which decides: what is held is due in `to` from now."""
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now() + to)


def test_what_is_due_in_an_hour_is_not_sent_before_and_no_message_waits_for_it(
    account: Account, shop: Shop, broker: redis.Redis
) -> None:
    broker_before = broker.llen("push")
    order = held(account, timezone.now() + HOUR)

    tasks.announce_updates()
    push_channel(account.channel)

    assert shop.told == [(order.code, "INVOICED")]
    assert broker.llen("push") == broker_before + 1  # for the invoice
    assert outbox.due_channels() == []


def test_a_worker_whose_clock_is_hours_ahead_sends_nothing_early(account: Account, shop: Shop) -> None:
    order = held(account, timezone.now() + HOUR)

    with freeze_time(timezone.now() + 3 * HOUR, ignore=["asyncio", "threading", "queue"], tick=True):
        push_channel(account.channel)

    assert shop.told == [(order.code, "INVOICED")]


def test_an_hour_survives_a_flush_and_a_new_worker_and_fires_once_on_time(
    account: Account, shop: Shop, broker: redis.Redis
) -> None:
    order = held(account, timezone.now() + HOUR)
    broker.flushall()
    with worker():
        tasks.push_due_updates.apply_async()
        assert eventually(lambda: broker.llen("control") == 0)
    hour_passes(to=AHEAD - timedelta(seconds=30))
    tasks.announce_updates()
    assert broker.llen("push") == 1
    broker.flushall()  # also the announcement is lost

    hour_passes(to=timedelta(seconds=1.5))
    due_at = ChannelUpdate.objects.get(state=State.PENDING).due_at
    for _ in range(3):
        tasks.push_bell.ring_at(account.channel_id, due_at)
    with worker():
        assert eventually(lambda: len(shop.told) == 2)
        told_at = timezone.now()
        for _ in range(3):
            tasks.push_due_updates.apply_async()
        assert eventually(lambda: broker.llen("control") == 0)

    assert shop.told == [(order.code, "INVOICED"), (order.code, "SHIPPED")]
    assert due_at <= told_at < due_at + timedelta(seconds=1)


def test_what_is_recorded_minutes_before_it_is_due_is_rung_for_at_once(account: Account, shop: Shop) -> None:
    """No sweep here: the message itself waits in the worker until its moment."""
    due_at = timezone.now() + timedelta(seconds=1)
    with worker():
        order = held(account, due_at)
        time.sleep(0.3)
        assert shop.told == [(order.code, "INVOICED")]
        assert eventually(lambda: len(shop.told) == 2, within=4)

    assert timezone.now() >= due_at


def test_an_announcement_covers_what_becomes_due_in_the_last_minutes_only(account: Account) -> None:
    for minutes in (1, 3, 10, 60):
        held(account, timezone.now() + timedelta(minutes=minutes))
    span = AHEAD - tasks.CLOCKS

    moments = outbox.due_soon(span, after=span - tasks.ANNOUNCED)

    (channel_id, due_at) = moments[0]
    assert len(moments) == 1
    assert channel_id == account.channel_id
    assert timedelta(minutes=2) < due_at - timezone.now() < AHEAD


def test_many_that_are_due_in_one_second_are_one_announcement(account: Account) -> None:
    due_at = (timezone.now() + timedelta(minutes=3)).replace(microsecond=0)
    for milliseconds in (0, 300, 900):
        held(account, due_at + timedelta(milliseconds=milliseconds))

    assert outbox.due_soon(AHEAD, after=timedelta(minutes=1)) == [
        (account.channel_id, due_at + timedelta(milliseconds=900))
    ]


def test_a_message_never_waits_as_long_as_the_broker_takes_it_for_lost() -> None:
    assert AHEAD.total_seconds() + 30 < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
