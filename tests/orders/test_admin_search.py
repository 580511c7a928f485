"""One search box that knows what was pasted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import Invoice, Order, Shipment
from tests.backoffice import Office, text_of
from tests.factories import PLACED, make_access_key, make_order

pytestmark = pytest.mark.django_db
KEY = make_access_key(77)


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


@pytest.fixture
def wanted() -> Order:
    make_order(code="Other-1", buyer_document="11144477735", items=[("OTHER", 1)])
    order = make_order(
        code="Lojas Americanas-281002585701",
        remote_code="281002585701",
        buyer_document="11222333000181",
        items=[("CAM-AZ-M", 2)],
    )
    Invoice.objects.create(order=order, access_key=KEY, number="77", series="1")
    Shipment.objects.create(order=order, tracking_code="QB123456785BR", shipped_at=PLACED)
    return order


@pytest.mark.parametrize(
    "term",
    [
        "Lojas Americanas-281002585701",
        "  Lojas Americanas-281002585701 ",
        "281002585701",
        "11222333000181",
        "11.222.333/0001-81",
        "QB123456785BR",
        "qb123456785br",
        KEY,
        " ".join(KEY[i : i + 4] for i in range(0, 44, 4)),
        f"NFe{KEY}",
    ],
)
def test_an_exact_hit_opens_the_order(office: Office, wanted: Order, term: str) -> None:
    answer = office.get("orders_order_changelist", q=term)

    assert answer.status_code == 302
    assert answer.url == reverse("admin:orders_order_change", args=[wanted.pk])


def test_it_opens_also_when_a_filter_would_hide_it(office: Office, wanted: Order) -> None:
    assert office.get("orders_order_changelist", q=wanted.code, status__exact="CANCELED").status_code == 302


def test_several_orders_of_one_buyer_are_listed(office: Office) -> None:
    for code in ("first-1", "second-1"):
        make_order(code=code, buyer_document="52998224725")
    make_order(code="stranger-1", buyer_document="11144477735")

    page = text_of(office.get("orders_order_changelist", q="529.982.247-25"))

    assert "first-1" in page
    assert "second-1" in page
    assert "stranger-1" not in page


@pytest.mark.parametrize("term", ["CAM-AZ-M", "Lojas Amer"])
def test_a_sku_and_the_beginning_of_a_code_list_their_orders(office: Office, wanted: Order, term: str) -> None:
    page = text_of(office.get("orders_order_changelist", q=term))

    assert wanted.code in page
    assert "Other-1" not in page


@pytest.mark.parametrize("term", ["nothing", "%", "'", "123.456", "ç" * 300])
def test_what_is_nowhere_is_said_to_be_nowhere(office: Office, wanted: Order, term: str) -> None:
    answer = office.get("orders_order_changelist", q=term)

    assert answer.status_code == 200
    assert "Nada encontrado" in text_of(answer)


def test_what_no_text_can_hold_is_refused_in_words(office: Office, wanted: Order) -> None:
    assert "nulo" in text_of(office.get("orders_order_changelist", q="a\x00b"))


def test_no_search_compares_letters_without_an_index(office: Office, wanted: Order) -> None:
    with CaptureQueriesContext(connection) as caught:
        for term in ("Lojas", "CAM-AZ-M", "nothing", KEY):
            office.get("orders_order_changelist", q=term)

    assert not [query["sql"] for query in caught if "UPPER(" in query["sql"] or "LIKE '%" in query["sql"]]
