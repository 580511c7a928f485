"""Personal data goes, fiscal data stays."""

import json
from datetime import timedelta

import pytest

from orders import verbs
from orders.intake import receive
from orders.models import Invoice, Order
from orders.retention import anonymize
from orders.snapshot import CancelRequest
from tests.factories import PLACED, WAREHOUSE, make_access_key, make_channel, make_nfe_xml, make_snapshot
from tests.orders.test_intake import later

pytestmark = pytest.mark.django_db

PERSONAL = ("Comprador de Teste", "52998224725", "comprador@example.com", "Rua de Teste", "01001000", "Comprei errado")


@pytest.fixture
def order() -> Order:
    request = CancelRequest(requested_at=PLACED, reason="Comprei errado")
    receive(make_channel(), [make_snapshot(cancel_request=request)])
    return Order.objects.get()


def columns_of(order: Order) -> str:
    return json.dumps(Order.objects.filter(pk=order.pk).values().get(), default=str, ensure_ascii=False)


def test_nothing_that_names_the_buyer_is_left_in_the_order(order: Order) -> None:
    assert all(word in columns_of(order) for word in PERSONAL)

    assert anonymize([order.pk], by_name="retention") == 1

    assert not [word for word in PERSONAL if word in columns_of(order)]
    assert "São Paulo" in columns_of(order)


def test_amounts_items_and_the_invoice_stay(order: Order) -> None:
    key = make_access_key()
    verbs.invoice(order, xml=make_nfe_xml(key), by=WAREHOUSE)

    anonymize([order.pk], by_name="retention")

    assert Invoice.objects.get().xml
    assert Order.objects.get().total == order.total
    assert Order.objects.get().items.count() == 1


def test_what_the_channel_tells_later_does_not_bring_it_back(order: Order) -> None:
    anonymize([order.pk], by_name="retention")

    receive(order.channel, [later(make_snapshot(code=order.code), 60, storefront="Submarino")])

    assert Order.objects.get().storefront == "Submarino"
    assert not [word for word in PERSONAL if word in columns_of(order)]


def test_twice_is_once_and_both_are_told_apart_in_the_timeline(order: Order) -> None:
    anonymize([order.pk], by_name="retention")

    assert anonymize([order.pk], by_name="retention") == 0
    assert order.events.filter(kind="ANONYMIZED").count() == 1
    assert Order.objects.get().changed_at > order.changed_at - timedelta(seconds=1)
