"""The buttons of an order: each form works, says what is wrong where it is wrong, and keeps what was typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from orders import verbs
from orders.models import ChannelUpdate, Invoice, Order, OrderEvent, Shipment
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_nfe_xml, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office("orders.view_order", "orders.change_order")


def status_of(order: Order) -> str:
    return Order.objects.values_list("status", flat=True).get(pk=order.pk)


def error_at(answer: Any, field: str) -> str:
    """What stands under a field of the form that came back."""
    assert answer.status_code == 200
    return " ".join(answer.context["form"].errors.get(field, []))


def value_of(answer: Any, field: str) -> str:
    found = re.search(
        rf'name="{field}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{field}"', answer.content.decode()
    )
    return (found[1] or found[2]) if found else ""


@pytest.mark.parametrize(
    "verb", ["invoice", "ship", "deliver", "fail_delivery", "cancel", "start_return", "receive_return"]
)
def test_every_form_opens_in_portuguese(office: Office, verb: str) -> None:
    status = next(status for status in Status if verb in verbs.possible(make_order(status=status)))
    order = make_order(status=status, channel=make_channel(name="Loja"))

    answer = office.get("orders_order_verb", order.pk, verb)

    assert answer.status_code == 200
    assert english_in(answer) == []


class TestInvoice:
    def test_the_access_key_is_recorded_and_the_person_is_named(self, office: Office) -> None:
        order = make_order()
        key = make_access_key(42)

        answer = office.do(order, "invoice", access_key=f"{key[:20]} {key[20:]}", volumes="2")

        assert "Nota fiscal registrada. O canal será avisado." in text_of(answer)
        assert (Invoice.objects.get().access_key, Invoice.objects.get().volumes) == (key, 2)
        assert (order.events.get().by_kind, order.events.get().by_name) == (OrderEvent.By.USER, "maria")
        assert ChannelUpdate.objects.get().kind == ChannelUpdate.Kind.INVOICED

    def test_a_mistyped_key_is_told_at_its_field_and_nothing_is_lost(self, office: Office) -> None:
        order = make_order()
        key = make_access_key(42)
        wrong = key[:-1] + str((int(key[-1]) + 1) % 10)

        answer = office.do(order, "invoice", access_key=wrong, volumes="2")

        assert "O último dígito da chave de acesso" in error_at(answer, "access_key")
        assert value_of(answer, "access_key") == wrong
        assert value_of(answer, "volumes") == "2"
        assert status_of(order) == Status.APPROVED

    def test_the_xml_is_enough(self, office: Office) -> None:
        order = make_order(total="15.00")
        key = make_access_key(43)

        office.do(order, "invoice", xml=SimpleUploadedFile("nfe.xml", make_nfe_xml(key)))

        assert Invoice.objects.get().access_key == key

    def test_a_file_that_is_none_is_told_at_its_field(self, office: Office) -> None:
        answer = office.do(make_order(), "invoice", xml=SimpleUploadedFile("x.xml", b"hello"))

        assert error_at(answer, "xml") == "O arquivo não é um XML legível."

    def test_neither_key_nor_file_is_asked_for(self, office: Office) -> None:
        answer = office.do(make_order(), "invoice", access_key="")

        assert error_at(answer, "access_key") == "Digite a chave de acesso ou escolha o arquivo da NF-e."


class TestShip:
    def test_chosen_units_leave_and_the_rest_stays(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 2), ("B", 1)])

        office.do(order, "ship", tracking_code="QB1", carrier="Correios", units_0="1", units_1="0")

        shipment = Shipment.objects.get()
        assert (shipment.tracking_code, shipment.carrier) == ("QB1", "Correios")
        assert [(item.item.sku, item.quantity) for item in shipment.items.all()] == [("A", 1)]
        assert status_of(order) == Status.INVOICED

    def test_all_that_is_left_is_proposed(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 2), ("A", 1), ("B", 1)])

        page = office.get("orders_order_verb", order.pk, "ship")

        assert (value_of(page, "units_0"), value_of(page, "units_1")) == ("3", "1")
        office.do(order, "ship", tracking_code="QB1", units_0="3", units_1="1")
        assert status_of(order) == Status.SHIPPED

    def test_more_than_is_left_is_told_at_that_item(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 2)])

        answer = office.do(order, "ship", tracking_code="QB1", units_0="3")

        assert error_at(answer, "units_0") == "Só há 2."
        assert value_of(answer, "tracking_code") == "QB1"
        assert not Shipment.objects.exists()

    def test_no_unit_at_all_is_no_shipment(self, office: Office) -> None:
        answer = office.do(make_order(status=Status.INVOICED), "ship", tracking_code="QB1", units_0="0")

        assert error_at(answer, "items") == "Informe ao menos uma unidade."

    def test_a_tracking_code_of_other_items_is_told_at_the_items(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 1), ("B", 1)])
        verbs.ship(order, tracking_code="QB1", items=[("A", 1)], by=WAREHOUSE)

        answer = office.do(order, "ship", tracking_code="QB1", units_0="1")

        assert "O código de rastreio QB1 já está registrado" in error_at(answer, "items")
        assert "O código de rastreio QB1 já está registrado" in text_of(answer)


class TestDeliver:
    def test_the_day_is_recorded(self, office: Office) -> None:
        shipped_at = timezone.now() - timedelta(days=3)
        order = make_order(status=Status.SHIPPED, shipped_at=shipped_at)
        at = timezone.localtime() - timedelta(days=1)

        office.do(order, "deliver", delivered_at_0=f"{at:%d/%m/%Y}", delivered_at_1=f"{at:%H:%M}")

        assert Order.objects.get().delivered_at == at.replace(second=0, microsecond=0)

    def test_a_day_before_the_shipment_is_told_at_its_field(self, office: Office) -> None:
        order = make_order(status=Status.SHIPPED, shipped_at=timezone.now() - timedelta(days=1))

        answer = office.do(order, "deliver", delivered_at_0="01/01/2020", delivered_at_1="10:00")

        assert error_at(answer, "delivered_at") == "A entrega não pode ser anterior ao despacho."
        assert value_of(answer, "delivered_at_0") == "01/01/2020"

    def test_the_future_is_refused(self, office: Office) -> None:
        answer = office.do(
            make_order(status=Status.SHIPPED), "deliver", delivered_at_0="01/01/2099", delivered_at_1="10:00"
        )

        assert error_at(answer, "delivered_at") == "A entrega não pode estar no futuro."


class TestOthers:
    def test_a_failed_delivery_wants_a_reason(self, office: Office) -> None:
        order = make_order(status=Status.SHIPPED)

        assert error_at(office.do(order, "fail_delivery"), "reason") == "Este campo é obrigatório."
        office.do(order, "fail_delivery", reason="Endereço não existe")

        assert status_of(order) == Status.DELIVERY_FAILED
        assert order.events.get().data["reason"] == "Endereço não existe"

    def test_cancel_says_first_what_will_happen(self, office: Office) -> None:
        order = make_order(channel=make_channel(name="Loja principal"), items=[("A", 2)])

        page = text_of(office.get("orders_order_verb", order.pk, "cancel"))

        assert "também será cancelado em Loja principal. Com todas as 2 unidades que restam" in page
        assert "Não dá para desfazer." in page
        office.do(order, "cancel", reason="Avariado", units_0="2")
        assert status_of(order) == Status.CANCELED

    def test_some_units_are_canceled_alone(self, office: Office) -> None:
        order = make_order(items=[("A", 2)])

        office.do(order, "cancel", reason="Avariado", units_0="1")

        assert (status_of(order), order.items.get().quantity_canceled) == (Status.APPROVED, 1)

    @pytest.mark.parametrize(("answer", "accepted"), [("yes", True), ("no", False)])
    def test_the_buyer_gets_an_answer(self, office: Office, answer: str, accepted: bool) -> None:
        order = make_order(cancel_requested_at=timezone.now(), cancel_request_reason="Comprei errado")
        assert "Comprei errado" in text_of(office.get("orders_order_verb", order.pk, "answer_cancel_request"))

        office.do(order, "answer_cancel_request", accept=answer)

        assert Order.objects.get().cancel_accepted is accepted


class TestTwoPeople:
    def test_who_comes_second_with_the_same_is_told_so(self, office: Office) -> None:
        order = make_order()
        verbs.cancel(order, reason="Primeiro", by=WAREHOUSE)

        answer = office.do(order, "cancel", reason="Segundo", units_0="1")

        assert "O pedido já está cancelado." in text_of(answer)
        assert [event.data["reason"] for event in order.events.all()] == ["Primeiro"]

    def test_who_comes_too_late_reads_why_and_overwrites_nothing(self, office: Office) -> None:
        order = make_order()
        verbs.cancel(order, reason="Primeiro", by=WAREHOUSE)

        answer = office.do(order, "invoice", access_key=make_access_key(9))

        assert f"O pedido {order.code} está como “Cancelado”" in text_of(answer)
        assert value_of(answer, "access_key") == make_access_key(9)
        assert not Invoice.objects.exists()

    def test_an_order_that_moved_on_meanwhile_is_looked_at_again_first(self, office: Office) -> None:
        order = make_order()
        verbs.invoice(order, access_key=make_access_key(9), by=WAREHOUSE)

        answer = office.do(order, "cancel", reason="Avariado", units_0="1")

        assert "Enquanto isso o pedido passou a “Faturado”." in text_of(answer)
        assert status_of(order) == Status.INVOICED
        order.refresh_from_db()
        office.do(order, "cancel", reason="Avariado", units_0="1")
        assert status_of(order) == Status.CANCELED


def test_a_verb_that_is_not_possible_leads_back_with_the_reason(office: Office) -> None:
    order = make_order(status=Status.DELIVERED)

    answer = office.client.get(f"/admin/orders/order/{order.pk}/do/ship/", follow=True)

    assert "Isto não é possível enquanto o pedido está como “Entregue”." in text_of(answer)


def test_there_are_no_other_verbs(office: Office) -> None:
    assert office.get("orders_order_verb", make_order().pk, "destroy").status_code == 404
