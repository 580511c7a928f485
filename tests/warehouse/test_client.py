"""client/despacho.py against a real server: it walks an order, pages, follows the feed, and repeats safely."""

import importlib.util
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from orders.models import StockCount
from orders.status import Status
from tests.factories import make_access_key, make_api_key, make_order
from warehouse import signing
from warehouse.models import Webhook

pytestmark = pytest.mark.django_db(transaction=True)
FILE = Path(__file__).parents[2] / "client" / "despacho.py"


@pytest.fixture(scope="module")
def despacho() -> ModuleType:
    """As a file that somebody copied into a project of theirs."""
    spec = importlib.util.spec_from_file_location("despacho", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["despacho"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def hub(despacho: ModuleType, live_server: LiveServer) -> Iterator[Any]:
    with despacho.Despacho(live_server.url, key=make_api_key()) as hub:
        yield hub


def test_an_order_goes_from_sale_to_delivery(hub: Any) -> None:
    make_order()

    (order,) = hub.orders(status="APPROVED", fulfillment="SELLER")
    hub.invoice(order["id"], access_key=make_access_key(), volumes=1)
    hub.ship(order["id"], tracking_code="BR1", carrier="Correios")
    hub.deliver(order["id"])

    assert hub.order(order["id"])["status"] == "DELIVERED"
    assert [change["kind"] for change in hub.changes()] == ["INVOICED", "SHIPPED", "DELIVERED"]
    *_, last = hub.changes()
    assert list(hub.changes(after=last["position"])) == []


def test_all_pages_come(hub: Any) -> None:
    codes = {make_order().code for _ in range(5)}

    assert {order["code"] for order in hub.orders(limit=2)} == codes


def test_what_is_refused_is_told(hub: Any, despacho: ModuleType) -> None:
    order = make_order()

    with pytest.raises(despacho.Refused) as refused:
        hub.ship(order.pk, tracking_code="BR1", carrier="Correios")

    assert (refused.value.status, refused.value.type) == (409, "not-allowed")
    assert refused.value.problem["order"]["status"] == Status.APPROVED


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send, lost = httpx.Client.send, [True, True]

    def lose_answers(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        if lost:
            lost.pop()
            raise httpx.ReadError("the line went dead")
        return answer

    monkeypatch.setattr(httpx.Client, "send", lose_answers)

    assert hub.count({"A": 5})[0]["on_hand"] == 5
    lost += [True]
    assert hub.adjust({"A": 2}, reason="Achado")[0]["on_hand"] == 7
    assert StockCount.objects.count() == 2


def test_it_knows_our_webhooks_from_forged_and_old_ones(despacho: ModuleType) -> None:
    old, new = Webhook.new_secret(), Webhook.new_secret()
    now = int(time.time())
    headers = signing.headers([new, old], message_id="msg_1", timestamp=now, body=b"{}")
    stale = signing.headers([new], message_id="msg_1", timestamp=now - 3600, body=b"{}")

    assert despacho.verified([old], headers, b"{}")
    assert despacho.verified([new], headers, b"{}")
    assert not despacho.verified([Webhook.new_secret()], headers, b"{}")
    assert not despacho.verified([new], headers, b"{ }")
    assert not despacho.verified([new], stale, b"{}")
