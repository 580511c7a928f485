"""The page of an order: everything on one screen."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders import verbs
from orders.models import Actor, Attention, ChannelUpdate, Order, OrderEvent
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_access_key, make_account, make_channel, make_order

pytestmark = pytest.mark.django_db
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ADDRESS = {
    "recipient": "Ana Lima",
    "street": "Rua das Flores",
    "number": "130",
    "complement": "Apto 41",
    "neighborhood": "Centro",
    "city": "São Paulo",
    "state": "SP",
    "postcode": "01001000",
    "phone": "11988887777",
}


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def test_it_shows_buyer_address_and_amounts_as_brazilians_write_them(office: Office) -> None:
    order = make_order(
        buyer_name="Ana Lima",
        buyer_document="52998224725",
        buyer_phones=["+5511988887777"],
        shipping_address=ADDRESS,
        billing_address=ADDRESS,
        items=[("CAM-AZ-M", 3)],
        shipping_cost=Decimal("5.50"),
        discount=Decimal("1.00"),
        total=Decimal("34.50"),
        placed_at=datetime(2026, 11, 20, 9, 5, tzinfo=SAO_PAULO),
    )

    page = office.order_page(order)

    for words in (
        "529.982.247-25",
        "(11) 98888-7777",
        "Rua das Flores, 130 – Apto 41",
        "São Paulo – SP · CEP 01001-000",
        "O endereço de cobrança é o mesmo.",
        "R$ 30,00",
        "R$ 5,50",
        "−R$ 1,00",
        "R$ 34,50",
        "20/11/2026 09:05",
    ):
        assert words in page
    assert "diferença" not in page


def test_parts_that_do_not_add_up_are_shown(office: Office) -> None:
    order = make_order(items=[("A", 1)], total=Decimal("12.34"))

    assert "As partes somam R$ 10,00; diferença R$ 2,34" in office.order_page(order)


def test_it_tells_the_whole_way_with_who_and_when(office: Office) -> None:
    order = make_order(items=[("A", 2)])
    key = make_access_key(780)
    verbs.invoice(order, access_key=key, by=WAREHOUSE, volumes=3)
    verbs.ship(
        order,
        tracking_code="QB1BR",
        carrier="Correios",
        tracking_url="https://track.example/QB1BR",
        by=Actor.user("ana"),
    )

    answer = office.get("orders_order_change", order.pk)
    page = text_of(answer)

    assert "NF-e 780 · série 1" in page
    assert f"{key[:4]} {key[4:8]}" in page
    assert "QB1BR" in page
    assert 'href="https://track.example/QB1BR"' in answer.content.decode()
    assert "Nota fiscal registrada Aprovado → Faturado" in page
    assert "Armazém wms" in page
    assert "Pessoa ana" in page
    assert page.index("Despacho registrado") < page.index("Nota fiscal registrada")


def test_a_link_that_a_browser_should_not_open_is_no_link(office: Office) -> None:
    evil = "javascript:alert(1)"
    order = make_order(trackings=[{"code": "QB1BR", "url": evil}], buyer_name="<script>alert(2)</script>")

    html = office.get("orders_order_change", order.pk).content.decode()

    assert evil not in html
    assert "<script>alert(2)" not in html


def test_withheld_buyer_data_is_explained(office: Office) -> None:
    order = make_order(masked=True, buyer_name="", buyer_document="")

    assert "Por enquanto o canal retém os dados do comprador" in office.order_page(order)


def test_what_needs_attention_says_what_to_do_and_is_resolved_by_name(office: Office) -> None:
    order = make_order()
    attention = Attention.objects.create(
        order=order, reason=Attention.Reason.TOTAL_MISMATCH, detail="O total do canal é outro."
    )
    page = office.order_page(order)
    assert "As partes não somam o total" in page
    assert "O total do canal é outro." in page
    assert "Compare os valores com o site do próprio canal" in page

    page = text_of(office.post("orders_order_resolve", order.pk, attention.pk))

    assert "Marcado como resolvido." in page
    assert "Compare os valores" not in page
    attention.refresh_from_db()
    assert attention.cleared_by == "maria"
    assert order.events.get().kind == OrderEvent.Kind.RESOLVED

    assert "Isto já está resolvido." in text_of(office.post("orders_order_resolve", order.pk, attention.pk))


def test_resolving_is_not_done_by_following_a_link(office: Office) -> None:
    attention = Attention.objects.create(order=make_order(), reason=Attention.Reason.TOTAL_MISMATCH)

    assert office.get("orders_order_resolve", attention.order_id, attention.pk).status_code == 405


@pytest.mark.parametrize("status", list(Status))
def test_buttons_are_shown_only_where_they_work(office: Office, status: Status) -> None:
    order = make_order(status=status)

    html = office.get("orders_order_change", order.pk).content.decode()

    shown = {verb for verb in ("invoice", "ship", "deliver", "fail_delivery", "cancel") if f"/do/{verb}/" in html}
    assert shown == verbs.possible(order) & {"invoice", "ship", "deliver", "fail_delivery", "cancel"}


def test_who_may_only_read_gets_no_buttons() -> None:
    reader = Office("orders.view_order")
    order = make_order()
    Attention.objects.create(order=order, reason=Attention.Reason.TOTAL_MISMATCH)

    html = reader.get("orders_order_change", order.pk).content.decode()

    assert order.code in html
    assert "/do/" not in html
    assert "/resolve/" not in html
    assert reader.get("orders_order_verb", order.pk, "cancel").status_code == 403


def road_of(office: Office, order: Order) -> list[str]:
    return [step.word for step in office.get("orders_order_change", order.pk).context["path"]]


def test_the_road_shows_where_the_order_stands(office: Office) -> None:
    delivered = road_of(office, make_order(status=Status.DELIVERED))
    canceled = road_of(office, make_order(status=Status.CANCELED, canceled_at=timezone.now()))

    assert "Envio combinado" not in delivered
    assert "Cancelado" in canceled
    assert "Enviado" not in canceled


def test_an_order_on_hold_says_until_when(office: Office) -> None:
    order = make_order(hold_until=timezone.now() + timedelta(minutes=42, seconds=30))

    page = office.get("orders_order_change", order.pk)
    assert "faltam 42 min" in text_of(page)
    assert 'data-left="faltam %(time)s"' in page.content.decode()


def test_its_price_is_bounded(office: Office) -> None:
    channel = make_channel()
    make_account(channel=channel)
    order = make_order(channel=channel, items=[(f"SKU-{n}", 1) for n in range(30)])
    verbs.invoice(order, access_key=make_access_key(1), by=WAREHOUSE)
    for n in range(10):
        verbs.ship(order, tracking_code=f"T{n}", items=[(f"SKU-{n}", 1)], by=WAREHOUSE)
    ChannelUpdate.objects.update(state=ChannelUpdate.State.SENT)

    with CaptureQueriesContext(connection) as caught:
        office.get("orders_order_change", order.pk)

    assert len(caught) <= 20


def test_an_unknown_order_leads_back_with_a_sentence(office: Office) -> None:
    answer = office.client.get("/admin/orders/order/999999/change/", follow=True)

    assert answer.status_code == 200
    assert not english_in(answer)
