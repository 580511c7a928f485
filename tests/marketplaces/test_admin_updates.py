"""Updates for channels in the back office: failures first, why each waits, and what to do about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders import verbs
from orders.models import Attention, ChannelUpdate, ChannelUpdateAttempt
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_access_key, make_account, make_channel, make_order

pytestmark = pytest.mark.django_db
State = ChannelUpdate.State


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def make_update(code: str, **fields: Any) -> ChannelUpdate:
    """The update of an order that was just invoiced, in the state given."""
    channel = make_channel(name="Loja")
    make_account(channel=channel)
    order = make_order(channel=channel, code=code)
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    order.updates.update(**fields)
    return order.updates.get()


def failed(code: str = "failed-1") -> ChannelUpdate:
    update = make_update(
        code,
        state=State.FAILED,
        failure="REJECTED",
        attempts=1,
        last_error="HTTP 422: nota já usada",
        finished_at=timezone.now(),
    )
    Attention.objects.create(order=update.order, reason=Attention.Reason.UPDATE_FAILED, detail=update.last_error)
    return update


def test_failures_come_first_then_what_is_due_next(office: Office) -> None:
    make_update("later-1", due_at=timezone.now() + timedelta(hours=1))
    make_update("sooner-1")
    failed()
    make_update("sent-1", state=State.SENT)

    page = text_of(office.get("orders_channelupdate_changelist"))

    assert page.index("failed-1") < page.index("sooner-1") < page.index("later-1")
    assert "sent-1" not in page
    assert "HTTP 422: nota já usada" in page
    assert "sent-1" in text_of(office.get("orders_channelupdate_changelist", state="SENT"))
    assert "sent-1" in text_of(office.get("orders_channelupdate_changelist", state="ALL"))


def test_an_update_is_found_by_what_its_order_is_found_by(office: Office) -> None:
    failed("Submarino-77")
    failed("Other-1")

    page = text_of(office.get("orders_channelupdate_changelist", q="Submarino-77"))

    assert "Submarino-77" in page
    assert "Other-1" not in page


def test_its_page_tells_every_attempt(office: Office) -> None:
    update = failed("Submarino-1")
    ChannelUpdateAttempt.objects.create(
        update=update, outcome="REJECTED", request="POST /pedidos", response="422 <b>", detail="nota já usada"
    )

    answer = office.get("orders_channelupdate_change", update.pk)

    page = text_of(answer)
    assert "Recusada" in page
    assert "POST /pedidos" in page
    assert "422 <b>" in page
    assert "<b>" not in answer.content.decode()
    assert english_in(answer) == []


def test_a_failed_one_is_sent_again_from_the_orders_page(office: Office) -> None:
    update = failed()
    page = office.get("orders_order_change", update.order_id)
    assert "HTTP 422: nota já usada" in text_of(page)

    answer = office.post(
        "orders_channelupdate_settle", update.pk, "retry", next=f"/admin/orders/order/{update.order_id}/change/"
    )

    assert answer.redirect_chain[-1][0] == f"/admin/orders/order/{update.order_id}/change/"
    assert "1 atualização será enviada de novo." in text_of(answer)
    update.refresh_from_db()
    assert (update.state, update.failure) == (State.PENDING, "")


def test_a_skipped_one_is_told_by_name_and_needs_nobody_any_more(office: Office) -> None:
    update = failed()

    page = text_of(office.post("orders_channelupdate_settle", update.pk, "skip"))

    assert "1 atualização pulada." in page
    update.refresh_from_db()
    assert update.state == State.SKIPPED
    assert not Attention.objects.filter(cleared_at=None).exists()
    assert "Pulado: Informar a nota fiscal" in office.order_page(update.order)
    assert "Pessoa maria" in office.order_page(update.order)


def test_many_are_sent_again_and_the_others_are_named(office: Office) -> None:
    chosen = [failed("a-1"), failed("b-1"), make_update("c-1", state=State.SENT)]

    answer = office.post(
        "orders_channelupdate_changelist", action="retry_selected", _selected_action=[update.pk for update in chosen]
    )

    page = text_of(answer)
    assert "2 atualizações serão enviadas de novo." in page
    assert ChannelUpdate.objects.filter(state=State.PENDING).count() == 2
    assert ChannelUpdate.objects.filter(state=State.SENT).count() == 1


def test_why_it_waits_stands_beside_it(office: Office) -> None:
    first = failed()
    verbs.ship(first.order, tracking_code="QB1", by=WAREHOUSE)

    page = office.order_page(first.order)

    assert "“Informar a nota fiscal” vem antes e falhou." in page


def test_nobody_is_led_to_another_site(office: Office) -> None:
    answer = office.post(
        "orders_channelupdate_settle", failed().pk, "retry", next="https://evil.example/", follow=False
    )

    assert answer.url == "/admin/orders/channelupdate/"


def test_who_may_only_read_sees_no_buttons() -> None:
    update = failed()
    reader = Office("orders.view_order", "orders.view_channelupdate")

    assert "Enviar de novo" not in reader.order_page(update.order)
    assert reader.post("orders_channelupdate_settle", update.pk, "retry").status_code == 403
    assert reader.post("orders_channelupdate_settle", update.pk, "other").status_code == 403


def test_an_empty_list_is_good_news(office: Office) -> None:
    assert "Cada canal sabe o que precisa saber." in text_of(office.get("orders_channelupdate_changelist"))


def test_those_that_failed_alike_are_sent_again_together(office: Office) -> None:
    for n in range(3):
        update = failed(f"Submarino-{n}")
        ChannelUpdate.objects.filter(pk=update.pk).update(last_error=f"HTTP 422: pedido {n}{n} já faturado")
    other = failed("Submarino-99")

    page = office.get("orders_channelupdate_changelist")
    words = "HTTP …: pedido … já faturado"
    assert [(group["count"], group["alike"]) for group in page.context["groups"]] == [(3, words)]
    assert english_in(page) == []
    listed = text_of(office.get("orders_channelupdate_changelist", state="FAILED", alike=words))
    assert "Submarino-0" in listed
    assert "Submarino-99" not in listed

    answer = text_of(office.post("orders_channelupdate_alike", alike=words))

    assert "3 atualizações" in answer
    assert set(ChannelUpdate.objects.exclude(pk=other.pk).values_list("state", flat=True)) == {State.PENDING}
    assert ChannelUpdate.objects.get(pk=other.pk).state == State.FAILED


def test_who_may_only_read_sends_no_group_again() -> None:
    failed()
    reader = Office("orders.view_channelupdate")

    assert reader.post("orders_channelupdate_alike", alike="x").status_code == 403
