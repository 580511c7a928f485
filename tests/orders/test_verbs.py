"""What the warehouse and the back office do with orders."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from orders import verbs
from orders.errors import AlreadyDone, Contradiction, InvalidFact, NotAllowed
from orders.models import ChannelUpdate, Invoice, Order, OrderEvent, Shipment
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order

pytestmark = pytest.mark.django_db


def invoiced(**fields: object) -> Order:
    return make_order(status=Status.INVOICED, **fields)


def refreshed(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def nothing_happened(order: Order, status: Status) -> bool:
    return refreshed(order).status == status and not OrderEvent.objects.exists() and not ChannelUpdate.objects.exists()


class TestInvoice:
    def test_it_records_the_nfe_moves_the_order_and_tells_the_channel(self) -> None:
        order = make_order()
        key = make_access_key(780)

        invoice = verbs.invoice(order, access_key=key, by=WAREHOUSE)

        assert refreshed(order).status == Status.INVOICED
        assert (invoice.access_key, invoice.number, invoice.series) == (key, "780", "1")
        event = order.events.get()
        assert (event.before, event.after, event.by_name) == (Status.APPROVED, Status.INVOICED, "wms")
        update = order.updates.get()
        assert (update.kind, update.seq, update.event) == (ChannelUpdate.Kind.INVOICED, 1, event)

    def test_the_same_key_again_says_so_and_does_nothing(self) -> None:
        order, key = make_order(), make_access_key()
        first = verbs.invoice(order, access_key=key, by=WAREHOUSE)

        with pytest.raises(AlreadyDone) as caught:
            verbs.invoice(order, access_key=key, by=WAREHOUSE)

        assert caught.value.fact == first
        assert order.updates.count() == 1

    def test_another_key_for_the_same_order_is_refused(self) -> None:
        order, key = make_order(), make_access_key()
        verbs.invoice(order, access_key=key, by=WAREHOUSE)

        with pytest.raises(Contradiction, match=key):
            verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    def test_the_same_key_with_other_details_is_refused(self) -> None:
        order, key = make_order(), make_access_key()
        verbs.invoice(order, access_key=key, volumes=1, by=WAREHOUSE)

        with pytest.raises(Contradiction) as caught:
            verbs.invoice(order, access_key=key, volumes=2, by=WAREHOUSE)

        assert caught.value.field == "volumes"

    def test_a_key_of_another_order_is_refused_and_names_that_order(self) -> None:
        first, second, key = make_order(), make_order(), make_access_key()
        verbs.invoice(first, access_key=key, by=WAREHOUSE)

        with pytest.raises(Contradiction, match=first.code):
            verbs.invoice(second, access_key=key, by=WAREHOUSE)

        assert refreshed(second).status == Status.APPROVED

    def test_a_mistyped_key_is_refused_with_field_and_reason(self) -> None:
        order, key = make_order(), make_access_key()

        with pytest.raises(InvalidFact) as caught:
            verbs.invoice(order, access_key=key[:-1] + str((int(key[-1]) + 1) % 10), by=WAREHOUSE)

        assert (caught.value.field, caught.value.code) == ("access_key", "access_key_check_digit")
        assert nothing_happened(order, Status.APPROVED)

    def test_an_nfe_of_another_company_is_refused(self) -> None:
        order = make_order(channel=make_channel(seller_cnpj="11222333000181"))

        with pytest.raises(InvalidFact) as caught:
            verbs.invoice(order, access_key=make_access_key(cnpj="99888777000161"), by=WAREHOUSE)

        assert caught.value.code == "access_key_issuer"

    def test_an_nfe_older_than_the_order_is_refused(self) -> None:
        order = make_order(placed_at=datetime.fromisoformat("2099-01-01T12:00:00Z"))

        with pytest.raises(InvalidFact, match="01/01/2099") as caught:
            verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

        assert caught.value.code == "access_key_date"

    def test_an_unpaid_order_cannot_be_invoiced(self) -> None:
        order = make_order(status=Status.NEW)

        with pytest.raises(NotAllowed):
            verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

        assert nothing_happened(order, Status.NEW)
        assert not Invoice.objects.exists()

    def test_an_order_fulfilled_by_the_marketplace_is_not_ours_to_invoice(self) -> None:
        order = make_order(fulfillment=Fulfillment.MARKETPLACE)

        with pytest.raises(NotAllowed):
            verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)


class TestShip:
    def test_without_items_everything_left_is_shipped(self) -> None:
        order = invoiced(items=[("A", 2), ("B", 1)])

        shipment = verbs.ship(order, tracking_code="BR123", carrier="Correios", by=WAREHOUSE)

        assert refreshed(order).status == Status.SHIPPED
        assert {(i.item.sku, i.quantity) for i in shipment.items.all()} == {("A", 2), ("B", 1)}
        assert order.updates.get().shipment == shipment

    def test_a_part_leaves_the_order_open_until_the_last_unit_has_left(self) -> None:
        order = invoiced(items=[("A", 2), ("B", 1)])

        verbs.ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)
        assert refreshed(order).status == Status.INVOICED

        verbs.ship(order, tracking_code="BR2", items=[("A", 1), ("B", 1)], by=WAREHOUSE)
        assert refreshed(order).status == Status.SHIPPED
        assert list(order.updates.order_by("seq").values_list("seq", "kind")) == [(1, "SHIPPED"), (2, "SHIPPED")]

    def test_an_unknown_sku_is_refused(self) -> None:
        order = invoiced()

        with pytest.raises(InvalidFact, match="NOT-OURS") as caught:
            verbs.ship(order, tracking_code="BR1", items=[("NOT-OURS", 1)], by=WAREHOUSE)

        assert (caught.value.field, caught.value.code) == ("items", "unknown_sku")
        assert not Shipment.objects.exists()

    @pytest.mark.parametrize("quantity", [-1, 0, 3])
    def test_more_units_than_are_left_or_none_at_all_are_refused(self, quantity: int) -> None:
        order = invoiced(items=[("A", 2)])

        with pytest.raises(InvalidFact) as caught:
            verbs.ship(order, tracking_code="BR1", items=[("A", quantity)], by=WAREHOUSE)

        assert caught.value.code == "quantity"
        assert nothing_happened(order, Status.INVOICED)

    def test_one_sku_on_two_lines_is_taken_from_both(self) -> None:
        order = invoiced(items=[("A", 1), ("A", 2)])

        verbs.ship(order, tracking_code="BR1", items=[("A", 2), ("A", 1)], by=WAREHOUSE)

        assert refreshed(order).status == Status.SHIPPED

    def test_the_same_tracking_code_again_is_the_same_shipment(self) -> None:
        order = invoiced()
        first = verbs.ship(order, tracking_code="BR1", carrier="Correios", by=WAREHOUSE)

        with pytest.raises(AlreadyDone) as caught:
            verbs.ship(order, tracking_code="BR1", carrier="Correios", by=WAREHOUSE)

        assert caught.value.fact == first

    def test_the_same_tracking_code_with_other_items_is_refused(self) -> None:
        order = invoiced(items=[("A", 2)])
        verbs.ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)

        with pytest.raises(Contradiction):
            verbs.ship(order, tracking_code="BR1", items=[("A", 2)], by=WAREHOUSE)

    def test_an_order_without_invoice_cannot_be_shipped(self) -> None:
        order = make_order()

        with pytest.raises(NotAllowed):
            verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)

        assert nothing_happened(order, Status.APPROVED)

    def test_what_the_marketplaces_carrier_collects_is_not_ours_to_ship(self) -> None:
        order = invoiced(fulfillment=Fulfillment.MARKETPLACE_SHIPS)

        with pytest.raises(NotAllowed):
            verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)

    def test_on_an_order_on_hold_the_channel_is_told_only_when_the_hold_ends(self) -> None:
        until = timezone.now() + timedelta(hours=1)
        order = invoiced(hold_until=until)

        verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)

        assert order.updates.get().due_at == until


class TestDeliver:
    def test_it_moves_the_order_and_tells_the_channel(self) -> None:
        order = make_order(status=Status.SHIPPED)

        verbs.deliver(order, by=WAREHOUSE)

        assert refreshed(order).status == Status.DELIVERED
        assert refreshed(order).delivered_at is not None
        assert order.updates.get().kind == ChannelUpdate.Kind.DELIVERED

    def test_twice_is_once(self) -> None:
        order = make_order(status=Status.SHIPPED)
        verbs.deliver(order, by=WAREHOUSE)

        with pytest.raises(AlreadyDone):
            verbs.deliver(order, by=WAREHOUSE)

    def test_another_moment_is_refused(self) -> None:
        order = make_order(status=Status.SHIPPED)
        verbs.deliver(order, by=WAREHOUSE)

        with pytest.raises(Contradiction) as caught:
            verbs.deliver(order, delivered_at=timezone.now() + timedelta(hours=1), by=WAREHOUSE)

        assert caught.value.field == "delivered_at"

    def test_a_late_repetition_does_not_end_a_return(self) -> None:
        order = make_order(status=Status.SHIPPED)
        verbs.deliver(order, by=WAREHOUSE)
        verbs.start_return(order, reason="Arrependimento", by=WAREHOUSE)

        with pytest.raises(AlreadyDone):
            verbs.deliver(order, by=WAREHOUSE)

        assert refreshed(order).status == Status.RETURNING

    def test_what_comes_back_undelivered_is_not_delivered_by_us(self) -> None:
        order = make_order(status=Status.RETURNING)

        with pytest.raises(NotAllowed):
            verbs.deliver(order, by=WAREHOUSE)

    def test_it_cannot_be_before_the_shipment(self) -> None:
        order = make_order(status=Status.SHIPPED, shipped_at=timezone.now())

        with pytest.raises(InvalidFact) as caught:
            verbs.deliver(order, delivered_at=timezone.now() - timedelta(days=1), by=WAREHOUSE)

        assert caught.value.field == "delivered_at"

    def test_a_failed_delivery_may_still_succeed(self) -> None:
        order = make_order(status=Status.SHIPPED)

        verbs.fail_delivery(order, reason="Destinatário ausente", by=WAREHOUSE)
        assert refreshed(order).status == Status.DELIVERY_FAILED

        verbs.deliver(order, by=WAREHOUSE)
        assert refreshed(order).status == Status.DELIVERED


class TestCancel:
    def test_it_cancels_every_unit_left_and_supersedes_what_waits(self) -> None:
        order = make_order(items=[("A", 2)])
        verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

        verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)

        assert refreshed(order).status == Status.CANCELED
        assert order.items.get().open_quantity == 0
        told = list(order.updates.order_by("seq").values_list("kind", "state", "lane"))
        assert told == [("INVOICED", "SUPERSEDED", "FULFILLMENT"), ("CANCELED", "PENDING", "CANCELLATION")]

    def test_a_shipped_order_cannot_be_canceled(self) -> None:
        order = make_order(status=Status.SHIPPED)

        with pytest.raises(NotAllowed):
            verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)

        assert nothing_happened(order, Status.SHIPPED)

    def test_a_part_is_canceled_and_the_rest_stays_open(self) -> None:
        order = make_order(items=[("A", 2), ("B", 1)])

        verbs.cancel(order, reason="Sem estoque", items=[("A", 1)], by=WAREHOUSE)

        assert refreshed(order).status == Status.APPROVED
        assert order.items.get(sku="A").open_quantity == 1
        assert order.events.get().data["items"] == {"A": 1}

    def test_canceling_all_that_had_not_left_completes_the_shipment(self) -> None:
        order = invoiced(items=[("A", 2)])
        verbs.ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)

        verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)

        assert refreshed(order).status == Status.SHIPPED
        assert order.updates.filter(state=ChannelUpdate.State.PENDING).count() == 2

    def test_canceling_the_rest_twice_is_once(self) -> None:
        order = invoiced(items=[("A", 2)])
        verbs.ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)
        verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)

        with pytest.raises(AlreadyDone):
            verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)

    def test_more_than_is_left_cannot_be_canceled(self) -> None:
        order = make_order(items=[("A", 2)])

        with pytest.raises(InvalidFact) as caught:
            verbs.cancel(order, reason="Sem estoque", items=[("A", 3)], by=WAREHOUSE)

        assert (caught.value.field, caught.value.code) == ("items", "quantity")


class TestBuyersCancellationRequest:
    def asked(self) -> Order:
        return make_order(cancel_requested_at=timezone.now(), cancel_request_reason="Comprei errado")

    @pytest.mark.parametrize(("accept", "kind"), [(True, "CANCEL_ACCEPTED"), (False, "CANCEL_REJECTED")])
    def test_the_answer_is_told_and_the_order_waits_for_the_channels_word(self, accept: bool, kind: str) -> None:
        order = self.asked()

        verbs.answer_cancel_request(order, accept=accept, by=WAREHOUSE)

        assert refreshed(order).status == Status.APPROVED
        assert not refreshed(order).has_open_cancel_request
        assert (order.updates.get().kind, order.updates.get().lane) == (kind, "CANCELLATION")

    def test_the_same_answer_again_is_quiet_and_another_is_refused(self) -> None:
        order = self.asked()
        verbs.answer_cancel_request(order, accept=True, by=WAREHOUSE)

        with pytest.raises(AlreadyDone):
            verbs.answer_cancel_request(order, accept=True, by=WAREHOUSE)
        with pytest.raises(Contradiction):
            verbs.answer_cancel_request(order, accept=False, by=WAREHOUSE)

    def test_without_a_request_there_is_nothing_to_answer(self) -> None:
        with pytest.raises(NotAllowed):
            verbs.answer_cancel_request(make_order(), accept=True, by=WAREHOUSE)


class TestArrangeShipping:
    def test_the_channel_is_asked_when_the_hold_ends(self) -> None:
        until = timezone.now() + timedelta(hours=1)
        order = invoiced(hold_until=until, needs_arranging=True)

        verbs.arrange_shipping(order, choice={"method": "dropoff"}, by=WAREHOUSE)

        assert refreshed(order).status == Status.SHIPPING_ARRANGED
        assert order.updates.get().due_at == until
        assert order.events.get().data == {"choice": {"method": "dropoff"}}


class TestReturn:
    def test_what_was_shipped_comes_back_in_part(self) -> None:
        order = invoiced(items=[("A", 2)])
        verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)
        verbs.deliver(order, by=WAREHOUSE)

        verbs.start_return(order, reason="Arrependimento", by=WAREHOUSE)
        verbs.receive_return(order, items=[("A", 1)], by=WAREHOUSE)

        assert refreshed(order).status == Status.RETURNED
        assert order.items.get().quantity_returned == 1

    def test_more_than_was_shipped_cannot_come_back(self) -> None:
        order = make_order(status=Status.RETURNING, items=[("A", 2)])

        with pytest.raises(InvalidFact):
            verbs.receive_return(order, items=[("A", 1)], by=WAREHOUSE)

        assert refreshed(order).status == Status.RETURNING


@pytest.mark.parametrize("status", [Status.INVOICED, Status.SHIPPED, Status.DELIVERED])
def test_the_note_of_an_order_that_its_channel_calls_invoiced_is_recorded_and_not_told(status: Status) -> None:
    order = make_order(status=status)

    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    order.refresh_from_db()
    assert order.status == status
    assert order.invoice
    assert not order.updates.exists()


def test_a_delivery_of_now_is_taken_though_the_channels_clock_is_ahead() -> None:
    ahead = timezone.now() + timedelta(minutes=5)
    order = make_order(status=Status.SHIPPED, shipped_at=ahead)

    verbs.deliver(order, by=WAREHOUSE)

    order.refresh_from_db()
    assert (order.status, order.delivered_at) == (Status.DELIVERED, ahead)
