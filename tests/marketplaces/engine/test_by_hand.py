"""What a person sees and does: why an update waits, sending it again, skipping it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from marketplaces import outbound, outbox
from marketplaces.errors import Rejected, Unavailable
from marketplaces.models import Account
from marketplaces.outbound import push_channel, why_waiting
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from orders.verbs import invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_order
from tests.fakes import Shop

ANA = Actor.user("ana")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def order(account: Account) -> Order:
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    return order


def update(kind: str = "INVOICED") -> ChannelUpdate:
    return ChannelUpdate.objects.get(kind=kind)


def test_due_now(order: Order) -> None:
    assert why_waiting(update()) == "It is due now."


def test_being_sent(account: Account, order: Order) -> None:
    outbox.claim(account.channel_id, limit=1)

    assert why_waiting(update()) == "It is being sent now."


def test_paused_and_why(account: Account, order: Order) -> None:
    account.pause(Account.Pause.UNAUTHORIZED, detail="HTTP 401: invalid token")

    assert why_waiting(update()) == "The account is paused: HTTP 401: invalid token"


def test_no_account(account: Account, order: Order) -> None:
    account.delete()

    assert why_waiting(update()) == "The channel has no account to send it with."


def test_an_earlier_one_comes_first(account: Account, shop: Shop, order: Order) -> None:
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    assert why_waiting(update("SHIPPED")) == "“Tell the invoice” comes first, and it is not sent yet."

    shop.next["push"].append(Rejected("no"))
    push_channel(account.channel)
    assert why_waiting(update("SHIPPED")) == "“Tell the invoice” comes first, and it failed."


def test_not_before_its_time(order: Order) -> None:
    ChannelUpdate.objects.update(due_at="2099-01-01T12:00:00Z")

    assert why_waiting(update()) == "It is to be sent at 01/01/2099 09:00:00, not before."


def test_backoff_tells_the_attempt_the_error_and_the_next_time(account: Account, shop: Shop, order: Order) -> None:
    shop.next["push"].append(Unavailable("HTTP 503: maintenance"))
    push_channel(account.channel)
    ChannelUpdate.objects.update(due_at="2099-01-01T12:00:00Z")

    assert why_waiting(update()) == "Attempt 1 failed; next one at 01/01/2099 09:00:00. HTTP 503: maintenance"


def test_a_marketplace_that_rests(account: Account, order: Order) -> None:
    Account.objects.update(push_after="2099-01-01T12:00:00Z")

    assert "next try at 01/01/2099 09:00:00" in why_waiting(update())


def test_what_is_sent_does_not_wait(account: Account, shop: Shop, order: Order) -> None:
    push_channel(account.channel)

    assert why_waiting(update()) == ""


def test_sending_again_starts_anew_and_is_noted(account: Account, shop: Shop, order: Order) -> None:
    shop.next["push"].append(Rejected("no"))
    push_channel(account.channel)

    assert outbound.retry([update()], by=ANA) == 1

    again = update()
    assert (again.state, again.attempts, again.failure, again.trying_since) == ("PENDING", 0, "", None)
    note = OrderEvent.objects.get(kind=OrderEvent.Kind.NOTE)
    assert (note.by_name, note.data) == ("ana", {"sent_again": "INVOICED"})
    assert push_channel(account.channel)[ChannelUpdate.State.SENT] == 1


def test_one_in_backoff_can_be_hurried(account: Account, shop: Shop, order: Order) -> None:
    shop.next["push"].append(Unavailable("HTTP 503", retry_after=1800))
    push_channel(account.channel)
    Account.objects.update(push_after=None)

    assert outbound.retry([update()], by=ANA) == 1
    assert update().due_at <= timezone.now() + timedelta(seconds=1)


def test_one_that_waits_for_its_hour_is_not_hurried(order: Order) -> None:
    ChannelUpdate.objects.update(due_at=timezone.now() + timedelta(hours=1))

    assert outbound.retry([update()], by=ANA) == 0
    assert update().due_at > timezone.now() + timedelta(minutes=59)


def test_what_was_sent_or_is_being_sent_is_left_alone(account: Account, shop: Shop, order: Order) -> None:
    outbox.claim(account.channel_id, limit=1)
    assert outbound.retry([update()], by=ANA) == outbound.skip([update()], by=ANA) == 0

    ChannelUpdate.objects.update(state=ChannelUpdate.State.SENT, lease_until=None)
    assert outbound.retry([update()], by=ANA) == outbound.skip([update()], by=ANA) == 0


def test_skipping_frees_what_waits_behind_clears_the_attention_and_is_noted(
    account: Account, shop: Shop, order: Order
) -> None:
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    shop.next["push"].append(Rejected("no"))
    push_channel(account.channel)

    assert outbound.skip([update()], by=ANA) == 1
    push_channel(account.channel)

    assert [kind for _, kind in shop.told] == ["SHIPPED"]
    assert update().state == ChannelUpdate.State.SKIPPED
    assert Attention.objects.get().cleared_at is not None
    assert OrderEvent.objects.filter(by_name="ana", data={"skipped": "INVOICED"}).exists()
    assert Order.objects.get().status == Status.SHIPPED
