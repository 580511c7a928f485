"""What channels tell, and what becomes of it."""

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DataError, transaction

from orders import verbs
from orders.intake import Received, receive
from orders.models import Attention, Channel, ChannelUpdate, Order, OrderEvent
from orders.snapshot import Address, Buyer, CancelRequest, Item, OrderSnapshot
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def later(snapshot: OrderSnapshot, minutes: int = 1, **changes: object) -> OrderSnapshot:
    at = snapshot.updated_at + timedelta(minutes=minutes)
    return dataclasses.replace(snapshot, updated_at=at, seen_at=at, **changes)


def only_order() -> Order:
    return Order.objects.get()


def kinds(order: Order) -> list[str]:
    return list(order.events.order_by("id").values_list("kind", flat=True))


def test_a_new_order_is_stored_whole(channel: Channel) -> None:
    snapshot = make_snapshot(message_id="m-1", tags=("fraud_risk_detected",))

    received = receive(channel, [snapshot])

    order = only_order()
    assert received == Received(created=(snapshot.code,))
    assert (order.status, order.total, order.shipping_cost) == (Status.APPROVED, Decimal("15.00"), Decimal("5.00"))
    assert (order.buyer_name, order.buyer_document) == ("Comprador de Teste", "52998224725")
    assert order.shipping_address["street"] == "Rua de Teste"
    assert order.tags == ["fraud_risk_detected"]
    assert order.placed_at == snapshot.placed_at
    item = order.items.get()
    assert (item.sku, item.quantity, item.unit_price) == ("SKU-1", 1, Decimal("10.00"))
    event = order.events.get()
    assert (event.kind, event.after, event.message_id) == ("RECEIVED", Status.APPROVED, "m-1")


def test_the_same_snapshot_again_changes_nothing(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])

    again = receive(channel, [dataclasses.replace(snapshot, seen_at=snapshot.seen_at + timedelta(hours=1))])

    assert again == Received(unchanged=(snapshot.code,))
    assert kinds(only_order()) == ["RECEIVED"]


def test_a_newer_status_moves_the_order_and_may_skip_steps(channel: Channel) -> None:
    snapshot = make_snapshot(status=Status.NEW, channel_status="book_product")
    receive(channel, [snapshot])

    received = receive(channel, [later(snapshot, status=Status.SHIPPED, channel_status="order_shipped")])

    order = only_order()
    assert received.changed == (snapshot.code,)
    assert order.status == Status.SHIPPED
    assert order.items.get().quantity_shipped == 1
    event = order.events.get(kind="STATUS")
    assert (event.before, event.after, event.by_kind) == (Status.NEW, Status.SHIPPED, OrderEvent.By.CHANNEL)


def test_an_older_snapshot_changes_nothing_and_is_remembered(channel: Channel) -> None:
    old = make_snapshot(status=Status.NEW)
    receive(channel, [later(old, status=Status.APPROVED, storefront="Submarino")])

    received = receive(channel, [dataclasses.replace(old, storefront="Shoptime")])

    assert received.stale == (old.code,)
    assert (only_order().status, only_order().storefront) == (Status.APPROVED, "Submarino")
    assert kinds(only_order()) == ["RECEIVED", "IGNORED"]


def test_a_channel_that_lags_behind_does_not_pull_the_order_back(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])
    verbs.invoice(only_order(), access_key=make_access_key(), by=WAREHOUSE)

    receive(channel, [later(snapshot, storefront="Submarino")])

    assert (only_order().status, only_order().storefront) == (Status.INVOICED, "Submarino")
    assert not Attention.objects.exists()


def test_an_impossible_status_leaves_the_order_and_asks_for_attention(channel: Channel) -> None:
    snapshot = make_snapshot(status=Status.SHIPPED)
    receive(channel, [snapshot])

    receive(channel, [later(snapshot, status=Status.CANCELED, channel_status="order_canceled")])

    assert only_order().status == Status.SHIPPED
    attention = Attention.objects.get()
    assert attention.reason == Attention.Reason.IMPOSSIBLE_MOVE
    assert "Cancelado" in attention.detail or "Canceled" in attention.detail
    assert "ATTENTION" in kinds(only_order())


def test_an_unknown_status_never_moves_an_order_and_clears_with_a_known_one(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])

    receive(channel, [later(snapshot, status=None, channel_status="has_incident")])

    assert only_order().status == Status.APPROVED
    assert "has_incident" in Attention.objects.get(cleared_at=None).detail

    receive(channel, [later(snapshot, 2, status=Status.INVOICED)])

    assert only_order().status == Status.INVOICED
    assert not Attention.objects.filter(cleared_at=None).exists()


def test_an_order_first_seen_in_an_unknown_status_reserves_stock_as_new(channel: Channel) -> None:
    receive(channel, [make_snapshot(status=None, channel_status="has_incident")])

    assert only_order().status == Status.NEW
    assert Attention.objects.get().reason == Attention.Reason.UNKNOWN_STATUS


def test_a_late_message_of_known_status_counts_though_a_newer_unknown_one_came_first(channel: Channel) -> None:
    approved = make_snapshot()
    receive(channel, [later(approved, status=None, channel_status="has_incident", storefront="Shoptime")])

    receive(channel, [approved])

    assert (only_order().status, only_order().storefront) == (Status.APPROVED, "Shoptime")


def test_masked_buyer_data_never_overwrites_good_data(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])

    receive(channel, [later(snapshot, masked=True, buyer=Buyer(name="****"), shipping_address=Address())])

    order = only_order()
    assert (order.buyer_name, order.masked) == ("Comprador de Teste", False)
    assert order.shipping_address["street"] == "Rua de Teste"


def test_buyer_data_released_on_approval_replaces_placeholders(channel: Channel) -> None:
    full = make_snapshot()
    receive(channel, [later(full, -2, status=Status.NEW, masked=True, buyer=Buyer(), shipping_address=Address())])
    assert only_order().masked

    receive(channel, [full])

    order = only_order()
    assert (order.buyer_name, order.masked) == ("Comprador de Teste", False)
    assert "shipping_address" in order.events.get(kind="STATUS").data["changed"]


def test_unmasked_data_counts_though_a_newer_masked_message_came_first(channel: Channel) -> None:
    full = make_snapshot()
    receive(channel, [later(full, masked=True, buyer=Buyer(), shipping_address=Address())])

    receive(channel, [full])

    assert only_order().buyer_name == "Comprador de Teste"


def test_a_batch_may_hold_several_snapshots_of_one_order(channel: Channel) -> None:
    new = make_snapshot(status=Status.NEW)

    receive(channel, [later(new, status=Status.APPROVED), new, make_snapshot()])

    assert Order.objects.count() == 2
    assert kinds(Order.objects.get(code=new.code)) == ["RECEIVED", "STATUS"]


def test_an_order_first_seen_canceled_is_stored_with_every_unit_canceled(channel: Channel) -> None:
    receive(channel, [make_snapshot(status=Status.CANCELED)])

    assert only_order().status == Status.CANCELED
    assert only_order().items.get().open_quantity == 0


def test_a_cancellation_by_the_channel_drops_updates_that_wait_and_is_not_echoed(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])
    verbs.invoice(only_order(), access_key=make_access_key(), by=WAREHOUSE)

    receive(channel, [later(snapshot, 10, status=Status.CANCELED)])

    update = ChannelUpdate.objects.get()
    assert (update.kind, update.state) == (ChannelUpdate.Kind.INVOICED, ChannelUpdate.State.SUPERSEDED)
    assert only_order().items.get().quantity_canceled == 1


def test_a_total_that_does_not_add_up_is_flagged_and_never_corrected(channel: Channel) -> None:
    snapshot = make_snapshot(total=Decimal("14.00"))
    receive(channel, [snapshot])

    assert only_order().total == Decimal("14.00")
    assert Attention.objects.get(cleared_at=None).reason == Attention.Reason.TOTAL_MISMATCH

    receive(channel, [later(snapshot, total=Decimal("15.00"))])

    assert not Attention.objects.filter(cleared_at=None).exists()


def test_what_a_person_settled_is_not_raised_again_for_the_same_fact(channel: Channel) -> None:
    snapshot = make_snapshot(total=Decimal("14.00"))
    receive(channel, [snapshot])
    Attention.objects.update(cleared_at=snapshot.updated_at, cleared_by="ana")

    receive(channel, [later(snapshot, storefront="Submarino")])
    assert not Attention.objects.filter(cleared_at=None).exists()

    receive(channel, [later(snapshot, 2, total=Decimal("13.00"))])
    assert "13.00" in Attention.objects.get(cleared_at=None).detail


def test_a_buyers_wish_to_cancel_asks_for_attention_until_it_is_answered(channel: Channel) -> None:
    snapshot = make_snapshot()
    receive(channel, [snapshot])
    asked = later(snapshot, cancel_request=CancelRequest(requested_at=snapshot.updated_at, reason="Comprei errado"))

    receive(channel, [asked])
    assert "Comprei errado" in Attention.objects.get(cleared_at=None).detail

    verbs.answer_cancel_request(only_order(), accept=False, by=WAREHOUSE)
    receive(channel, [later(asked, storefront="Submarino")])
    assert not Attention.objects.filter(cleared_at=None).exists()


def test_a_line_that_the_channel_removes_goes_and_what_we_shipped_stays_counted(channel: Channel) -> None:
    two = tuple(Item(line=sku, sku=sku, quantity=2, unit_price=Decimal("5.00")) for sku in ("A", "B"))
    snapshot = make_snapshot(status=Status.INVOICED, items=two, total=Decimal("25.00"))
    receive(channel, [snapshot])
    verbs.ship(only_order(), tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)

    receive(channel, [later(snapshot, items=two[:1], total=Decimal("15.00"))])

    item = only_order().items.get()
    assert (item.sku, item.quantity_shipped) == ("A", 1)


def test_one_code_at_two_channels_is_two_orders(channel: Channel) -> None:
    snapshot = make_snapshot()

    receive(channel, [snapshot])
    receive(make_channel(), [snapshot])

    assert Order.objects.count() == 2


def test_orders_of_other_channels_are_never_touched(channel: Channel) -> None:
    other = make_order(code="SAME")

    receive(channel, [make_snapshot(code="SAME", status=Status.CANCELED)])

    other.refresh_from_db()
    assert other.status == Status.APPROVED
    assert other.items.get().quantity_canceled == 0


@pytest.mark.parametrize(("count", "limit"), [(1, 12), (100, 12)])
def test_the_number_of_statements_does_not_grow_with_the_batch(
    channel: Channel, count: int, limit: int, django_assert_max_num_queries
) -> None:
    snapshots = [make_snapshot() for _ in range(count)]

    with django_assert_max_num_queries(limit):
        receive(channel, snapshots)
    with django_assert_max_num_queries(limit):
        receive(channel, [later(snapshot, status=Status.INVOICED) for snapshot in snapshots])

    assert Order.objects.filter(status=Status.INVOICED).count() == count


@pytest.mark.parametrize("count", [1, 100])
def test_what_postgresql_refuses_is_raised_as_djangos_error_and_nothing_is_stored(channel: Channel, count: int) -> None:
    snapshots = [make_snapshot() for _ in range(count)]
    snapshots[-1] = dataclasses.replace(snapshots[-1], storefront="x" * 61)

    with pytest.raises(DataError), transaction.atomic():
        receive(channel, snapshots)

    assert not Order.objects.exists()
