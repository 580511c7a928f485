"""The order list: what it shows, filters and costs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.admin import paging
from orders.models import Attention
from orders.status import Status
from tests.backoffice import Office, text_of
from tests.factories import make_channel, make_order

pytestmark = pytest.mark.django_db
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def office() -> Office:
    return Office(everything=True)


def listed(office: Office, **query: object) -> str:
    return text_of(office.get("orders_order_changelist", **query))


def test_each_order_is_a_row_of_words(office: Office) -> None:
    channel = make_channel(name="Loja principal")
    make_order(
        channel=channel,
        code="Submarino-1",
        storefront="Submarino",
        placed_at=datetime(2026, 11, 20, 12, 34, tzinfo=SAO_PAULO),
        buyer_name="Ana Lima",
        total="1234.5",
        ship_by=timezone.now() - timedelta(hours=3, minutes=5),
    )

    page = listed(office)

    for words in ("Submarino-1", "Loja principal", "Ana Lima", "R$ 1.234,50", "20/11/2026 12:34", "atrasado há 3 h"):
        assert words in page


def test_what_needs_attention_is_flagged_and_can_be_filtered(office: Office) -> None:
    make_order(code="calm-1")
    loud = make_order(code="loud-1")
    Attention.objects.create(order=loud, reason=Attention.Reason.TOTAL_MISMATCH)
    settled = make_order(code="settled-1")
    Attention.objects.create(order=settled, reason=Attention.Reason.TOTAL_MISMATCH, cleared_at=timezone.now())

    assert "loud-1" in listed(office, attention="1")
    assert "calm-1" not in listed(office, attention="1")
    assert "settled-1" not in listed(office, attention="TOTAL_MISMATCH")
    assert "loud-1" not in listed(office, attention="UNKNOWN_STATUS")


def test_statuses_and_channels_are_filtered_together(office: Office) -> None:
    channel = make_channel()
    make_order(channel=channel, code="here-1", status=Status.SHIPPED)
    make_order(channel=channel, code="here-2", status=Status.NEW)
    make_order(code="there-1", status=Status.SHIPPED)

    page = listed(office, status__exact=Status.SHIPPED, channel__id__exact=channel.pk)

    assert "here-1" in page
    assert "here-2" not in page
    assert "there-1" not in page


def test_a_period_means_whole_local_days_with_both_ends(office: Office) -> None:
    for code, at in (
        ("before-1", (9, 23, 59)),
        ("first-1", (10, 0, 0)),
        ("last-1", (11, 23, 59)),
        ("after-1", (12, 0, 0)),
    ):
        make_order(code=code, placed_at=datetime(2026, 11, *at, tzinfo=SAO_PAULO))

    page = listed(office, placed_at_from="10/11/2026", placed_at_to="11/11/2026")

    assert "first-1" in page
    assert "last-1" in page
    assert "before-1" not in page
    assert "after-1" not in page


def test_a_date_that_is_none_is_named_and_filters_nothing(office: Office) -> None:
    make_order(code="any-1")

    page = listed(office, placed_at_from="ontem")

    assert "“ontem” não é uma data; escreva como 31/12/2026." in page
    assert "any-1" in page


def test_late_orders_are_those_paid_and_not_shipped_past_their_date(office: Office) -> None:
    past, soon = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(days=3)
    make_order(code="late-1", ship_by=past)
    make_order(code="soon-1", ship_by=soon)
    make_order(code="gone-1", ship_by=past, status=Status.SHIPPED)
    make_order(code="unpaid-1", ship_by=past, status=Status.NEW)

    page = listed(office, deadline="late")

    assert "late-1" in page
    assert not any(code in page for code in ("soon-1", "gone-1", "unpaid-1"))


def test_an_empty_list_says_what_to_do(office: Office) -> None:
    assert "Os pedidos aparecem aqui sozinhos" in listed(office)
    make_order()
    assert "Há filtros escondendo parte da lista." in listed(office, attention="1")


def test_its_price_does_not_grow_with_the_rows(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert office.get("orders_order_changelist").status_code == 200
        return len(caught)

    make_order()
    few = queries()
    for _ in range(60):
        make_order()

    assert queries() == few <= 20


def test_the_newest_come_first_in_the_order_of_the_index(office: Office) -> None:
    make_order()
    with CaptureQueriesContext(connection) as caught:
        office.get("orders_order_changelist")

    order_by = 'ORDER BY "orders_order"."placed_at" DESC, "orders_order"."id" DESC'
    assert [query for query in caught if order_by in query["sql"]]


def test_more_rows_than_anybody_pages_are_not_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST", 3)
    for _ in range(5):
        make_order()

    assert "mais de 3 pedidos" in listed(office)


def test_only_who_may_see_orders_sees_them() -> None:
    assert Office().get("orders_order_changelist").status_code == 403
