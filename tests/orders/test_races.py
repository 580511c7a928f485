"""Two or more at once, on real PostgreSQL: one wins, the others are told, nothing is half done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from orders import verbs
from orders.errors import OrderError
from orders.intake import receive
from orders.models import ChannelUpdate, Invoice, Order, OrderItem
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order, make_snapshot

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """Run each call in its own thread, started together; counts what became of them by error class, or "done"."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=10)
            call()
        except OrderError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_of_eight_invoices_with_different_keys_one_is_recorded() -> None:
    order = make_order()

    keys = [make_access_key() for _ in range(8)]

    outcomes = at_once(*[lambda key=key: verbs.invoice(order, access_key=key, by=WAREHOUSE) for key in keys])

    assert outcomes == {"done": 1, "Contradiction": 7}
    assert (Invoice.objects.count(), ChannelUpdate.objects.count()) == (1, 1)


def test_one_key_for_eight_orders_is_recorded_for_one() -> None:
    key = make_access_key()
    orders = [make_order() for _ in range(8)]

    outcomes = at_once(*[lambda order=order: verbs.invoice(order, access_key=key, by=WAREHOUSE) for order in orders])

    assert outcomes == {"done": 1, "Contradiction": 7}


def test_the_same_invoice_sent_eight_times_at_once_is_one_fact() -> None:
    order, key = make_order(), make_access_key()

    outcomes = at_once(*[lambda: verbs.invoice(order, access_key=key, by=WAREHOUSE)] * 8)

    assert outcomes == {"done": 1, "AlreadyDone": 7}


def test_cancel_against_ship_has_one_winner() -> None:
    order = make_order(status=Status.INVOICED, items=[("A", 3)])

    outcomes = at_once(
        lambda: verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE),
        lambda: verbs.ship(order, tracking_code="BR1", by=WAREHOUSE),
    )

    item = OrderItem.objects.get()
    assert outcomes == {"done": 1, "NotAllowed": 1}
    assert (item.quantity_shipped, item.quantity_canceled) in {(3, 0), (0, 3)}


def test_the_last_unit_is_shipped_once_by_eight_hand_overs() -> None:
    order = make_order(status=Status.INVOICED, items=[("A", 1)])

    outcomes = at_once(
        *[lambda n=n: verbs.ship(order, tracking_code=f"BR{n}", items=[("A", 1)], by=WAREHOUSE) for n in range(8)]
    )

    assert outcomes == {"done": 1, "NotAllowed": 7}
    assert OrderItem.objects.get().quantity_shipped == 1


def test_eight_writers_of_the_same_new_orders_store_each_once() -> None:
    channel = make_channel()
    snapshots = [make_snapshot() for _ in range(30)]

    outcomes = at_once(*[lambda: receive(channel, snapshots)] * 8)

    assert outcomes == {"done": 8}
    assert (Order.objects.count(), OrderItem.objects.count()) == (30, 30)
    assert not Order.objects.exclude(events__kind="RECEIVED").exists()


def test_a_channel_cancellation_against_our_shipment_leaves_one_of_both() -> None:
    channel = make_channel()
    snapshot = make_snapshot(status=Status.INVOICED)
    receive(channel, [snapshot])
    order = Order.objects.get()
    canceled = make_snapshot(code=snapshot.code, status=Status.CANCELED, updated_at=order.placed_at.replace(year=2027))

    at_once(
        lambda: receive(channel, [canceled]),
        lambda: verbs.ship(order, tracking_code="BR1", by=WAREHOUSE),
    )

    order.refresh_from_db()
    asked = set(order.attentions.values_list("reason", flat=True))
    assert (order.status, asked) in [(Status.CANCELED, set()), (Status.SHIPPED, {"IMPOSSIBLE_MOVE"})]
