"""Several workers at once, on real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from psycopg.errors import DeadlockDetected

from marketplaces import lease, outbox
from marketplaces.deadlock import retried
from marketplaces.inbound import pull
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from marketplaces.sending import Claim
from orders.models import ChannelUpdate, Order
from orders.verbs import cancel, invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_order, make_snapshot
from tests.fakes import SHOPS, Shop
from tests.marketplaces.engine.conftest import make_fake_account

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of calls that start together, each in a thread and session of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.fixture
def account() -> Account:
    return make_fake_account()


@pytest.fixture
def shop(account: Account) -> Shop:
    return SHOPS[account.base_url]


def orders_to_tell(account: Account, n: int, *, shipped: bool = True) -> list[Order]:
    orders = [make_order(channel=account.channel) for _ in range(n)]
    for order in orders:
        invoice(order, access_key=make_access_key(), by=WAREHOUSE)
        if shipped:
            ship(order, tracking_code="BR1", by=WAREHOUSE)
    return orders


def test_pushers_at_the_same_time_send_each_update_once_and_in_order(account: Account, shop: Shop) -> None:
    shop.latency = 0.002
    orders = orders_to_tell(account, 15)

    at_once(*[lambda: push_channel(account.channel)] * 4)

    for order in orders:
        assert [kind for code, kind in shop.told if code == order.code] == ["INVOICED", "SHIPPED"]
    assert not ChannelUpdate.objects.exclude(state=ChannelUpdate.State.SENT, attempts=1).exists()


def test_claims_at_the_same_time_never_share_an_update(account: Account) -> None:
    orders_to_tell(account, 20)

    def claim_all() -> list[int]:
        claimed: list[int] = []
        while claims := outbox.claim(account.channel_id, limit=3):
            claimed += [claim.id for claim in claims]
        return claimed

    claimed = list(chain.from_iterable(at_once(*[claim_all] * 6)))

    # The heads, each once; their shipments wait.
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= set(ChannelUpdate.objects.filter(kind="INVOICED").values_list("pk", flat=True))
    rest = {claim.id for claim in outbox.claim(account.channel_id, limit=100)}
    assert len(rest | set(claimed)) == 20


def test_a_claim_that_is_not_committed_yet_is_passed_over_and_not_waited_for(account: Account) -> None:
    orders_to_tell(account, 2, shipped=False)

    @transaction.atomic
    def claim_impatiently() -> list[Claim]:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        return outbox.claim(account.channel_id, limit=10)

    with transaction.atomic():
        (mine,) = outbox.claim(account.channel_id, limit=1)
        ((theirs,),) = at_once(claim_impatiently)

    assert theirs.id != mine.id


def test_one_of_several_pulls_gets_the_account(account: Account, shop: Shop) -> None:
    taken = at_once(*[lambda: lease.take(account.pk)] * 8)

    assert sum(held is not None for held in taken) == 1


def test_pulls_at_the_same_time_store_each_order_once(account: Account, shop: Shop) -> None:
    shop.put(*[make_snapshot() for _ in range(40)])

    pulled = at_once(*[lambda: pull(account)] * 4)

    assert sum(one.created for one in pulled) == Order.objects.count() == 40
    assert shop.waiting == []


def test_cancellations_while_updates_are_sent_neither_deadlock_nor_send_in_vain(account: Account, shop: Shop) -> None:
    shop.latency = 0.002
    orders = orders_to_tell(account, 12, shipped=False)

    at_once(
        lambda: push_channel(account.channel),
        *[lambda order=order: cancel(order, reason="out of stock", by=WAREHOUSE) for order in orders],
    )
    push_channel(account.channel)

    for order in orders:
        assert [kind for code, kind in shop.told if code == order.code][-1] == "CANCELED"
    waiting = ChannelUpdate.objects.exclude(state__in=["SENT", "SUPERSEDED"])
    assert not waiting.exists()


def test_a_transaction_that_lost_a_deadlock_is_repeated_once() -> None:
    lost = OperationalError("deadlock detected")
    lost.__cause__ = DeadlockDetected()
    endings: list[Exception | None] = [lost, None, lost, lost, OperationalError("the connection is closed")]

    def work() -> str:
        if ending := endings.pop(0):
            raise ending
        return "done"

    assert retried(work) == "done"
    for _ in range(2):
        with pytest.raises(OperationalError):
            retried(work)
    assert endings == []
