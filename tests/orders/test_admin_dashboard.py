"""The first page: each figure is right, leads to its list, and has its price."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders import verbs
from orders.admin import figures
from orders.models import Attention, ChannelUpdate
from orders.status import Status
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_account, make_channel, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def tile(page: Any, label: str) -> tuple[str, str]:
    """Figure and address of a tile."""
    found = re.search(rf'href="([^"]+)"><strong>([^<]+)</strong>{label}<', page.content.decode())
    assert found, label
    return found[2], found[1].replace("&amp;", "&")


def test_the_day_is_told_by_channel(office: Office) -> None:
    one, two = make_channel(name="Americanas"), make_channel(name="Shopee")
    now = timezone.now()
    make_order(channel=one, placed_at=now, total=Decimal("1200.00"))
    make_order(channel=one, placed_at=now, status=Status.CANCELED, total=Decimal("34.50"))
    make_order(channel=one, placed_at=now - timedelta(days=2))
    verbs.ship(make_order(channel=two, status=Status.INVOICED), tracking_code="QB1", by=WAREHOUSE)

    page = office.get("index")

    rows = [(row.channel, row.orders, row.total, row.canceled, row.shipped) for row in page.context["today"]]
    assert rows == [
        ("Americanas", 2, Decimal("1234.50"), 1, 0),
        ("Shopee", 0, Decimal(0), 0, 1),
        ("Todos os canais", 2, Decimal("1234.50"), 1, 1),
    ]
    assert "R$ 1.234,50" in text_of(page).replace("\xa0", " ")
    assert english_in(page) == []


def test_what_must_leave_is_counted_by_its_day_and_leads_to_it(office: Office) -> None:
    now = timezone.now()
    tonight = figures.midnight(now) + timedelta(days=1)
    late = make_order(ship_by=now - timedelta(hours=3))
    make_order(ship_by=tonight - timedelta(seconds=1))
    make_order(ship_by=tonight + timedelta(hours=1))
    make_order(ship_by=now - timedelta(hours=3), status=Status.SHIPPED)

    page = office.get("index")

    figure, url = tile(page, "Envio atrasado")
    assert (figure, tile(page, "Despachar hoje")[0], tile(page, "Despachar amanhã")[0]) == ("1", "1", "1")
    assert late.code in text_of(office.client.get(url))


def test_attention_and_statuses_lead_to_their_lists(office: Office) -> None:
    order = make_order(channel=make_channel(name="Loja"))
    Attention.objects.create(order=order, reason=Attention.Reason.OVERSOLD)
    Attention.objects.create(order=order, reason=Attention.Reason.FRAUD_RISK, cleared_at=timezone.now())

    page = office.get("index")

    figure, url = tile(page, "Foi vendido mais do que há em estoque")
    assert figure == "1"
    assert order.code in text_of(office.client.get(url))
    assert "fraude" not in text_of(page)
    assert order.code in text_of(office.client.get(tile(page, "Aprovado")[1]))


def test_the_chart_has_fourteen_days_with_the_best_one_full(office: Office) -> None:
    now = timezone.now()
    for _ in range(4):
        make_order(placed_at=now - timedelta(days=3))
    order = make_order(placed_at=now)
    make_order(placed_at=now - timedelta(days=30))

    bars = office.get("index").context["chart"]

    assert [bar.orders for bar in bars] == [0] * 10 + [4, 0, 0, 1]
    assert (bars[10].percent, bars[13].percent, bars[13].is_today) == (100, 25, True)
    assert order.code in text_of(office.client.get(bars[13].url))


def test_each_account_says_when_it_was_heard_and_what_waits_longest(office: Office) -> None:
    channel = make_channel(name="Loja principal")
    make_account(channel=channel, last_pull_at=timezone.now() - timedelta(minutes=5))
    order = make_order(status=Status.INVOICED, channel=channel)
    verbs.ship(order, tracking_code="QB1", by=WAREHOUSE)
    ChannelUpdate.objects.update(due_at=timezone.now() - timedelta(hours=3, minutes=1))

    page = text_of(office.get("index"))

    assert "Loja principal Situação Funcionando Último contato há 5 min Atualização mais antiga esperando 3 h" in page


def test_counting_stops_where_nobody_plans_by_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST", 2)
    for _ in range(4):
        make_order()

    assert tile(office.get("index"), "Aprovado")[0] == "2+"


def test_who_may_see_nothing_is_told_whom_to_ask() -> None:
    assert "Ninguém lhe deu acesso a nada ainda" in text_of(Office().get("index"))


def test_who_sees_only_orders_sees_no_accounts() -> None:
    make_account(channel=make_channel(name="Loja secreta"))

    page = text_of(Office("orders.view_order").get("index"))

    assert "Loja secreta" not in page
    assert "Pedidos dos últimos 14 dias" in page


def test_its_price_is_bounded(office: Office) -> None:
    for n in range(6):
        channel = make_channel(name=f"Loja {n}")
        make_account(channel=channel)
        make_order(channel=channel, placed_at=timezone.now())

    with CaptureQueriesContext(connection) as caught:
        office.get("index")

    assert len(caught) <= 20
