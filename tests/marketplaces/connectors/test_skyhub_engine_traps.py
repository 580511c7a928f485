"""Traps of protocol §7 that need the whole engine: database, queue and outbox against the sandbox."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import clients
from marketplaces.inbound import due_accounts, pull
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders import verbs
from orders.errors import AlreadyDone
from orders.models import ChannelUpdate, Order
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE, make_access_key, make_account, make_nfe_xml

pytestmark = pytest.mark.django_db
LEASE_IS_OVER = 301


@pytest.fixture
def account(store: SandboxClient) -> Iterator[Account]:
    known = store.credentials
    credentials = {
        "email": known["email"],
        "api_key": known["api_key"],
        "account_manager_key": known["accountmanager_key"],
    }
    yield make_account(base_url=store.url, credentials=credentials)
    clients.close()


def test_trap_5_an_order_stored_but_not_acknowledged_is_not_stored_twice(
    store: SandboxClient, account: Account
) -> None:
    store.create_order(status="APPROVED")
    number = store.fault("status", status=500, method="DELETE")
    assert pull(account).created == 1
    assert len(store.queue()) == 1

    store.remove_fault(number)
    store.advance(LEASE_IS_OVER)
    again = pull(account)

    assert (again.created, again.changed, again.unchanged, again.acknowledged) == (0, 0, 1, 1)
    assert Order.objects.count() == 1
    assert store.queue() == []


@pytest.mark.parametrize("status", ["CANCELED", "DELIVERED", "APPROVED"])
def test_trap_7_whatever_an_order_is_it_leaves_the_queue(store: SandboxClient, account: Account, status: str) -> None:
    code = store.create_order(status=status)["code"]
    pull(account)
    store.act(code, "requeue")

    pull(account)

    assert store.queue() == []
    assert store.effects(code)["acknowledged"] == 2


def test_trap_9_a_cancellation_from_the_queue_is_not_told_back(store: SandboxClient, account: Account) -> None:
    code = store.create_order(status="APPROVED")["code"]
    pull(account)
    store.cancel(code)

    pull(account)
    push_channel(account.channel)

    assert Order.objects.get().status == Status.CANCELED
    assert not ChannelUpdate.objects.exists()
    assert store.ledger(method="POST") == []


def test_trap_10_a_repeated_fact_is_told_once(store: SandboxClient, account: Account) -> None:
    code = store.create_order(status="APPROVED")["code"]
    pull(account)
    order = Order.objects.get()
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    verbs.ship(order, tracking_code="AA1", by=WAREHOUSE)
    verbs.fail_delivery(order, reason="Ausente", by=WAREHOUSE)

    with pytest.raises(AlreadyDone):
        verbs.ship(order, tracking_code="AA1", by=WAREHOUSE)
    with pytest.raises(AlreadyDone):
        verbs.fail_delivery(order, reason="Ausente", by=WAREHOUSE)
    verbs.deliver(order, by=WAREHOUSE)
    with pytest.raises(AlreadyDone):
        verbs.deliver(order, by=WAREHOUSE)
    push_channel(account.channel)

    sent = [call["path"].rpartition("/")[2] for call in store.ledger(method="POST", code=code)]
    assert sent == ["invoice", "shipments", "shipment_exception", "delivery"]


def test_trap_12_one_pull_empties_the_queue(store: SandboxClient, account: Account) -> None:
    store.create_orders(30, status="APPROVED")

    assert pull(account).created == 30

    assert store.queue() == []


def test_trap_12_what_a_dead_worker_held_is_free_again(store: SandboxClient, account: Account) -> None:
    store.create_order(status="APPROVED")
    Account.objects.update(lease_until=timezone.now() + timedelta(seconds=45))
    assert due_accounts("skyhub") == []

    Account.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert due_accounts("skyhub") == [account.pk]
    assert pull(account).created == 1


def test_trap_13_each_orders_xml_is_sent_whoever_else_sends_one(store: SandboxClient, account: Account) -> None:
    codes = [order["code"] for order in store.create_orders(3, status="APPROVED", calculation_type="b2wentregadirect")]
    pull(account)
    for code in codes:
        key = make_access_key()
        verbs.invoice(Order.objects.get(code=code), access_key=key, xml=make_nfe_xml(key), by=WAREHOUSE)

    push_channel(account.channel)

    assert [store.effects(code)["invoiced"] for code in codes] == [1, 1, 1]
    assert not ChannelUpdate.objects.exclude(state="SENT").exists()
    request = ChannelUpdate.objects.first().attempt_log.get().request  # type: ignore[union-attr]  # there are three
    assert "multipart/form-data" in request
    assert "CPF" not in request
