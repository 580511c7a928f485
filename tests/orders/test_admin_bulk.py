"""Many orders at once: a page that says what will happen, then one line per order."""

from typing import Any

import pytest

from orders import verbs
from orders.admin import bulk
from orders.models import Order
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_channel, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office("orders.view_order", "orders.change_order")


def act(office: Office, action: str, orders: list[Order], **data: Any) -> Any:
    chosen = [order.pk for order in orders]
    return office.post("orders_order_changelist", action=action, _selected_action=chosen, **data)


def test_nothing_happens_before_it_is_confirmed(office: Office) -> None:
    channel = make_channel(name="Loja")
    orders = [make_order(channel=channel, items=[("A", 1)]), make_order(channel=channel, status=Status.DELIVERED)]

    answer = act(office, "cancel_selected", orders)

    page = text_of(answer)
    assert "Não dá para desfazer." in page
    assert all(order.code in page for order in orders)
    assert page.count("ficará como está") == 1
    assert english_in(answer) == []
    assert not Order.objects.filter(status=Status.CANCELED).exists()


def test_cancel_asks_for_a_reason_and_keeps_the_choice(office: Office) -> None:
    order = make_order()

    answer = act(office, "cancel_selected", [order], confirmed="1", reason="")

    assert "Este campo é obrigatório." in text_of(answer)
    assert f'name="_selected_action" value="{order.pk}"' in answer.content.decode()


def test_each_order_gets_its_own_result(office: Office) -> None:
    good, done, wrong = make_order(items=[("A", 2)]), make_order(), make_order(status=Status.SHIPPED)
    verbs.cancel(done, reason="Antes", by=WAREHOUSE)

    page = text_of(act(office, "cancel_selected", [good, done, wrong], confirmed="1", reason="Sem estoque"))

    assert "1 de 3 concluídos." in page
    assert f"{good.code} Cancelado. O canal será avisado." in page
    assert f"{done.code} O pedido já está cancelado." in page
    assert f"O pedido {wrong.code} está como “Enviado”" in page
    assert good.events.get().data["reason"] == "Sem estoque"


def test_delivered_orders_are_marked_in_one_go(office: Office) -> None:
    orders = [make_order(status=Status.SHIPPED) for _ in range(3)]

    page = text_of(
        act(
            office,
            "deliver_selected",
            orders,
            confirmed="1",
            delivered_at_0="20/11/2026",
            delivered_at_1="18:00",
        )
    )

    assert "3 de 3 concluídos." in page
    assert Order.objects.filter(status=Status.DELIVERED).count() == 3


def test_too_many_are_refused_in_words(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    orders = [make_order() for _ in range(3)]

    page = text_of(act(office, "cancel_selected", orders))

    assert "Escolha no máximo 2 pedidos por vez." in page


def test_who_may_only_read_has_no_actions() -> None:
    order = make_order()

    act(Office("orders.view_order"), "cancel_selected", [order], confirmed="1", reason="x")

    assert Order.objects.get().status == Status.APPROVED
