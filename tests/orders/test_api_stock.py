"""The warehouse counts its stock, and corrects it."""

from decimal import Decimal
from typing import Any

import pytest

from orders.intake import receive
from orders.models import StockCount
from orders.snapshot import Item
from orders.status import Status
from tests.factories import make_api_key, make_channel, make_snapshot
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse(make_api_key("galpão 2"), **{"Idempotency-Key": "1"})


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(error.get("pointer") or error["parameter"], error["code"]) for error in answer.json()["errors"]]


def sell(sku: str, quantity: int) -> None:
    item = Item(line=sku, sku=sku, name=sku, quantity=quantity, unit_price=Decimal("10.00"))
    receive(make_channel(), [make_snapshot(items=(item,), status=Status.APPROVED)])


def test_one_sku_is_counted_and_shows_what_may_be_sold(wms: Warehouse) -> None:
    sell("CAM-AZUL-M", 2)

    told = wms.put("/stock/CAM-AZUL-M", {"on_hand": 12, "reason": "Inventário"}).json()

    assert (told["on_hand"], told["reserved"], told["available"]) == (12, 2, 10)
    assert wms.get("/stock/CAM-AZUL-M").json() == told
    assert StockCount.objects.values_list("before", "after", "reason", "by_name").get() == (
        None,
        12,
        "Inventário",
        "galpão 2",
    )


def test_a_sku_may_have_any_characters(wms: Warehouse) -> None:
    wms.put("/stock/KIT%2F3%20p%C3%A7s", {"on_hand": 1})

    assert wms.get("/stock").json()["stock"][0]["sku"] == "KIT/3 pçs"
    assert wms.get("/stock/KIT%2F3%20p%C3%A7s").json()["on_hand"] == 1


def test_several_are_counted_together_and_others_stay(wms: Warehouse) -> None:
    wms.put("/stock/C", {"on_hand": 3})

    told = Warehouse(make_api_key()).put("/stock", {"items": [{"sku": "B", "on_hand": 2}, {"sku": "A", "on_hand": 1}]})

    assert [item["sku"] for item in told.json()["stock"]] == ["A", "B"]
    assert [(item["sku"], item["on_hand"]) for item in wms.get("/stock").json()["stock"]] == [
        ("A", 1),
        ("B", 2),
        ("C", 3),
    ]


def test_units_are_found_and_lost_all_or_none(wms: Warehouse) -> None:
    Warehouse(make_api_key()).put("/stock", {"items": [{"sku": "A", "on_hand": 5}, {"sku": "B", "on_hand": 1}]})
    body = {"items": [{"sku": "A", "delta": -2}, {"sku": "B", "delta": -2}], "reason": "Avaria"}

    refused = wms.post("/stock-adjustments", body)
    taken = wms.post("/stock-adjustments", {**body, "items": body["items"][:1]})

    assert wrong(refused) == [("#/items", "negative_stock")]
    assert taken.json()["stock"][0]["on_hand"] == 3
    assert wms.get("/stock/B").json()["on_hand"] == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"items": []}, [("#/items", "min_length")]),
        ({"items": [{"sku": "A", "on_hand": -1}]}, [("#/items/0/on_hand", "min_value")]),
        ({"items": [{"sku": "A", "on_hand": "1"}]}, [("#/items/0/on_hand", "not_whole")]),
        ({"items": [{"sku": "A", "on_hand": 1_000_000_001}]}, [("#/items/0/on_hand", "max_value")]),
        ({"items": [{"sku": "A", "on_hand": 1}, {"sku": "A", "on_hand": 2}]}, [("#/items", "twice")]),
        ({"items": [{"sku": "A", "on_hand": 1}], "x": 1}, [("#/x", "unknown_field")]),
    ],
)
def test_counts_that_cannot_be_are_refused(wms: Warehouse, body: Any, expected: list[tuple[str, str]]) -> None:
    assert wrong(wms.put("/stock", body)) == expected
    assert wms.get("/stock").json()["stock"] == []


def test_more_units_than_there_can_be_are_refused(wms: Warehouse) -> None:
    wms.put("/stock/A", {"on_hand": 1_000_000_000})

    answer = Warehouse(make_api_key(), **{"Idempotency-Key": "2"}).post(
        "/stock-adjustments", {"items": [{"sku": "A", "delta": 1}], "reason": "x"}
    )

    assert wrong(answer) == [("#/items", "too_much_stock")]


def test_a_correction_needs_its_reason(wms: Warehouse) -> None:
    assert wrong(wms.post("/stock-adjustments", {"items": [{"sku": "A", "delta": 1}]})) == [("#/reason", "required")]


def test_a_sku_that_is_too_long_or_unknown_is_told(wms: Warehouse) -> None:
    assert wrong(wms.put(f"/stock/{'x' * 81}", {"on_hand": 1})) == [("sku", "max_length")]
    assert wms.get("/stock/nobody").status_code == 404


def test_pages_of_stock_follow_each_other(wms: Warehouse) -> None:
    Warehouse(make_api_key()).put("/stock", {"items": [{"sku": f"S/{n} ç", "on_hand": n} for n in range(7)]})

    seen, query = [], {}
    while True:
        page = wms.get("/stock", limit=3, **query).json()
        seen += [item["on_hand"] for item in page["stock"]]
        if page["next_cursor"] is None:
            break
        query = {"cursor": page["next_cursor"]}

    assert seen == list(range(7))
    assert [item["sku"] for item in wms.get("/stock", sku=["S/1 ç", "S/5 ç"]).json()["stock"]] == ["S/1 ç", "S/5 ç"]
    assert wms.get("/stock", updated_since="2099-01-01T00:00:00Z").json()["stock"] == []


@pytest.mark.parametrize("cursor", ["!", "A", "AA==", "/w=="])
def test_a_cursor_that_we_never_gave_is_refused(wms: Warehouse, cursor: str) -> None:
    assert wrong(wms.get("/stock", cursor=cursor)) == [("cursor", "unknown_cursor")]


def test_telling_stock_needs_its_scope() -> None:
    wms = Warehouse(make_api_key(scopes=["orders:read", "orders:write"]))

    answer = wms.put("/stock/A", {"on_hand": 1})

    assert (answer.status_code, "stock:write" in answer.json()["detail"]) == (403, True)
    assert wms.get("/stock").status_code == 200
