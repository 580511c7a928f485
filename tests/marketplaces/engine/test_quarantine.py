"""What could not be read is kept whole, and becomes an order once it can."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import quarantine
from marketplaces.inbound import pull
from marketplaces.models import Account, InboundMessage
from orders.models import Order, OrderEvent
from tests.factories import make_snapshot
from tests.fakes import Shop

State = InboundMessage.State
RAW = '{"code": "X-1"}'


@pytest.fixture
def message(account: Account, shop: Shop) -> InboundMessage:
    shop.put_unreadable(RAW, code="X-1")
    pull(account)
    return InboundMessage.objects.get()


def test_after_a_fix_a_message_becomes_an_order(shop: Shop, message: InboundMessage) -> None:
    shop.readable[RAW] = make_snapshot(code="X-1")

    assert quarantine.replay(message)

    message.refresh_from_db()
    assert (message.state, message.problem) == (State.REPLAYED, "")
    assert Order.objects.get().code == "X-1"
    assert OrderEvent.objects.get().message_id == message.pk


def test_what_still_cannot_be_read_stays_with_todays_reason(message: InboundMessage) -> None:
    InboundMessage.objects.update(problem="an older reason")

    assert not quarantine.replay(message)

    message.refresh_from_db()
    assert (message.state, message.problem) == (State.QUARANTINED, "items: there is none")


def test_what_can_be_read_but_not_stored_stays_with_the_reason(shop: Shop, message: InboundMessage) -> None:
    shop.readable[RAW] = make_snapshot(storefront="S" * 500)

    assert not quarantine.replay(message)

    assert "too long" in message.problem
    assert not Order.objects.exists()


def test_an_old_message_does_not_overwrite_a_newer_state(account: Account, shop: Shop, message: InboundMessage) -> None:
    newer = make_snapshot(code="X-1", remote_code="new", updated_at=timezone.now() + timedelta(hours=1))
    shop.put(newer)
    pull(account)
    shop.readable[RAW] = make_snapshot(code="X-1", remote_code="old")

    assert quarantine.replay(message)

    assert Order.objects.get().remote_code == "new"


def test_discarding_is_for_what_still_waits(message: InboundMessage) -> None:
    assert quarantine.discard([message]) == 1
    assert quarantine.discard([message]) == 0

    message.refresh_from_db()
    assert message.state == State.DISCARDED
