"""The order list: what it shows, filters and costs."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.admin import tabs
from orders.admin.columns import COLUMNS
from orders.models import Attention, Invoice
from orders.status import Status
from tests.backoffice import Office, text_of
from tests.factories import make_access_key, make_channel, make_order

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

    order_by = 'ORDER BY 2 DESC, "orders_order"."id" DESC LIMIT 51'  # the second column is placed_at
    assert [query for query in caught if order_by in query["sql"]]


def test_pages_follow_each_other_without_gap_or_repetition_forth_and_back(office: Office) -> None:
    moment = timezone.now()
    codes = [f"order-{number:03d}" for number in range(125)]
    for number, code in enumerate(codes):  # three of each instant: the id decides among them
        make_order(code=code, placed_at=moment - timedelta(minutes=number // 3))

    shown, address = [], {"tab": "all"}
    pages = []
    while True:
        context = office.get("orders_order_changelist", **address).context_data
        pages.append([order.code for order in context["cl"].result_list])
        shown += pages[-1]
        if not context["next_link"]:
            break
        address = dict(parse_qsl(context["next_link"].lstrip("?")))

    assert len(shown) == len(set(shown)) == 125
    assert [len(page) for page in pages] == [50, 50, 25]
    back = dict(parse_qsl(context["previous_link"].lstrip("?")))
    context = office.get("orders_order_changelist", **back).context_data
    assert [order.code for order in context["cl"].result_list] == pages[1]
    first = dict(parse_qsl(context["previous_link"].lstrip("?")))
    context = office.get("orders_order_changelist", **first).context_data
    assert [order.code for order in context["cl"].result_list] == pages[0]
    assert not context["previous_link"]


@pytest.mark.parametrize("cursor", ["x", "2026-11-20T10:00:00_1", "2026-11-20T10:00:00+00:00_x", "_", "%00_1"])
def test_an_address_that_was_cut_shows_the_first_page(office: Office, cursor: str) -> None:
    make_order(code="here-1")

    assert "here-1" in listed(office, after=cursor)


def test_tabs_hold_what_each_step_of_the_work_finds_waiting(office: Office) -> None:
    make_order(code="paid-1")
    make_order(code="theirs-1", fulfillment="MARKETPLACE")
    make_order(code="ask-1", status=Status.INVOICED, needs_arranging=True)
    make_order(code="ready-1", status=Status.INVOICED)
    make_order(code="arranged-1", status=Status.SHIPPING_ARRANGED, needs_arranging=True)
    make_order(code="gone-1", status=Status.SHIPPED)
    make_order(code="lost-1", status=Status.DELIVERY_FAILED)
    asked = {"cancel_requested_at": timezone.now()}
    make_order(code="regret-1", status=Status.DELIVERED, **asked)
    make_order(code="answered-1", cancel_answered_at=timezone.now() + timedelta(minutes=1), **asked)
    flagged = make_order(code="flagged-1", status=Status.NEW)
    Attention.objects.create(order=flagged, reason=Attention.Reason.OVERSOLD)

    held = {
        name: {order.code for order in office.get("orders_order_changelist", tab=name).context_data["cl"].result_list}
        for name in tabs.TABS
    }

    assert held == {
        "to_invoice": {"paid-1", "answered-1"},
        "to_arrange": {"ask-1"},
        "to_ship": {"ready-1", "arranged-1"},
        "in_transit": {"gone-1"},
        "problems": {"lost-1", "flagged-1"},
        "cancel_requested": {"regret-1"},
    }
    assert tabs.counts() == {name: len(codes) for name, codes in held.items()}


def test_no_tab_counts_further_than_anybody_works(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "MOST", 2)
    for _ in range(5):
        make_order()

    assert tabs.counts()["to_invoice"] == 3


def test_the_most_urgent_to_ship_come_first_where_somebody_asks_for_it(office: Office) -> None:
    now = timezone.now()
    for code, hours in (("later-1", 30), ("late-1", -2), ("soon-1", 3)):
        make_order(code=code, ship_by=now + timedelta(hours=hours), status=Status.INVOICED)
    make_order(code="undated-1", status=Status.INVOICED)

    page = listed(office, tab="to_ship", sort="urgent")

    assert page.index("late-1") < page.index("soon-1") < page.index("later-1")
    assert "undated-1" not in page


def test_carriers_and_skus_are_filtered(office: Office) -> None:
    make_order(code="here-1", carrier="Jadlog", items=[("A", 1), ("B", 1)])
    make_order(code="there-1", carrier="Correios", items=[("B", 2)])

    assert "there-1" not in listed(office, carrier="Jadlog")
    assert "there-1" not in listed(office, sku="A")
    assert "there-1" in listed(office, sku=" B ")
    assert "Correios" in listed(office)


def test_everybody_chooses_columns(office: Office) -> None:
    order = make_order(code="here-1", items=[("CAM-AZ", 2)], carrier="Jadlog", buyer_name="Ana Lima")
    Invoice.objects.create(order=order, access_key=make_access_key(9), number="9", series="1")

    page = listed(office, cols="items,invoice")

    assert "2 × CAM-AZ" in page
    assert "NF-e 9/1" in page
    assert "Ana Lima" not in page
    assert "here-1" in listed(office, cols="nonsense")
    assert "2 × CAM-AZ" in listed(office, cols=["", "buyer", "items"])  # as the form of columns sends them


def test_chosen_columns_are_read_in_one_go_for_all_rows(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            office.get("orders_order_changelist", tab="all", cols=",".join(COLUMNS))
        return len(caught)

    make_order()
    few = queries()
    for _ in range(30):
        make_order(items=[("A", 1), ("B", 2)])

    assert queries() == few <= 20


def test_buyers_are_masked_for_who_may_not_see_their_data() -> None:
    make_order(buyer_name="Ana Paula Lima", buyer_document="52998224725")

    page = listed(Office("orders.view_order"), cols="buyer,document")

    assert "Ana L." in page
    assert "•••25" in page
    assert "Paula" not in page


def test_a_hold_and_a_request_to_cancel_are_told_in_the_row(office: Office) -> None:
    make_order(hold_until=timezone.now() + timedelta(minutes=45, seconds=30), cancel_requested_at=timezone.now())

    page = listed(office)

    assert "Em espera por 45 min" in page
    assert "Pede cancelamento" in page


def test_only_who_may_see_orders_sees_them() -> None:
    assert Office().get("orders_order_changelist").status_code == 403
