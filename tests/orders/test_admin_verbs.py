"""The buttons of an order: each form works, says what is wrong where it is wrong, and keeps what was typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from orders import verbs
from orders.admin.seen import newest_event
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


class TestInADialog:
    """What the page's own script asks for; without it the same forms are pages."""

    def test_the_form_comes_without_the_page(self, office: Office) -> None:
        html = self.ask(office, make_order(), "invoice").content.decode()

        assert html.lstrip().startswith("<form")

    def test_a_refusal_brings_the_form_back_and_success_says_where_to_go(self, office: Office) -> None:
        order = make_order()

        assert "Digite a chave de acesso" in text_of(self.send(office, order, "invoice", access_key=""))
        assert self.send(office, order, "invoice", access_key=make_access_key(3)).json() == {
            "go": f"/admin/orders/order/{order.pk}/change/"
        }
        assert status_of(order) == Status.INVOICED

    def test_what_is_no_longer_possible_leads_back_to_the_order(self, office: Office) -> None:
        assert "go" in self.ask(office, make_order(status=Status.DELIVERED), "ship").json()

    @staticmethod
    def ask(office: Office, order: Order, verb: str) -> Any:
        return office.client.get(f"/admin/orders/order/{order.pk}/do/{verb}/", headers={"x-dialog": "1"})

    @staticmethod
    def send(office: Office, order: Order, verb: str, **data: Any) -> Any:
        return office.client.post(f"/admin/orders/order/{order.pk}/do/{verb}/", data, headers={"x-dialog": "1"})


class TestCheckedAsItIsTyped:
    def test_a_key_is_understood_and_nothing_is_recorded(self, office: Office) -> None:
        order = make_order()
        key = make_access_key(780)

        found = self.check(office, order, "invoice", access_key=key)

        assert found["errors"] == {}
        assert "NF-e 780, série 1" in found["understood"]
        assert "11.222.333/0001-81 (SP)" in found["understood"]
        assert (status_of(order), Invoice.objects.count(), ChannelUpdate.objects.count()) == (Status.APPROVED, 0, 0)

    def test_a_key_of_another_order_is_told_before_it_is_sent(self, office: Office) -> None:
        key = make_access_key(781)
        other = make_order()
        verbs.invoice(other, access_key=key, by=WAREHOUSE)

        found = self.check(office, make_order(), "invoice", access_key=key)

        assert other.code in found["errors"]["access_key"]

    def test_a_dropped_file_is_read(self, office: Office) -> None:
        file = SimpleUploadedFile("nfe.xml", make_nfe_xml(make_access_key(782)))

        assert "NF-e 782" in self.check(office, make_order(), "invoice", xml=file)["understood"]

    def test_who_may_not_invoice_gets_no_answer(self) -> None:
        packer = Office("orders.view_order", "orders.ship_order")
        url = f"/admin/orders/order/{make_order().pk}/do/invoice/"

        assert packer.client.post(url, {}, headers={"x-check": "1"}).status_code == 403

    @staticmethod
    def check(office: Office, order: Order, verb: str, **data: Any) -> Any:
        answer = office.client.post(f"/admin/orders/order/{order.pk}/do/{verb}/", data, headers={"x-check": "1"})
        return answer.json()


class TestCorrectingAShipment:
    """Edit what failed and send it again, where it stands."""

    def shipped(self, **update: Any) -> tuple[Order, Shipment]:
        order = make_order(status=Status.INVOICED)
        shipment = verbs.ship(order, tracking_code="ERRADO", carrier="Correios", by=WAREHOUSE)
        ChannelUpdate.objects.update(**update)
        return order, shipment

    def correct(self, office: Office, shipment: Shipment, **data: Any) -> Any:
        url = f"/admin/orders/order/{shipment.order_id}/do/correct_shipment/?about={shipment.pk}"
        return office.client.post(url, {"seen": newest_event(shipment.order_id), **data}, follow=True)

    def test_the_refused_code_is_replaced_and_sent_again(self, office: Office) -> None:
        order, shipment = self.shipped(state=ChannelUpdate.State.FAILED, attempts=3, last_error="Código inválido")

        assert f"?about={shipment.pk}" in office.get("orders_order_change", order.pk).content.decode()
        answer = self.correct(office, shipment, tracking_code="QB1BR", carrier="Correios")

        shipment.refresh_from_db()
        update = ChannelUpdate.objects.get()
        assert "Corrigido. O canal será avisado com os dados novos." in text_of(answer)
        assert (shipment.tracking_code, update.state, update.attempts) == ("QB1BR", ChannelUpdate.State.PENDING, 0)
        assert "Agora: QB1BR Antes: ERRADO" in text_of(answer)
        assert order.events.latest("id").by_name == "maria"

    @pytest.mark.parametrize(
        "told",
        [
            {"state": ChannelUpdate.State.SENT},
            {"lease_until": timezone.now() + timedelta(days=1)},
            {"state": ChannelUpdate.State.FAILED, "outcome_unknown": True},
        ],
        ids=["sent", "being sent", "perhaps sent"],
    )
    def test_what_the_channel_may_know_is_not_rewritten(self, office: Office, told: dict[str, Any]) -> None:
        order, shipment = self.shipped(**told)

        answer = self.correct(office, shipment, tracking_code="QB1BR")

        shipment.refresh_from_db()
        assert "O canal já conhece esta remessa" in text_of(answer)
        assert shipment.tracking_code == "ERRADO"
        assert "?about=" not in office.get("orders_order_change", order.pk).content.decode()

    def test_what_is_on_hold_keeps_its_hour(self, office: Office) -> None:
        due_at = timezone.now() + timedelta(minutes=40)
        _order, shipment = self.shipped(due_at=due_at)

        self.correct(office, shipment, tracking_code="QB1BR")

        assert ChannelUpdate.objects.get().due_at == due_at

    def test_a_code_of_another_shipment_is_told_at_its_field(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 2)])
        verbs.ship(order, tracking_code="QB1BR", items=[("A", 1)], by=WAREHOUSE)
        shipment = verbs.ship(order, tracking_code="ERRADO", items=[("A", 1)], by=WAREHOUSE)

        answer = self.correct(office, shipment, tracking_code="QB1BR")

        assert error_at(answer, "tracking_code") == "Outra remessa do pedido tem este código de rastreio."


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
        seen = newest_event(order.pk)
        verbs.invoice(order, access_key=make_access_key(9), by=WAREHOUSE)

        answer = office.do(order, "cancel", reason="Avariado", units_0="1", seen=seen)

        assert "Enquanto isso aconteceu algo com este pedido." in text_of(answer)
        assert "Nota fiscal registrada Aprovado → Faturado" in text_of(answer)
        assert "Armazém wms" in text_of(answer)
        assert (status_of(order), value_of(answer, "seen")) == (Status.INVOICED, str(newest_event(order.pk)))
        office.do(order, "cancel", reason="Avariado", units_0="1", seen=value_of(answer, "seen"))
        assert status_of(order) == Status.CANCELED

    def test_a_note_or_an_old_message_disturbs_nobody(self, office: Office) -> None:
        order = make_order()
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.IGNORED, by_kind="CHANNEL", by_name="loja")

        office.do(order, "cancel", reason="Avariado", units_0="1", seen="0")

        assert status_of(order) == Status.CANCELED

    def test_who_ships_what_somebody_else_just_shipped_sees_it(self, office: Office) -> None:
        order = make_order(status=Status.INVOICED, items=[("A", 2)])
        seen = newest_event(order.pk)
        verbs.ship(order, tracking_code="QB1", items=[("A", 1)], by=WAREHOUSE)

        answer = office.do(order, "ship", tracking_code="QB2", units_0="1", seen=seen)

        assert "Código de rastreio QB1" in text_of(answer)
        assert value_of(answer, "tracking_code") == "QB2"
        assert Shipment.objects.count() == 1


def test_a_verb_that_is_not_possible_leads_back_with_the_reason(office: Office) -> None:
    order = make_order(status=Status.DELIVERED)

    answer = office.client.get(f"/admin/orders/order/{order.pk}/do/ship/", follow=True)

    assert "Só é possível enquanto o pedido está: Faturado" in text_of(answer)


def test_there_are_no_other_verbs(office: Office) -> None:
    assert office.get("orders_order_verb", make_order().pk, "destroy").status_code == 404
