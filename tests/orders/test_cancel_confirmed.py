"""We cancel; the channel's own word follows at once, days later, or never."""

import dataclasses
from datetime import timedelta

import pytest

from orders import verbs
from orders.intake import receive
from orders.models import Channel, Order
from orders.snapshot import OrderSnapshot
from orders.status import Status
from tests.factories import WAREHOUSE, make_channel, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def later(snapshot: OrderSnapshot, minutes: int = 1, **changes: object) -> OrderSnapshot:
    at = snapshot.updated_at + timedelta(minutes=minutes)
    return dataclasses.replace(snapshot, updated_at=at, seen_at=at, **changes)


def kinds() -> list[str]:
    return list(Order.objects.get().events.order_by("id").values_list("kind", flat=True))


def test_the_channels_confirmation_is_an_event_of_its_own(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])
    verbs.cancel(Order.objects.get(), reason="Sem estoque", by=WAREHOUSE)

    receive(channel, [later(snapshot)])  # it has not canceled it yet
    canceled = later(snapshot, 2, status=Status.CANCELED, channel_status="order_canceled")
    receive(channel, [canceled, later(canceled)])

    assert kinds().count("CANCEL_CONFIRMED") == 1
    assert Order.objects.get().status == Status.CANCELED


def test_what_the_channel_canceled_by_itself_needs_no_confirmation(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])

    canceled = later(snapshot, status=Status.CANCELED, channel_status="order_canceled")
    receive(channel, [canceled])
    receive(channel, [later(canceled)])

    assert "CANCEL_CONFIRMED" not in kinds()
