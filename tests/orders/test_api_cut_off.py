"""Connections break at any point. Whoever did not hear the answer sends again, and it ends as one write."""

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from orders.api import once
from orders.models import ChannelUpdate, Order, OrderEvent, StockCount, StoredAnswer
from orders.status import Status
from tests.factories import make_access_key, make_api_key, make_nfe_xml, make_order
from tests.orders.warehouse import ROOT, Warehouse

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = {"sku": "SKU-1", "quantity": 1}
KEY = make_access_key(number=601)


@dataclass(frozen=True)
class Write:
    """One of the API's writes, and an order that allows it."""

    method: str
    path: str
    body: Any
    status: Status = Status.APPROVED
    order: Any = None

    def make_order(self) -> Order:
        fields = {name: value() if callable(value) else value for name, value in (self.order or {}).items()}
        return make_order(status=self.status, items=[("SKU-1", 2)], **fields)

    def address(self, order: Order) -> str:
        return self.path.format(order=f"/orders/{order.pk}")

    def message(self, order: Order, secret: str, key: str) -> bytes:
        """The whole request as bytes on the wire."""
        xml = isinstance(self.body, bytes)
        content = self.body if xml else json.dumps(self.body).encode()
        keyed = f"Idempotency-Key: {key}\r\n" if key else ""
        head = (
            f"{self.method} {ROOT}{self.address(order)} HTTP/1.1\r\nHost: localhost\r\n{keyed}"
            f"Authorization: Bearer {secret}\r\nContent-Type: application/{'xml' if xml else 'json'}\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + content


WRITES = {
    "invoice": Write("PUT", "{order}/invoice", {"access_key": KEY}),
    "invoice-xml": Write("PUT", "{order}/invoice", make_nfe_xml(KEY)),
    "shipment": Write(
        "POST", "{order}/shipments", {"tracking_code": "BR1", "carrier": "Correios", "items": [ITEM]}, Status.INVOICED
    ),
    "delivery": Write("PUT", "{order}/delivery", {"delivered_at": "2026-11-21T10:00:00-03:00"}, Status.SHIPPED),
    "delivery-failure": Write("PUT", "{order}/delivery-failure", {"reason": "Ausente"}, Status.SHIPPED),
    "cancellation": Write("PUT", "{order}/cancellation", {"reason": "Sem estoque"}),
    "cancellation-part": Write("PUT", "{order}/cancellation", {"reason": "Sem estoque", "items": [ITEM]}),
    "cancellation-answer": Write(
        "PUT", "{order}/cancellation-request/answer", {"accept": True}, order={"cancel_requested_at": timezone.now}
    ),
    "arrange-shipping": Write(
        "PUT",
        "{order}/arrange-shipping",
        {"choice": {"mode": "dropoff"}},
        Status.INVOICED,
        order={"needs_arranging": True},
    ),
    "stock": Write("PUT", "/stock/SKU-1", {"on_hand": 7}),
    "stock-list": Write("PUT", "/stock", {"items": [{"sku": "SKU-1", "on_hand": 7}]}),
    "stock-adjustment": Write(
        "POST", "/stock-adjustments", {"items": [{"sku": "SKU-1", "delta": 7}], "reason": "Achado"}
    ),
}
#: What these told is the same when it is told twice, with or without a key; these add a line to the stock's history.
COUNTS = {"stock", "stock-list", "stock-adjustment"}


def effects() -> tuple[int, int, int]:
    return OrderEvent.objects.count(), ChannelUpdate.objects.count(), StockCount.objects.count()


def something_happened() -> bool:
    return any(effects())


def send_and_vanish(server: LiveServer, message: bytes, *, until: Callable[[], bool] = lambda: True) -> None:
    """Send, wait for something to be true, and tear the connection down without having read a byte."""
    address = urlsplit(server.url)
    deadline = time.monotonic() + 20
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(message)
        while not until():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        # No orderly goodbye: a reset, as when a cable is pulled.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def send(server: LiveServer, message: bytes) -> int:
    """The whole request, and the status of its answer."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(message)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return int(answer.split()[1])


def settled(server: LiveServer) -> None:
    """Until requests that were cut off have ended on the server, too."""
    before = (-1, -1, -1)
    while before != (before := effects()):
        time.sleep(0.05)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_is_cut_off_at_any_byte_and_repeated_is_one_write(live_server: LiveServer, name: str) -> None:
    write, secret = WRITES[name], make_api_key()
    order = write.make_order()
    message = write.message(order, secret, key="one-write")
    body = message.index(b"\r\n\r\n") + 4

    for cut in sorted({1, 10, body // 2, body - 1, body, (body + len(message)) // 2, len(message) - 1}):
        send_and_vanish(live_server, message[:cut])
    assert effects() == (0, 0, 0)
    for _ in range(3):  # whole, but the answer is never read
        send_and_vanish(live_server, message, until=something_happened)
    settled(live_server)
    status = send(live_server, message)

    assert status in (200, 201)
    once = (0, 0, 1) if name in COUNTS else (1, 1, 0)
    assert effects() == once
    assert StoredAnswer.objects.count() == 1


@pytest.mark.parametrize("name", WRITES)
def test_a_write_without_a_key_is_one_write_wherever_facts_identify_themselves(
    live_server: LiveServer, name: str
) -> None:
    write, secret = WRITES[name], make_api_key()
    order = write.make_order()
    message = write.message(order, secret, key="")

    if name == "stock-adjustment":
        assert send(live_server, message) == 400
        assert effects() == (0, 0, 0)
        return
    send_and_vanish(live_server, message, until=something_happened)
    settled(live_server)

    assert send(live_server, message) == 200
    if name in COUNTS:
        assert Warehouse(secret).get("/stock/SKU-1").json()["on_hand"] == 7
    else:
        assert effects() == (1, 1, 0)


def test_a_crash_between_effect_and_answer_leaves_neither(
    monkeypatch: pytest.MonkeyPatch, live_server: LiveServer
) -> None:
    write, secret = WRITES["shipment"], make_api_key()
    order = write.make_order()
    message = write.message(order, secret, key="one-write")

    def crash(*_: object) -> None:
        raise RuntimeError("the process dies here")

    with monkeypatch.context() as patch:
        patch.setattr(once, "_store", crash)
        assert send(live_server, message) == 500
    assert effects() == (0, 0, 0)

    assert send(live_server, message) == 201
    assert effects() == (1, 1, 0)
