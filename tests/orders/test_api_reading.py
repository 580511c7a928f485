"""What a warehouse reads: lists, one order, channels."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import verbs
from orders.intake import receive
from orders.models import Attention, Order
from orders.snapshot import Payment, Tracking
from orders.status import Status
from tests.factories import PLACED, WAREHOUSE, make_access_key, make_channel, make_order, make_snapshot
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def codes(response: object) -> list[str]:
    return [order["code"] for order in response.json()["orders"]]  # type: ignore[attr-defined]


def test_the_list_shows_the_newest_orders_first_with_their_items(wms: Warehouse) -> None:
    old = make_order(placed_at=PLACED)
    new = make_order(placed_at=PLACED + timedelta(hours=1), items=[("SKU-1", 2), ("SKU-2", 1)])

    answer = wms.get("/orders")

    assert codes(answer) == [new.code, old.code]
    shown = answer.json()["orders"][0]
    assert (shown["id"], shown["channel"], shown["status"]) == (new.pk, new.channel.code, "APPROVED")
    assert [(item["sku"], item["quantity"], item["shipped"]) for item in shown["items"]] == [
        ("SKU-1", 2, 0),
        ("SKU-2", 1, 0),
    ]
    assert answer.json()["next_cursor"] is None


def test_money_is_decimal_text_and_moments_have_a_zone(wms: Warehouse) -> None:
    make_order(total=Decimal("1234.50"), placed_at=datetime(2026, 11, 20, 15, tzinfo=UTC))

    shown = wms.get("/orders").json()["orders"][0]

    assert shown["total"] == "1234.50"
    assert shown["items"][0]["unit_price"] == "10.00"
    assert shown["placed_at"] == "2026-11-20T15:00:00Z"


def test_personal_data_is_only_in_the_whole_order(wms: Warehouse) -> None:
    order = make_order(buyer_name="Fulana de Tal")

    assert "Fulana" not in wms.get("/orders").text
    assert wms.get(f"/orders/{order.pk}").json()["buyer"]["name"] == "Fulana de Tal"


def test_following_the_cursor_shows_every_order_once(wms: Warehouse) -> None:
    # Several at the same moment: the place is (moment, id), not the moment alone.
    expected = [make_order(placed_at=PLACED + timedelta(hours=n // 3)).code for n in range(10)][::-1]
    expected += [make_order(placed_at=datetime(1960, 1, day, tzinfo=UTC)).code for day in (4, 3, 2, 1)]

    seen, cursor = [], {}
    while True:
        page = wms.get("/orders", limit=3, **cursor)
        seen += codes(page)
        if not page.json()["next_cursor"]:
            break
        cursor = {"cursor": page.json()["next_cursor"]}
        make_order(placed_at=PLACED + timedelta(days=1))  # arrives while we read

    assert seen == expected


def test_orders_are_found_by_status_channel_and_code(wms: Warehouse) -> None:
    channel = make_channel(code="skyhub-loja")
    approved = make_order(channel=channel)
    invoiced = make_order(status=Status.INVOICED)
    make_order(status=Status.SHIPPED)

    assert codes(wms.get("/orders", status="INVOICED")) == [invoiced.code]
    assert set(codes(wms.get("/orders", status=["APPROVED", "INVOICED"]))) == {approved.code, invoiced.code}
    assert codes(wms.get("/orders", channel="skyhub-loja")) == [approved.code]
    assert codes(wms.get("/orders", channel="skyhub-loja", code=approved.code)) == [approved.code]
    assert codes(wms.get("/orders", channel="skyhub-loja", code=invoiced.code)) == []


def test_orders_are_found_by_their_last_change(wms: Warehouse) -> None:
    quiet, changed = make_order(), make_order()
    Order.objects.filter(pk=quiet.pk).update(changed_at=PLACED)
    Order.objects.filter(pk=changed.pk).update(changed_at=PLACED + timedelta(hours=3))

    assert codes(wms.get("/orders", updated_since="2026-11-20T15:00:01-03:00")) == []
    assert codes(wms.get("/orders", updated_since="2026-11-20T15:00:00-03:00")) == [changed.code]


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ({"stauts": "NEW"}, "stauts", "unknown_field"),
        ({"status": "SOLD"}, "status", "invalid_choice"),
        ({"channel": "nowhere"}, "channel", "unknown_channel"),
        ({"code": ""}, "code", "blank"),
        ({"code": "a\0b"}, "code", "null_characters_not_allowed"),
        ({"limit": "0"}, "limit", "min_value"),
        ({"limit": "501"}, "limit", "max_value"),
        ({"limit": "many"}, "limit", "invalid"),
        ({"cursor": "yesterday"}, "cursor", "unknown_cursor"),
        ({"cursor": "9999999999999999999-1"}, "cursor", "unknown_cursor"),
        ({"cursor": "-9000000000000000000-1"}, "cursor", "unknown_cursor"),
        ({"updated_since": "2026-11-20T15:00:00"}, "updated_since", "zone"),
        ({"updated_since": "yesterday"}, "updated_since", "not_an_instant"),
        ({"updated_since": "0001-01-01T00:00:00+23:00"}, "updated_since", "year"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(
    wms: Warehouse, query: dict[str, str], parameter: str, code: str
) -> None:
    answer = wms.get("/orders", **query)

    assert answer.status_code == 422
    assert [(error["parameter"], error["code"]) for error in answer.json()["errors"]] == [(parameter, code)]


def test_a_plus_that_an_address_turned_into_a_blank_is_explained(wms: Warehouse) -> None:
    answer = wms.send("GET", "/orders?updated_since=2026-11-20T15:00:00+00:00")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "updated_since"


def test_the_whole_order_holds_all_that_the_channel_told(wms: Warehouse) -> None:
    snapshot = make_snapshot(
        payments=(Payment(method="pix", amount=Decimal("15.00"), paid_at=PLACED),),
        trackings=(Tracking(code="BR9", carrier="Correios"),),
        ship_by=PLACED + timedelta(days=2),
        tags=("presente",),
    )
    receive(make_channel(), [snapshot])

    shown = wms.get(f"/orders/{Order.objects.get().pk}").json()

    assert (shown["code"], shown["channel_status"]) == (snapshot.code, "payment_received")
    assert (shown["total"], shown["shipping_cost"], shown["ship_by"]) == ("15.00", "5.00", "2026-11-22T15:00:00Z")
    assert (shown["buyer"]["document"], shown["buyer"]["masked"]) == ("52998224725", False)
    assert (shown["shipping_address"]["postcode"], shown["shipping_address"]["state"]) == ("01001000", "SP")
    assert shown["payments"][0] == {
        "method": "pix",
        "amount": "15.00",
        "installments": None,
        "status": "",
        "paid_at": "2026-11-20T15:00:00Z",
        "authorization": "",
        "card_issuer": "",
    }
    assert shown["trackings"] == [{"code": "BR9", "carrier": "Correios", "method": "", "url": ""}]
    assert shown["tags"] == ["presente"]


def test_the_whole_order_shows_what_was_done_and_how_far_the_channel_knows(wms: Warehouse) -> None:
    order, key = make_order(items=[("SKU-1", 2)]), make_access_key(number=77)
    verbs.invoice(order, access_key=key, by=WAREHOUSE, volumes=2)
    verbs.ship(order, tracking_code="BR1", carrier="Correios", items=[("SKU-1", 1)], by=WAREHOUSE)
    Attention.objects.create(order=order, reason=Attention.Reason.TOTAL_MISMATCH, detail="R$ 1,00 a menos")

    shown = wms.get(f"/orders/{order.pk}").json()

    assert (shown["invoice"]["access_key"], shown["invoice"]["number"], shown["invoice"]["volumes"]) == (key, "77", 2)
    assert [(s["tracking_code"], s["items"]) for s in shown["shipments"]] == [
        ("BR1", [{"sku": "SKU-1", "quantity": 1}])
    ]
    assert [(u["kind"], u["state"]) for u in shown["updates"]] == [("INVOICED", "PENDING"), ("SHIPPED", "PENDING")]
    assert (shown["needs_attention"], shown["attention"][0]["detail"]) == (True, "R$ 1,00 a menos")
    assert shown["items"][0]["shipped"] == 1


def test_attention_that_was_cleared_is_not_shown(wms: Warehouse) -> None:
    order = make_order()
    Attention.objects.create(order=order, reason=Attention.Reason.UNKNOWN_STATUS, cleared_at=PLACED)

    shown = wms.get(f"/orders/{order.pk}").json()

    assert (shown["needs_attention"], shown["attention"]) == (False, [])


@pytest.mark.parametrize("order_id", ["999999", "0", "Submarino-1493069158776", "-1", "1.5", "9" * 5000, "１", "%00"])
def test_an_order_that_does_not_exist_is_404(wms: Warehouse, order_id: str) -> None:
    answer = wms.get(f"/orders/{order_id}")

    assert (answer.status_code, answer.json()["type"]) == (404, "/api/problems/not-found")


def test_channels_are_listed(wms: Warehouse) -> None:
    make_channel(code="b", name="Loja B")
    make_channel(code="a", name="Loja A", seller_cnpj="11222333000181")

    shown = wms.get("/channels").json()["channels"]

    assert [(channel["code"], channel["marketplace"]) for channel in shown] == [("a", "skyhub"), ("b", "skyhub")]
    assert shown[0]["seller_cnpj"] == "11222333000181"


def test_a_hundred_orders_cost_as_few_statements_as_one(wms: Warehouse) -> None:
    channel = make_channel()
    for _ in range(100):
        make_order(channel=channel, items=[("A", 1), ("B", 2)])
    wms.get("/orders", limit=1)  # notes the use of the key

    with CaptureQueriesContext(connection) as for_one:
        wms.get("/orders", limit=1)
    with CaptureQueriesContext(connection) as for_all:
        assert len(wms.get("/orders").json()["orders"]) == 100

    assert len(for_one) == len(for_all) <= 3


def test_one_order_costs_a_bounded_number_of_statements(wms: Warehouse) -> None:
    order = make_order(items=[(f"SKU-{n}", 1) for n in range(20)])
    wms.get("/channels")

    with CaptureQueriesContext(connection) as queries:
        wms.get(f"/orders/{order.pk}")

    assert len(queries) <= 9


def test_a_warehouse_can_ask_for_what_is_its_own_to_ship(wms: Warehouse) -> None:
    ours = make_order()
    make_order(fulfillment="MARKETPLACE_SHIPS")

    assert codes(wms.get("/orders", fulfillment="SELLER")) == [ours.code]
