"""Available stock, from our ledger to SkyHub's: the last value wins, and no order ever waits for it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from marketplaces import clients, stock
from marketplaces.models import Account, StockUpdate
from orders.intake import receive
from orders.models import StockItem
from orders.stock import count
from sandbox.client import SandboxClient
from tests.factories import WAREHOUSE, make_account, make_channel, make_snapshot

SKU = "SKU-1"  # make_snapshot sells one unit of it

pytestmark = pytest.mark.django_db


def connected(sandbox: SandboxClient, **fields: Any) -> Account:
    names = {"email": "email", "api_key": "api_key", "account_manager_key": "accountmanager_key"}
    credentials = {ours: sandbox.credentials[theirs] for ours, theirs in names.items()}
    return make_account(base_url=sandbox.url, credentials={**credentials, **fields.pop("credentials", {})}, **fields)


@pytest.fixture
def account(store: SandboxClient) -> Iterator[Account]:
    yield connected(store)
    clients.close()


@pytest.fixture
def listed(store: SandboxClient) -> list[str]:
    """SKUs that the store sells."""
    return sorted(store.stock())


def told(sandbox: SandboxClient) -> list[tuple[str, int]]:
    """What SkyHub was told, in the order of its arrival."""
    calls = [call for call in sandbox.ledger(method="PUT", path="^/products/") if call["status"] == 204]
    return [(call["path"].rpartition("/")[2], json.loads(call["body"])["product"]["qty"]) for call in calls]


def sweep(account: Account) -> stock.Told:
    stock.notice()
    return stock.tell(account)


def again() -> None:
    """An hour passes."""
    StockUpdate.objects.update(due_at=timezone.now())


def test_a_count_reaches_the_account_and_the_same_count_is_not_repeated(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    count({listed[0]: 12}, by=WAREHOUSE)

    assert sweep(account) == {"TOLD": 1}
    count({listed[0]: 12}, by=WAREHOUSE)
    assert sweep(account) == {}

    assert told(store) == [(listed[0], 12)]
    assert store.stock()[listed[0]] == 12


def test_an_order_of_any_channel_lowers_what_every_account_may_sell(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    item = replace(make_snapshot().items[0], sku=listed[0])
    count({listed[0]: 3}, by=WAREHOUSE)
    receive(make_channel(), [make_snapshot(items=(item,))])

    sweep(account)

    assert told(store) == [(listed[0], 2)]


def test_ten_changes_are_told_as_one(store: SandboxClient, account: Account, listed: list[str]) -> None:
    for quantity in range(10):
        count({listed[0]: quantity}, by=WAREHOUSE)
        stock.notice()

    stock.tell(account)

    assert told(store) == [(listed[0], 9)]


def test_oversold_is_told_as_none_and_what_was_never_counted_is_not_told(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    receive(account.channel, [make_snapshot()])  # reserves SKU-1, which nobody counted
    count({listed[0]: 1}, by=WAREHOUSE)
    StockItem.objects.filter(sku=listed[0]).update(reserved=5)

    sweep(account)

    assert told(store) == [(listed[0], 0)]
    assert not StockUpdate.objects.filter(sku=SKU).exists()


def test_a_change_while_the_old_quantity_travels_is_told_afterwards(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    count({listed[0]: 5}, by=WAREHOUSE)
    stock.notice()
    (claim,) = (stock.Claim(*row) for row in stock._execute(stock.sql.CLAIM, account=account.pk, limit=9, lease=90))
    count({listed[0]: 4}, by=WAREHOUSE)
    stock.notice()
    assert stock.tell(account) == {}  # the row is on its way: its next quantity waits

    stock._finish([stock.Outcome(id=claim.id, token=claim.token, quantity=5, state="TOLD")])
    row = StockUpdate.objects.get()
    assert (row.state, row.told, row.quantity) == ("PENDING", 5, 4)
    stock.tell(account)

    assert told(store) == [(listed[0], 4)]


def test_a_sku_that_the_account_does_not_sell_is_left_alone_for_a_while(store: SandboxClient, account: Account) -> None:
    count({"DE-OUTRO-CANAL": 5}, by=WAREHOUSE)

    assert sweep(account) == {"NOT_SOLD": 1}
    count({"DE-OUTRO-CANAL": 6}, by=WAREHOUSE)
    assert sweep(account) == {}
    again()

    assert stock.tell(account) == {"NOT_SOLD": 1}


def test_an_outage_postpones_and_the_newest_quantity_arrives(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    number = store.fault("status", status=503, method="PUT")
    count({listed[0]: 5}, by=WAREHOUSE)
    assert sweep(account) == {"PENDING": 1}
    assert "503" in StockUpdate.objects.get().last_error

    store.remove_fault(number)
    count({listed[0]: 3}, by=WAREHOUSE)
    stock.notice()
    again()
    stock.tell(account)

    assert told(store) == [(listed[0], 3)]
    assert StockUpdate.objects.get().last_error == ""


def test_refused_credentials_pause_the_account_and_lose_nothing(store: SandboxClient, listed: list[str]) -> None:
    account = connected(store, credentials={"api_key": "wrong"})
    count({listed[0]: 5}, by=WAREHOUSE)

    sweep(account)

    account.refresh_from_db()
    assert account.pause_reason == "UNAUTHORIZED"
    assert stock.due_accounts() == []
    account.resume()
    again()
    assert stock.due_accounts() == [account.pk]
    clients.close()


def test_a_row_that_a_dead_worker_held_is_told_by_the_next(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    count({listed[0]: 5}, by=WAREHOUSE)
    stock.notice()
    stock._execute(stock.sql.CLAIM, account=account.pk, limit=9, lease=-1)

    assert stock.tell(account) == {"TOLD": 1}


def test_what_was_missed_for_long_is_found_by_comparing_everything(
    store: SandboxClient, account: Account, listed: list[str]
) -> None:
    count({listed[0]: 5}, by=WAREHOUSE)
    StockItem.objects.update(changed_at=timezone.now() - 2 * stock.RECENT)

    assert stock.notice() == 0
    assert stock.notice(everything=True) == 1


def test_skyhubs_limit_is_kept(skyhub_sandbox: SandboxClient) -> None:
    account = connected(skyhub_sandbox)
    skus = sorted(skyhub_sandbox.stock())[:12]
    count(dict.fromkeys(skus, 3), by=WAREHOUSE)

    assert sweep(account) == {"TOLD": len(skus)}

    assert 429 not in [call["status"] for call in skyhub_sandbox.ledger()]
    clients.close()


@pytest.mark.django_db(transaction=True)
def test_a_marketplace_that_hangs_holds_up_no_order(store: SandboxClient) -> None:
    account = connected(store)
    (sku, *_others) = sorted(store.stock())
    count({sku: 5}, by=WAREHOUSE)
    stock.notice()
    number = store.fault("slow", seconds=3, method="PUT")

    def tell() -> None:
        stock.tell(account)
        connection.close()

    telling = threading.Thread(target=tell)
    telling.start()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            count({sku: 4}, by=WAREHOUSE)  # would raise if the push held the row
        assert telling.is_alive()
    finally:
        telling.join(30)
        store.remove_fault(number)
        clients.close()
