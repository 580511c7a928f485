"""How long a process waits for its broker."""

import socket
from struct import pack

import pytest
from celery import Celery
from kombu import Connection as Broker
from pytest_django.fixtures import Settings

from config import brokers
from config.amqp import PatientTCP, PatientTLS, Transport
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


#: A heartbeat of AMQP: type, channel, length, nothing, end.
FRAME = b"\x08\x00\x00\x00\x00\x00\x04abcd\xce"


@pytest.mark.parametrize("wire", [PatientTCP, PatientTLS])
@pytest.mark.parametrize("begun", [8, len(FRAME) - 1])
def test_a_message_that_stops_in_the_middle_is_waited_for_no_longer_and_goes_on_later(
    wire: type[PatientTCP | PatientTLS], begun: int
) -> None:
    here, there = socket.socketpair()
    with here, there:
        reader = wire("127.0.0.1:5672")
        reader.sock = here
        here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, pack("ll", 0, 50_000))
        reader._quick_recv, reader._read_buffer = here.recv, b""
        there.sendall(FRAME[:begun])
        with pytest.raises(TimeoutError):
            reader.read_frame()
        there.sendall(FRAME[begun:])

        assert reader.read_frame() == (8, 0, b"abcd")


@pytest.mark.parametrize("scheme", ["amqp", "amqps"])
def test_rabbitmq_is_spoken_to_by_the_patient_client(scheme: str) -> None:
    with Broker(f"{scheme}://guest@127.0.0.1:5672//") as connection:
        assert isinstance(connection.transport, Transport)
