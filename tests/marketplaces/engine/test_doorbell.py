"""The doorbell: rung on commit, together for many, and never at the cost of who rings."""

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from marketplaces import doorbell, tasks
from marketplaces.doorbell import Doorbell
from marketplaces.models import Account
from orders.verbs import invoice
from tests.factories import WAREHOUSE, make_access_key, make_order


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The real one, with empty queues."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.delete("push", "pull", "control")
        yield client
        client.delete("push", "pull", "control")


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_committed_rings_for_its_channel(account: Account, broker: redis.Redis) -> None:
    order = make_order(channel=account.channel)

    invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    assert broker.llen("push") == 1


def test_many_rings_for_a_channel_become_two(broker: redis.Redis) -> None:
    """The second is heard after the last of them, so none is in vain."""
    bell = Doorbell(tasks.push_channel, names="channel_id")

    for _ in range(50):
        bell.ring(1)

    assert broker.llen("push") == 2


def test_channels_are_rung_for_separately(broker: redis.Redis) -> None:
    bell = Doorbell(tasks.push_channel, names="channel_id")

    for channel_id in (1, 2, 3):
        bell.ring(channel_id)

    assert broker.llen("push") == 3


def test_a_later_ring_is_rung_again(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "TOGETHER", 0.0)
    bell = Doorbell(tasks.push_channel, names="channel_id")

    bell.ring(1)
    bell.ring(1)

    assert broker.llen("push") == 2


def test_after_a_ring_that_failed_nobody_waits_for_the_broker_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[object] = []

    def fail(**message: object) -> None:
        tried.append(message)
        raise ConnectionError("refused")

    monkeypatch.setattr(tasks.push_channel, "apply_async", fail)
    bell = Doorbell(tasks.push_channel, names="channel_id")
    for channel_id in range(10):
        bell.ring(channel_id)
    assert (len(tried), bell.failed) == (1, 10)
    assert len(caplog.records) == 1

    bell._quiet_until = 0.0
    bell.ring(1)
    assert (len(tried), len(caplog.records)) == (2, 1)


RING = textwrap.dedent(
    """
    import time, django
    django.setup()
    from orders.doorbell import updates_recorded
    updates_recorded.connect(lambda **_: None)
    for channel_id in (1, 2, 3):
        start = time.monotonic()
        updates_recorded.send_robust(sender=None, channel_id=channel_id)
        print(start, time.monotonic())
    """
)


def taken_at(server: socket.socket) -> tuple[socket.socket, float]:
    """The first connection, which is never answered, and when it came: one clock serves all processes."""
    server.settimeout(60)
    return server.accept()[0], time.monotonic()


@pytest.mark.django_db(transaction=True)
def test_a_frozen_broker_does_not_delay_a_request_for_more_than_a_second_and_a_half() -> None:
    """It takes connections and never answers. In a process of its own, whose connections are all cold.

    What is measured begins with the connection: what the process has to load before is not the broker's doing.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=10) as silent, ThreadPoolExecutor(1) as waiting:
        connection_taken = waiting.submit(taken_at, silent)
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        database = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
        env = {**os.environ, "REDIS_URL": url, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings"}
        rung = subprocess.run([sys.executable, "-c", RING], env=env, capture_output=True, text=True, timeout=60)
        link, connected_at = connection_taken.result()
        link.close()

    assert rung.returncode == 0, rung.stderr
    (_, first_end), *later = [tuple(map(float, line.split())) for line in rung.stdout.splitlines()]
    assert 0.5 < first_end - connected_at < 1.5  # it was tried, and not twice
    assert max(end - start for start, end in later) < 0.5  # not tried
    assert "the sweep will deliver" in rung.stderr


def test_a_ring_for_later_waits_at_least_a_second_where_the_broker_delays_by_whole_ones(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    delays: list[float] = []
    monkeypatch.setattr(tasks.push_channel, "apply_async", lambda **message: delays.append(message["countdown"]))
    bell = Doorbell(tasks.push_channel, names="channel_id")

    bell.ring(1)
    bell.ring(1)
    bell.ring_at(1, timezone.now() + timedelta(seconds=20))

    assert delays[:2] == [0.0, 1.0]
    assert 19 < delays[2] <= 20
