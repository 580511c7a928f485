"""How long a process waits for its broker."""

import pytest
from celery import Celery
from pytest_django.fixtures import Settings

from config import brokers
from config.celery import wait_longer


@pytest.mark.parametrize(
    ("url", "option"), [("redis://127.0.0.1/0", "socket_timeout"), ("amqp://127.0.0.1//", "read_timeout")]
)
def test_a_worker_waits_longer_than_a_request_and_notices_a_deaf_connection(
    url: str, option: str, settings: Settings
) -> None:
    seconds = brokers.request_seconds(url)
    settings.CELERY_BROKER_URL = url
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = brokers.transport_options(url, seconds=seconds)
    app = Celery("worker", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    assert (app.conf.broker_transport_options[option], app.conf.broker_heartbeat) == (seconds, 0)

    wait_longer(conf=app.conf)

    assert app.conf.broker_transport_options[option] == app.conf.broker_connection_timeout == brokers.WORKER_SECONDS
    assert app.conf.broker_heartbeat == brokers.HEARTBEAT_SECONDS
