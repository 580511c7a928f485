"""Many orders at once: a page that says what will happen, then one result per order."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from orders import verbs
from orders.admin import bulk, jobs
from orders.models import Job, Order
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_channel, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office("orders.view_order", "orders.change_order")


def act(office: Office, action: str, orders: list[Order], **data: Any) -> Any:
    """Choose orders and an action in the list."""
    chosen = [order.pk for order in orders]
    return office.post("orders_order_changelist", action=action, _selected_action=chosen, index="0", **data)


def confirm(office: Office, **data: Any) -> Any:
    return office.post("orders_job_confirm", Job.objects.latest("id").pk, **data)


def test_nothing_happens_before_it_is_confirmed(office: Office) -> None:
    channel = make_channel(name="Loja")
    orders = [make_order(channel=channel, items=[("A", 1)]), make_order(channel=channel, status=Status.DELIVERED)]

    answer = act(office, "cancel", orders)

    page = text_of(answer)
    assert "Não dá para desfazer." in page
    assert all(order.code in page for order in orders)
    assert "1 deles ficará como está" in page
    assert "está “Entregue” e ficará como está" in page
    assert english_in(answer) == []
    assert not Order.objects.filter(status=Status.CANCELED).exists()


def test_cancel_asks_for_a_reason_and_keeps_the_choice(office: Office) -> None:
    order = make_order()
    act(office, "cancel", [order])

    page = text_of(confirm(office, reason=""))

    assert "Este campo é obrigatório." in page
    assert order.code in page
    assert Job.objects.get().state == Job.State.DRAFT


def test_each_order_gets_its_own_result_the_refused_first(office: Office) -> None:
    good, done, wrong = make_order(items=[("A", 2)]), make_order(), make_order(status=Status.SHIPPED)
    verbs.cancel(done, reason="Antes", by=WAREHOUSE)
    act(office, "cancel", [good, done, wrong])

    page = text_of(confirm(office, reason="Sem estoque"))

    assert "Concluída: 3 de 3." in page
    assert "Feito: 1" in page
    assert f"{done.code} O pedido já está cancelado." in page
    assert f"O pedido {wrong.code} está como “Enviado”" in page
    assert page.index(wrong.code) < page.index(done.code) < page.index(good.code)
    assert good.events.get().data["reason"] == "Sem estoque"
    assert good.events.get().by_name == "maria"


def test_confirming_a_second_time_changes_nothing(office: Office) -> None:
    order = make_order()
    act(office, "cancel", [order])
    confirm(office, reason="Sem estoque")

    page = text_of(confirm(office, reason="De novo"))

    assert "Concluída: 1 de 1." in page
    assert order.events.get().data["reason"] == "Sem estoque"


def test_delivered_orders_are_marked_in_one_go(office: Office) -> None:
    act(office, "deliver", [make_order(status=Status.SHIPPED) for _ in range(3)])

    page = text_of(confirm(office, delivered_at_0="20/11/2026", delivered_at_1="18:00"))

    assert "Concluída: 3 de 3." in page
    assert Order.objects.filter(status=Status.DELIVERED).count() == 3


def test_tracking_codes_are_pasted_for_many_orders_at_once(office: Office) -> None:
    first, second, third = (make_order(status=Status.INVOICED) for _ in range(3))
    third.trackings = [{"code": "TOLD1BR"}]
    third.save()
    filled_in = act(office, "ship", [first, second, third]).content.decode()
    assert f"{third.code}, TOLD1BR" in filled_in

    lines = f"{first.code}, QB1BR\n{third.code}\tTOLD1BR\n"
    page = text_of(confirm(office, trackings=lines, carrier="Correios", method=""))

    assert first.shipments.get().tracking_code == "QB1BR"
    assert third.shipments.get().carrier == "Correios"
    assert f"{second.code} Informe o código de rastreio." in page


def test_a_tracking_code_of_an_order_that_was_not_chosen_is_named(office: Office) -> None:
    order = make_order(status=Status.INVOICED)
    act(office, "ship", [order])

    page = text_of(confirm(office, trackings=f"{order.code}, QB1\nOutro-1, QB2"))

    assert "“Outro-1, QB2”: nenhum dos pedidos escolhidos tem este código." in page
    assert not order.shipments.exists()


def test_too_many_are_refused_in_words(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)

    page = text_of(act(office, "cancel", [make_order() for _ in range(3)]))

    assert "Escolha no máximo 2 pedidos por vez." in page


def test_all_pages_means_all_that_the_filters_leave(office: Office) -> None:
    for number in range(60):
        make_order(code=f"here-{number}", status=Status.NEW)
    other = make_order(code="there-1")
    address = "/admin/orders/order/?status__exact=NEW"
    shown = Order.objects.filter(status=Status.NEW)[:50]

    chosen = {"action": "cancel", "_selected_action": [order.pk for order in shown], "select_across": "1", "index": "0"}
    office.client.post(address, chosen)

    assert Job.objects.get().rows.count() == 60
    assert not Job.objects.get().rows.filter(order=other).exists()


def test_long_work_is_left_to_the_workers_and_its_page_shows_how_far_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.start, "__kwdefaults__", {"at_once": 1})
    orders = [make_order() for _ in range(2)]
    act(office, "cancel", orders)

    page = text_of(confirm(office, reason="Sem estoque"))
    assert "0 de 2 concluídos. Você pode sair desta página" in page
    job = Job.objects.get()
    jobs.jobs.work(job.pk)
    assert "Concluída: 2 de 2." in text_of(office.get("orders_job_progress", job.pk))


def test_results_can_be_taken_along_and_are_harmless_in_a_spreadsheet(office: Office) -> None:
    order = make_order(code="=1+1")
    act(office, "cancel", [order])
    confirm(office, reason="Sem estoque")

    answer = office.get("orders_job_results", Job.objects.get().pk)

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["Linha;Desfecho;Resultado", "'=1+1;Feito;Feito."]


def test_work_that_somebody_else_asked_for_is_not_shown(office: Office) -> None:
    act(office, "cancel", [make_order()])
    job = Job.objects.get()
    Job.objects.update(user=User.objects.create_user("joana"))

    assert office.get("orders_job_progress", job.pk).status_code == 404
    assert office.post("orders_job_confirm", job.pk, reason="x").status_code == 404
    assert str(job.created_at.year) not in text_of(office.get("orders_job_changelist"))


def test_who_may_only_read_has_no_verbs() -> None:
    order = make_order()

    page = act(Office("orders.view_order"), "cancel", [order])

    assert not Job.objects.exists()
    assert "Cancelar, com motivo" not in text_of(page)
