"""Connections break at any point. Whoever did not hear the answer sends again, and it ends as one write."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from orders.models import ChannelUpdate, OrderEvent
from orders.status import Status
from tests.factories import make_access_key, make_api_key, make_order
from tests.orders.warehouse import ROOT, Warehouse

pytestmark = pytest.mark.django_db(transaction=True)
SHIPMENT = {"tracking_code": "BR123456789BR", "carrier": "Correios", "items": [{"sku": "SKU-1", "quantity": 1}]}
FACTS = pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (Status.APPROVED, "put", "invoice", {"access_key": make_access_key(number=601)}),
        (Status.INVOICED, "post", "shipments", SHIPMENT),
        (Status.SHIPPED, "put", "delivery", {"delivered_at": "2026-11-21T10:00:00-03:00"}),
        (Status.SHIPPED, "put", "delivery-failure", {"reason": "Ausente"}),
        (Status.APPROVED, "put", "cancellation", {"reason": "Sem estoque"}),
    ],
)


def http(method: str, path: str, body: dict[str, Any], secret: str) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"{method.upper()} {ROOT}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


def send_and_vanish(server: LiveServer, message: bytes, *, until: Callable[[], bool] = lambda: True) -> None:
    """Send, wait for something to be true, and hang up without having read a byte."""
    address = urlsplit(server.url)
    deadline = time.monotonic() + 20
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(message)
        while not until():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@FACTS
def test_a_fact_whose_answer_was_lost_after_commit_is_recorded_once(
    live_server: LiveServer, status: Status, method: str, path: str, body: dict[str, Any]
) -> None:
    order, secret = make_order(status=status, items=[("SKU-1", 1)]), make_api_key()
    where = f"/orders/{order.pk}/{path}"

    send_and_vanish(live_server, http(method, where, body, secret), until=OrderEvent.objects.exists)
    again = getattr(Warehouse(secret), method)(where, body)

    assert again.status_code == 200
    assert (OrderEvent.objects.count(), ChannelUpdate.objects.count()) == (1, 1)


@FACTS
def test_a_fact_that_was_cut_off_on_its_way_is_not_recorded_and_may_be_sent_again(
    live_server: LiveServer, status: Status, method: str, path: str, body: dict[str, Any]
) -> None:
    order, secret = make_order(status=status, items=[("SKU-1", 1)]), make_api_key()
    where = f"/orders/{order.pk}/{path}"
    message = http(method, where, body, secret)

    for part in (10, len(message) // 2, len(message) - 1):
        send_and_vanish(live_server, message[:part])
    again = getattr(Warehouse(secret), method)(where, body)

    assert again.status_code in (200, 201)
    assert (OrderEvent.objects.count(), ChannelUpdate.objects.count()) == (1, 1)
