"""Orders that walk through the whole engine at Shopee: what is done there decides when the next step is told."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import outbound
from marketplaces.models import Account
from orders.models import ChannelUpdate
from orders.verbs import answer_cancel_request, arrange_shipping
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE
from tests.marketplaces.connectors.shopee_sandbox import account_at, held, pull, ready

pytestmark = pytest.mark.django_db(transaction=True)
Kind, State = ChannelUpdate.Kind, ChannelUpdate.State


@pytest.fixture
def account(shop: SandboxClient) -> Account:
    return account_at(shop)


def push(account: Account) -> None:
    """What waits has waited."""
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    outbound.push_channel(account.channel)


def shipping() -> ChannelUpdate:
    return ChannelUpdate.objects.get(kind=Kind.SHIPPING_ARRANGED)


def asked_to_cancel(shop: SandboxClient, account: Account) -> str:
    """The buyer asks at Shopee after the shipment was arranged here, and before it was told there."""
    code = ready(shop, invoiced=True)
    pull(account)
    arrange_shipping(held(code), by=WAREHOUSE)
    shop.act(code, "cancel")
    push(account)
    deadline = time.monotonic() + 10
    while not held(code).has_open_cancel_request:
        assert time.monotonic() < deadline, "the request did not come"
        pull(Account.objects.get(pk=account.pk))
        time.sleep(0.2)
    return code


def test_a_shipment_waits_while_the_buyer_asks_to_cancel_and_goes_by_itself_once_refused(
    shop: SandboxClient, account: Account
) -> None:
    code = asked_to_cancel(shop, account)
    waiting = shipping()

    answer_cancel_request(held(code), accept=False, by=WAREHOUSE)
    push(account)
    push(account)

    assert (waiting.state, waiting.attempts) == (State.PENDING, 0)
    assert "comprador pede" in waiting.last_error
    assert shipping().state == State.SENT
    effects = shop.effects(code)
    assert (effects["rejected"], effects["arranged"]) == (1, 1)


def test_a_shipment_that_waits_is_superseded_when_the_buyers_request_is_accepted(
    shop: SandboxClient, account: Account
) -> None:
    code = asked_to_cancel(shop, account)

    answer_cancel_request(held(code), accept=True, by=WAREHOUSE)
    push(account)
    deadline = time.monotonic() + 10
    while held(code).status != "CANCELED":
        assert time.monotonic() < deadline, "the cancellation did not come"
        pull(Account.objects.get(pk=account.pk))
        time.sleep(0.2)
    push(account)

    assert shipping().state == State.SUPERSEDED
    assert shop.effects(code).get("arranged", 0) == 0
    assert not held(code).attentions.filter(cleared_at=None).exists()
