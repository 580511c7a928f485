"""Arranging shipping by the rule or as chosen, once more after a failed pickup; replacing a refused NF-e."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from orders import arranging, verbs
from orders.arranging import CannotAsk, Way
from orders.errors import AlreadyDone, Contradiction, NotAllowed
from orders.intake import receive
from orders.models import Attention, Channel, ChannelUpdate, Invoice, Order, OrderEvent
from orders.snapshot import InvoiceSeen
from orders.status import Status
from tests.backoffice import text_of
from tests.factories import PLACED, WAREHOUSE, make_access_key, make_channel, make_nfe_xml, make_order, make_snapshot

pytestmark = pytest.mark.django_db

Kind, State = ChannelUpdate.Kind, ChannelUpdate.State
SLOT = Way(choice={"way": "pickup", "slot": "9"}, group="Coleta · Rua Um", label="seg 23/11", usual=True)
OWN = Way(choice={"way": "own"}, group="Própria", label="", asks={"code": "Código"})


@pytest.fixture
def offered() -> Iterator[list[Way]]:
    """What the channel offers; empty: it cannot be asked."""
    ways: list[Way] = [SLOT, OWN]

    def ask(order: Order) -> Sequence[Way]:
        if not ways:
            raise CannotAsk("Fora do ar.")
        return ways

    before = list(arranging._answering)
    arranging.answers(ask)
    yield ways
    arranging._answering[:] = before


def order_to_arrange(**fields: object) -> Order:
    return make_order(status=Status.INVOICED, needs_arranging=True, **fields)


def arranged(order: Order) -> list[ChannelUpdate]:
    return list(order.updates.filter(kind=Kind.SHIPPING_ARRANGED).order_by("seq"))


class TestChoosing:
    def test_a_person_chooses_among_what_the_channel_offers(self, offered: list[Way], admin_client: Browser) -> None:
        order = order_to_arrange()
        url = f"/admin/orders/order/{order.pk}/do/arrange_shipping/"

        shown = text_of(admin_client.get(url))
        admin_client.post(url, {"way": SLOT.key})

        assert "Pela regra da conta (agora: Coleta · Rua Um: seg 23/11)" in shown
        event = order.events.get(kind=OrderEvent.Kind.SHIPPING_ARRANGED)
        assert event.data == {"choice": dict(SLOT.choice), "hand_over": SLOT.words}
        assert Order.objects.get().status == Status.SHIPPING_ARRANGED

    def test_what_a_way_needs_has_to_be_typed(self, offered: list[Way], admin_client: Browser) -> None:
        order = order_to_arrange()
        url = f"/admin/orders/order/{order.pk}/do/arrange_shipping/"

        refused = text_of(admin_client.post(url, {"way": OWN.key}))
        admin_client.post(url, {"way": OWN.key, "asked_code": "BR1"})

        assert "Código: preencha para esta forma de entrega." in refused
        assert order.events.get(kind=OrderEvent.Kind.SHIPPING_ARRANGED).data["choice"] == {"way": "own", "code": "BR1"}

    def test_without_an_answer_the_rule_can_still_be_chosen(self, offered: list[Way], admin_client: Browser) -> None:
        offered.clear()
        order = order_to_arrange()
        url = f"/admin/orders/order/{order.pk}/do/arrange_shipping/"

        shown = text_of(admin_client.get(url))
        admin_client.post(url, {"way": ""})

        assert "Fora do ar" in shown
        assert arranged(order)[0].event.data["choice"] == {}

    def test_an_order_that_nobody_arranges_offers_it_not(self) -> None:
        order = make_order(status=Status.INVOICED)

        assert "arrange_shipping" not in verbs.possible(order)
        with pytest.raises(NotAllowed):
            verbs.arrange_shipping(order, by=WAREHOUSE)


class TestAgain:
    def test_another_choice_replaces_what_was_not_told_yet(self) -> None:
        order = order_to_arrange(hold_until=timezone.now() + timedelta(minutes=40))
        verbs.arrange_shipping(order, by=WAREHOUSE, choice={"slot": "1"})

        verbs.arrange_shipping(order, by=WAREHOUSE, choice={"slot": "2"})

        assert [update.state for update in arranged(order)] == [State.SUPERSEDED, State.PENDING]

    def test_what_is_being_told_is_not_replaced(self) -> None:
        order = order_to_arrange()
        verbs.arrange_shipping(order, by=WAREHOUSE)
        order.updates.update(lease_until=timezone.now() + timedelta(minutes=1))

        with pytest.raises(NotAllowed, match="neste momento"):
            verbs.arrange_shipping(order, by=WAREHOUSE)

        assert [update.state for update in arranged(order)] == [State.PENDING]

    def test_what_was_told_stays(self) -> None:
        order = order_to_arrange()
        verbs.arrange_shipping(order, by=WAREHOUSE)
        order.updates.update(state=State.SENT)

        with pytest.raises(AlreadyDone):
            verbs.arrange_shipping(order, by=WAREHOUSE)

    def test_a_failed_pickup_needs_a_person_who_arranges_another_one(self) -> None:
        channel = make_channel()
        told = {"status": Status.SHIPPING_ARRANGED, "needs_arranging": True, "code": "A1"}
        receive(channel, [make_snapshot(**told)])
        receive(channel, [make_snapshot(**told, pickup_failed=True, updated_at=PLACED + timedelta(hours=5))])
        order = Order.objects.get()
        assert [a.reason for a in order.attentions.filter(cleared_at=None)] == [Attention.Reason.PICKUP_FAILED]
        assert "arrange_shipping" in verbs.possible(order)

        verbs.arrange_shipping(order, by=WAREHOUSE)
        # The channel has not heard of it yet.
        receive(channel, [make_snapshot(**told, pickup_failed=True, updated_at=PLACED + timedelta(hours=6))])

        assert not order.attentions.filter(cleared_at=None).exists()
        assert len(arranged(order)) == 1

    def test_a_pickup_that_fails_once_more_needs_a_person_once_more(self) -> None:
        channel = make_channel()
        told = {"status": Status.SHIPPING_ARRANGED, "needs_arranging": True, "code": "A1"}
        for hours, failed in ((1, True), (2, False), (3, True)):
            receive(channel, [make_snapshot(**told, pickup_failed=failed, updated_at=PLACED + timedelta(hours=hours))])

        attentions = Attention.objects.filter(reason=Attention.Reason.PICKUP_FAILED)

        assert [row.cleared_at is None for row in attentions.order_by("id")] == [False, True]


def refused_order(*, failed: bool) -> tuple[Order, str]:
    """Its NF-e was refused at once, or afterwards."""
    order = make_order(status=Status.APPROVED)
    key = make_access_key()
    verbs.invoice(order, access_key=key, by=WAREHOUSE)
    if failed:
        order.updates.update(state=State.FAILED)
    else:
        order.updates.update(state=State.SENT)
        Order.objects.update(refused_invoice=key)
    return Order.objects.get(pk=order.pk), key


class TestReplacing:
    @pytest.mark.parametrize("failed", [True, False])
    def test_a_refused_note_is_replaced_and_told_again(self, failed: bool) -> None:
        order, old = refused_order(failed=failed)
        new = make_access_key()

        verbs.replace_invoice(order, access_key=new, by=WAREHOUSE)

        assert Invoice.objects.get().access_key == new
        assert order.replaced_invoices.get().access_key == old
        assert order.events.get(kind=OrderEvent.Kind.INVOICE_REPLACED).data["replaced"] == old
        states = list(order.updates.order_by("seq").values_list("state", flat=True))
        assert states == [State.SUPERSEDED if failed else State.SENT, State.PENDING]

    def test_a_note_that_nobody_refused_stays(self) -> None:
        order = make_order(status=Status.APPROVED)
        verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

        with pytest.raises(NotAllowed):
            verbs.replace_invoice(order, access_key=make_access_key(), by=WAREHOUSE)
        with pytest.raises(Contradiction):
            verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
        assert "replace_invoice" not in verbs.possible(Order.objects.get())

    def test_what_waited_for_the_note_still_comes_after_it(self) -> None:
        order, _old = refused_order(failed=True)
        Order.objects.update(needs_arranging=True)
        verbs.arrange_shipping(order, by=WAREHOUSE)

        verbs.replace_invoice(order, access_key=make_access_key(), by=WAREHOUSE)

        waiting = order.updates.filter(state=State.PENDING).order_by("seq")
        assert [update.kind for update in waiting] == [Kind.INVOICED, Kind.SHIPPING_ARRANGED]

    def test_the_file_that_was_lacking_is_added_and_told(self) -> None:
        order = make_order(status=Status.APPROVED)
        key = make_access_key()
        verbs.invoice(order, access_key=key, by=WAREHOUSE)
        order.updates.update(state=State.FAILED)

        verbs.replace_invoice(order, xml=make_nfe_xml(key), by=WAREHOUSE)

        assert Invoice.objects.get().xml
        assert list(order.updates.order_by("seq").values_list("state", flat=True)) == [State.SUPERSEDED, State.PENDING]

    def test_a_refusal_afterwards_is_shown_once_and_ends_with_the_right_note(self) -> None:
        channel: Channel = make_channel()
        key = make_access_key()
        for hours, refused in ((1, "CFOP"), (2, "CFOP"), (3, "")):
            seen = InvoiceSeen(access_key=key, refused=refused)
            receive(channel, [make_snapshot(code="A1", invoices=(seen,), updated_at=PLACED + timedelta(hours=hours))])
            if hours == 2:
                open_ones = Attention.objects.get(reason=Attention.Reason.INVOICE_REFUSED, cleared_at=None)
                assert open_ones.detail == f"NF-e {key}: CFOP"

        assert not Attention.objects.filter(cleared_at=None).exists()
        assert Order.objects.get().refused_invoice == ""
