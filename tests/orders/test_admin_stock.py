"""Stock in the back office: what there is, who holds it, and putting it right."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import stock
from orders.models import StockCount, StockItem
from orders.stock import settle
from tests.backoffice import Office, english_in, text_of
from tests.factories import WAREHOUSE, make_channel, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office("orders.view_stockitem", "orders.change_stockitem", "orders.view_order")


def sold(sku: str, *, on_hand: int, units: int, code: str) -> None:
    stock.count({sku: on_hand}, by=WAREHOUSE)
    settle([make_order(code=code, channel=make_channel(name="Loja"), items=[(sku, units)]).pk])


def test_the_list_says_what_is_there_held_and_left(office: Office) -> None:
    sold("CAM-AZ", on_hand=5, units=7, code="Submarino-1")
    stock.count({"BONE": 3}, by=WAREHOUSE)

    answer = office.get("orders_stockitem_changelist")

    html = answer.content.decode()
    assert all(cell in html for cell in ('dsp-number">5<', 'dsp-number">7<', 'dsp-bad">-2<'))
    assert english_in(answer) == []
    assert "BONE" not in text_of(office.get("orders_stockitem_changelist", availability="oversold"))
    assert "CAM-AZ" not in text_of(office.get("orders_stockitem_changelist", q="BO"))


def test_a_skus_page_names_the_orders_that_hold_it(office: Office) -> None:
    sold("CAM-AZ", on_hand=5, units=7, code="Submarino-1")

    answer = office.get("orders_stockitem_change", "CAM-AZ")

    assert "Submarino-1" in text_of(answer)
    assert "7 unidades" in text_of(answer)
    assert english_in(answer) == []


@pytest.mark.parametrize(("way", "units", "left"), [("count", 9, 9), ("difference", -2, 3)])
def test_a_correction_is_recorded_with_who_and_why(office: Office, way: str, units: int, left: int) -> None:
    stock.count({"A/B": 5}, by=WAREHOUSE)

    page = office.post("orders_stockitem_adjust", "A/B", way=way, units=units, reason="Contagem da tarde")

    assert StockItem.objects.get(sku="A/B").on_hand == left
    told = StockCount.objects.latest("id")
    assert (told.by_name, told.reason, told.before, told.after) == ("maria", "Contagem da tarde", 5, left)
    assert "Contagem da tarde" in text_of(page)


def test_a_correction_without_reason_or_below_nothing_is_refused_in_words(office: Office) -> None:
    stock.count({"A": 1}, by=WAREHOUSE)

    assert "obrigatório" in text_of(office.post("orders_stockitem_adjust", "A", way="count", units=3, reason=""))
    refused = office.post("orders_stockitem_adjust", "A", way="difference", units=-3, reason="Perda")
    assert "-2 unidades" in text_of(refused)
    assert StockItem.objects.get(sku="A").on_hand == 1


def test_who_may_only_look_corrects_nothing() -> None:
    stock.count({"A": 1}, by=WAREHOUSE)
    reader = Office("orders.view_stockitem")

    assert reader.post("orders_stockitem_adjust", "A", way="count", units=3, reason="x").status_code == 403
    assert "Acertar" not in text_of(reader.get("orders_stockitem_change", "A"))


def test_the_page_costs_the_same_however_many_orders_hold_the_sku(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            office.get("orders_stockitem_change", "A")
        return len(caught)

    sold("A", on_hand=100, units=1, code="first-1")
    few = queries()
    for number in range(20):
        sold("A", on_hand=100, units=1, code=f"more-{number}")

    assert queries() == few <= 20
