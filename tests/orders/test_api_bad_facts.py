"""Facts that cannot be right are refused, each thing that is wrong named by its place in the body."""

from typing import Any

import pytest

from orders.models import Invoice, OrderEvent, Shipment
from orders.status import Status
from tests.factories import make_access_key, make_channel, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db
SHIPMENT = {"tracking_code": "BR123456789BR", "carrier": "Correios"}


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (make_access_key()[:-1], "access_key_length"),
        (make_access_key()[:-1] + "x", "access_key_characters"),
        (make_access_key(number=1)[:-1] + str((int(make_access_key(number=1)[-1]) + 1) % 10), "access_key_check_digit"),
    ],
)
def test_a_wrong_access_key_names_the_field_and_what_is_wrong(wms: Warehouse, key: str, code: str) -> None:
    order = make_order()

    answer = wms.put(f"/orders/{order.pk}/invoice", {"access_key": key})

    assert wrong(answer) == [("#/access_key", code)]
    assert answer.json()["errors"][0]["detail"]
    assert not Invoice.objects.exists()


def test_the_invoice_of_another_seller_is_refused(wms: Warehouse) -> None:
    order = make_order(channel=make_channel(seller_cnpj="99888777000166"))

    answer = wms.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()})

    assert wrong(answer) == [("#/access_key", "access_key_issuer")]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"sku": "NOPE", "quantity": 1}], [("#/items", "unknown_sku")]),
        ([{"sku": "SKU-1", "quantity": 2}], [("#/items", "quantity")]),
        ([{"sku": "SKU-1", "quantity": 0}], [("#/items/0/quantity", "min_value")]),
        ([{"sku": "SKU-1", "quantity": "1"}], [("#/items/0/quantity", "not_whole")]),
        ([{"sku": "SKU-1", "quantity": True}], [("#/items/0/quantity", "not_whole")]),
        ([{"sku": "SKU-1", "quantity": 1.5}], [("#/items/0/quantity", "not_whole")]),
        ([{"sku": 1, "quantity": 1}], [("#/items/0/sku", "not_text")]),
        (
            [{"sku": "SKU-1", "quantity": 1}, {"qty": 1}],
            [
                ("#/items/1/sku", "required"),
                ("#/items/1/quantity", "required"),
                ("#/items/1/qty", "unknown_field"),
            ],
        ),
        ([], [("#/items", "min_length")]),
        ("SKU-1", [("#/items", "not_a_list")]),
        ([1], [("#/items/0", "invalid")]),
    ],
)
def test_wrong_items_of_a_shipment_are_named_one_by_one(
    wms: Warehouse, items: Any, expected: list[tuple[str, str]]
) -> None:
    order = make_order(status=Status.INVOICED)

    answer = wms.post(f"/orders/{order.pk}/shipments", {**SHIPMENT, "items": items})

    assert wrong(answer) == expected
    assert not Shipment.objects.exists()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("#/access_key", "required")]),
        ({"access_key": None}, [("#/access_key", "null")]),
        ({"access_key": ""}, [("#/access_key", "blank")]),
        ({"access_key": 35261111222333000181550010000000071000000074}, [("#/access_key", "not_text")]),
        ({"access_key": ["1"]}, [("#/access_key", "not_text")]),
        ({"access_key": "1" * 81}, [("#/access_key", "max_length")]),
        ({"access_key": "a\0"}, [("#/access_key", "null_characters_not_allowed")]),
        ({"acess_key": "1"}, [("#/access_key", "required"), ("#/acess_key", "unknown_field")]),
        ({"access_key": "1", "a/b~": 1}, [("#/a~1b~0", "unknown_field")]),
        ({"access_key": "1", "volumes": 0}, [("#/volumes", "min_value")]),
        ({"access_key": "1", "volumes": 40_000}, [("#/volumes", "max_value")]),
        ({"access_key": "1", "issued_at": "2026-11-20"}, [("#/issued_at", "zone")]),
        ({"access_key": "1", "issued_at": "20/11/2026"}, [("#/issued_at", "not_an_instant")]),
        ({"access_key": "1", "issued_at": 1795186800}, [("#/issued_at", "not_text")]),
        ({"access_key": "1", "issued_at": "2099-01-01T00:00:00Z"}, [("#/issued_at", "future")]),
        ([], [("#", "invalid")]),
        ("text", [("#", "invalid")]),
    ],
)
def test_a_wrong_body_names_each_field(wms: Warehouse, body: Any, expected: list[tuple[str, str]]) -> None:
    order = make_order()

    assert wrong(wms.put(f"/orders/{order.pk}/invoice", body)) == expected
    assert not OrderEvent.objects.exists()


def test_half_a_surrogate_pair_is_refused_wherever_it_stands(wms: Warehouse) -> None:
    path = f"/orders/{make_order().pk}/cancellation"

    value = wms.send("PUT", path, rb'{"reason": "\ud800"}', content_type="application/json")
    name = wms.send("PUT", path, rb'{"reason": "x", "\ud800": 1}', content_type="application/json")

    assert (value.status_code, name.status_code) == (422, 422)
    assert value.json()["errors"][0]["pointer"] == "#/reason"
    assert name.json()["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("link", ["rastreio", "javascript:alert(1)", "ftp://rastreio.example/", "https://"])
def test_a_tracking_link_that_nobody_could_follow_is_refused(wms: Warehouse, link: str) -> None:
    order = make_order(status=Status.INVOICED)

    answer = wms.post(f"/orders/{order.pk}/shipments", {**SHIPMENT, "tracking_url": link})

    assert wrong(answer) == [("#/tracking_url", "invalid")]
