"""What is on hand, what open orders reserve, and what is left to sell."""

import dataclasses
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import call_command

from orders import stock, verbs
from orders.errors import InvalidFact
from orders.intake import receive
from orders.models import Attention, Channel, Order, OrderItem, StockCount, StockItem
from orders.snapshot import Fulfillment, Item, OrderSnapshot
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_snapshot
from tests.orders.test_intake import later
from tests.orders.test_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def sold(*units: tuple[str, int], **fields: object) -> OrderSnapshot:
    items = tuple(Item(line=sku, sku=sku, quantity=quantity, unit_price=Decimal("1.00")) for sku, quantity in units)
    total = Decimal(sum(quantity for _, quantity in units))
    return make_snapshot(items=items, total=total, shipping_cost=Decimal(0), **fields)


def numbers(sku: str) -> tuple[int | None, int, int | None]:
    item = StockItem.objects.get(sku=sku)
    return item.on_hand, item.reserved, item.available


def oversold() -> set[str]:
    return set(
        Order.objects.filter(attentions__reason="OVERSOLD", attentions__cleared_at=None).values_list("code", flat=True)
    )


def test_an_unpaid_order_reserves_and_leaves_less_available(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)

    receive(channel, [sold(("A", 3), status=Status.NEW)])

    assert numbers("A") == (10, 3, 7)


def test_an_overdue_payment_releases_and_a_late_one_reserves_again(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)
    new = sold(("A", 3), status=Status.NEW)
    receive(channel, [new])

    receive(channel, [later(new, status=Status.PAYMENT_OVERDUE)])
    assert numbers("A") == (10, 0, 10)

    receive(channel, [later(new, 2, status=Status.APPROVED)])
    assert numbers("A") == (10, 3, 7)


def test_shipping_consumes_and_the_rest_stays_reserved(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)
    receive(channel, [sold(("A", 3))])
    order = Order.objects.get()
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    verbs.ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)

    assert numbers("A") == (9, 2, 7)


def test_canceling_releases_at_once_whoever_cancels(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)
    mine, theirs = sold(("A", 3)), sold(("A", 4))
    receive(channel, [mine, theirs])

    verbs.cancel(Order.objects.get(code=mine.code), reason="Sem estoque", by=WAREHOUSE)
    receive(channel, [later(theirs, status=Status.CANCELED)])

    assert numbers("A") == (10, 0, 10)


def test_an_order_first_seen_shipped_consumes_without_ever_reserving(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)

    receive(channel, [sold(("A", 3), status=Status.SHIPPED)])

    assert numbers("A") == (7, 0, 7)


def test_what_the_marketplace_keeps_in_its_own_warehouse_is_not_ours(channel: Channel) -> None:
    stock.count({"A": 10}, by=WAREHOUSE)

    receive(channel, [sold(("A", 3), fulfillment=Fulfillment.MARKETPLACE)])

    assert numbers("A") == (10, 0, 10)


def test_a_line_that_grows_or_goes_is_booked_anew(channel: Channel) -> None:
    snapshot = sold(("A", 3), ("B", 1))
    receive(channel, [snapshot])

    receive(
        channel, [later(snapshot, items=(dataclasses.replace(snapshot.items[0], quantity=5),), total=Decimal("5.00"))]
    )

    assert (numbers("A"), numbers("B")) == ((None, 5, None), (None, 0, None))
    assert not OrderItem.objects.filter(sku="B").exists()


def test_a_sku_that_the_warehouse_never_counted_is_no_oversell(channel: Channel) -> None:
    receive(channel, [sold(("A", 3))])

    assert numbers("A") == (None, 3, None)
    assert not oversold()


def test_the_order_that_sells_more_than_there_is_asks_for_attention_until_there_is_enough(channel: Channel) -> None:
    stock.count({"A": 3}, by=WAREHOUSE)
    first, second = sold(("A", 3)), sold(("A", 1))

    receive(channel, [first])
    receive(channel, [second])

    assert oversold() == {second.code}
    assert "4" in Attention.objects.get().detail
    assert numbers("A") == (3, 4, -1)

    stock.adjust({"A": 1}, reason="Achado na prateleira", by=WAREHOUSE)
    assert not oversold()


def test_a_release_by_another_order_ends_the_oversell_too(channel: Channel) -> None:
    stock.count({"A": 3}, by=WAREHOUSE)
    first, second = sold(("A", 3)), sold(("A", 1))
    receive(channel, [first])
    receive(channel, [second])

    verbs.cancel(Order.objects.get(code=first.code), reason="Sem estoque", by=WAREHOUSE)

    assert not oversold()


def test_an_oversold_order_that_is_canceled_needs_no_attention_any_more(channel: Channel) -> None:
    stock.count({"A": 0}, by=WAREHOUSE)
    first, second = sold(("A", 1)), sold(("A", 1))
    receive(channel, [first, second])
    assert oversold() == {first.code, second.code}

    verbs.cancel(Order.objects.get(code=second.code), reason="Sem estoque", by=WAREHOUSE)

    assert oversold() == {first.code}


def test_each_word_of_the_warehouse_is_kept() -> None:
    stock.count({"A": 3}, by=WAREHOUSE)
    stock.adjust({"A": -2}, reason="Avaria", by=WAREHOUSE)

    assert list(StockCount.objects.order_by("id").values_list("before", "after", "reason")) == [
        (None, 3, ""),
        (3, 1, "Avaria"),
    ]


@pytest.mark.parametrize(
    "change", [lambda: stock.count({"A": -1}, by=WAREHOUSE), lambda: stock.adjust({"A": -4}, reason="?", by=WAREHOUSE)]
)
def test_fewer_than_none_is_refused(change: Callable[[], object]) -> None:
    stock.count({"A": 3}, by=WAREHOUSE)

    with pytest.raises(InvalidFact) as caught:
        change()

    assert caught.value.field == "quantity"
    assert numbers("A")[0] == 3


def test_the_rebuild_finds_nothing_to_correct_and_corrects_what_was_tampered_with(
    channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(channel, [sold(("A", 3)), sold(("A", 2), ("B", 1))])
    call_command("rebuild_stock", "--check")
    assert "0" in capsys.readouterr().out

    OrderItem.objects.filter(sku="B").update(reserved=0)
    StockItem.objects.filter(sku="A").update(reserved=50)
    with pytest.raises(SystemExit):
        call_command("rebuild_stock", "--check")
    call_command("rebuild_stock")

    assert (numbers("A")[1], numbers("B")[1]) == (5, 1)
    call_command("rebuild_stock", "--check")


@pytest.mark.django_db(transaction=True)
def test_eight_orders_at_once_for_the_last_unit_reserve_eight_and_flag_seven() -> None:
    stock.count({"A": 1}, by=WAREHOUSE)
    channels = [make_channel() for _ in range(8)]

    at_once(*[lambda channel=channel: receive(channel, [sold(("A", 1))]) for channel in channels])

    assert numbers("A") == (1, 8, -7)
    assert len(oversold()) == 7
    assert (stock.unsettled(), stock.miscounted()) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_receiving_canceling_shipping_and_counting_at_once_keep_the_ledger_exact() -> None:
    channel = make_channel()
    stock.count({"A": 100, "B": 100, "C": 100}, by=WAREHOUSE)
    open_orders = [sold(("A", 1), ("B", 2), ("C", 3), status=Status.INVOICED) for _ in range(12)]
    receive(channel, open_orders)
    orders = [Order.objects.get(code=snapshot.code) for snapshot in open_orders]

    outcomes = at_once(
        *[lambda o=o: verbs.cancel(o, reason="x", by=WAREHOUSE) for o in orders[:4]],
        *[lambda o=o: verbs.ship(o, tracking_code="T", by=WAREHOUSE) for o in orders[4:8]],
        lambda: receive(channel, [later(s, status=Status.CANCELED) for s in reversed(open_orders[8:])]),
        lambda: receive(channel, [sold(("C", 1), ("A", 1)) for _ in range(10)]),
        *[lambda: stock.adjust({"C": 1, "A": 1}, reason="x", by=WAREHOUSE)] * 3,
    )

    assert outcomes == {"done": 13}
    assert (numbers("A"), numbers("B"), numbers("C")) == ((99, 10, 89), (92, 0, 92), (91, 10, 81))
    assert (stock.unsettled(), stock.miscounted()) == ([], [])
