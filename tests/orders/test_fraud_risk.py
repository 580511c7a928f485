"""The channel suspects the payment: nothing leaves before a person says so."""

import dataclasses
from datetime import timedelta

import pytest

from orders import verbs
from orders.errors import NotAllowed
from orders.intake import receive
from orders.models import Actor, Channel, Order
from orders.snapshot import OrderSnapshot
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_snapshot

pytestmark = pytest.mark.django_db
MARIA = Actor.user("maria")


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def later(snapshot: OrderSnapshot, **changes: object) -> OrderSnapshot:
    at = snapshot.updated_at + timedelta(minutes=1)
    return dataclasses.replace(snapshot, updated_at=at, seen_at=at, **changes)


def suspected(channel: Channel) -> tuple[Order, OrderSnapshot]:
    snapshot = make_snapshot(fraud_risk=True)
    receive(channel, [snapshot])
    return Order.objects.get(code=snapshot.code), snapshot


def open_reasons(order: Order) -> list[str]:
    return list(order.attentions.filter(cleared_at=None).values_list("reason", flat=True))


def test_a_suspected_order_may_be_invoiced_but_not_shipped(channel: Channel) -> None:
    order, _snapshot = suspected(channel)
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    with pytest.raises(NotAllowed) as refused:
        verbs.ship(order, tracking_code="AA1", by=WAREHOUSE)

    assert refused.value.code == "fraud_risk"
    assert not order.shipments.exists()
    assert open_reasons(order) == ["FRAUD_RISK"]


def test_a_person_releases_it_for_good(channel: Channel) -> None:
    order, snapshot = suspected(channel)
    verbs.resolve(order.attentions.get(), by=MARIA)

    receive(channel, [later(snapshot, fraud_risk=True, carrier="Correios")])
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    verbs.ship(order, tracking_code="AA1", by=WAREHOUSE)

    order.refresh_from_db()
    assert order.status == Status.SHIPPED
    assert open_reasons(order) == []


def test_the_channel_takes_its_suspicion_back(channel: Channel) -> None:
    order, snapshot = suspected(channel)

    receive(channel, [later(snapshot, fraud_risk=False)])

    assert open_reasons(order) == []


def test_a_suspicion_may_come_with_the_approval(channel: Channel) -> None:
    snapshot = make_snapshot(status=Status.NEW)
    receive(channel, [snapshot])

    receive(channel, [later(snapshot, status=Status.APPROVED, fraud_risk=True)])

    assert open_reasons(Order.objects.get()) == ["FRAUD_RISK"]


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.DELIVERED, Status.CANCELED])
def test_a_suspicion_that_comes_too_late_bothers_nobody(channel: Channel, status: Status) -> None:
    receive(channel, [make_snapshot(status=status, fraud_risk=True)])

    assert open_reasons(Order.objects.get()) == []
