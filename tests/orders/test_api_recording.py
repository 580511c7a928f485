"""What a warehouse tells: facts are recorded once, however often and however cut off they are sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import ChannelUpdate, Invoice, Order, OrderEvent, Shipment
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.factories import make_access_key, make_api_key, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db
SHIPMENT = {"tracking_code": "BR123456789BR", "carrier": "Correios", "method": "SEDEX", "tracking_url": "https://r.br/"}


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse(make_api_key("galpão 2"))


def test_an_order_goes_from_approved_to_delivered(wms: Warehouse) -> None:
    order, key = make_order(), make_access_key()

    invoiced = wms.put(f"/orders/{order.pk}/invoice", {"access_key": key, "volumes": 1})
    shipped = wms.post(f"/orders/{order.pk}/shipments", SHIPMENT)
    delivered = wms.put(f"/orders/{order.pk}/delivery", {})

    assert [answer.status_code for answer in (invoiced, shipped, delivered)] == [200, 201, 200]
    assert invoiced.json()["invoice"]["access_key"] == key
    assert shipped.headers["Location"] == f"/api/v1/orders/{order.pk}"
    assert (shipped.json()["status"], shipped.json()["items"][0]["shipped"]) == ("SHIPPED", 1)
    assert delivered.json()["status"] == "DELIVERED"
    assert [update["kind"] for update in delivered.json()["updates"]] == ["INVOICED", "SHIPPED", "DELIVERED"]
    assert set(OrderEvent.objects.values_list("by_kind", "by_name")) == {("WAREHOUSE", "galpão 2")}


def test_a_shipment_may_take_a_part_and_the_rest_follows(wms: Warehouse) -> None:
    order = make_order(status=Status.INVOICED, items=[("A", 2), ("B", 1)])
    part = {**SHIPMENT, "items": [{"sku": "A", "quantity": 1}], "shipped_at": "2026-11-20T17:45:00-03:00"}

    first = wms.post(f"/orders/{order.pk}/shipments", part).json()
    second = wms.post(f"/orders/{order.pk}/shipments", {**SHIPMENT, "tracking_code": "BR2"}).json()

    assert (first["status"], second["status"]) == ("INVOICED", "SHIPPED")
    assert first["shipments"][0]["shipped_at"] == "2026-11-20T20:45:00Z"
    assert second["shipments"][1]["items"] == [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}]


def test_a_failed_delivery_is_recorded_with_its_reason(wms: Warehouse) -> None:
    order = make_order(status=Status.SHIPPED)

    answer = wms.put(f"/orders/{order.pk}/delivery-failure", {"reason": "Destinatário ausente"})

    assert answer.json()["status"] == "DELIVERY_FAILED"
    assert OrderEvent.objects.get().data["reason"] == "Destinatário ausente"


def test_an_order_is_canceled_with_its_reason(wms: Warehouse) -> None:
    order = make_order()

    answer = wms.put(f"/orders/{order.pk}/cancellation", {"reason": "Sem estoque"})

    assert (answer.json()["status"], answer.json()["items"][0]["canceled"]) == ("CANCELED", 1)
    assert OrderEvent.objects.get().data["reason"] == "Sem estoque"


@pytest.mark.parametrize(
    ("status", "method", "path", "body", "first"),
    [
        (Status.APPROVED, "put", "invoice", {"access_key": make_access_key(number=501)}, 200),
        (Status.INVOICED, "post", "shipments", SHIPMENT, 201),
        (Status.INVOICED, "post", "shipments", {**SHIPMENT, "items": [{"sku": "SKU-1", "quantity": 1}]}, 201),
        (Status.SHIPPED, "put", "delivery", {}, 200),
        (Status.SHIPPED, "put", "delivery-failure", {"reason": "Ausente"}, 200),
        (Status.APPROVED, "put", "cancellation", {"reason": "Sem estoque"}, 200),
    ],
)
def test_the_same_fact_again_answers_200_and_changes_nothing(
    wms: Warehouse, status: Status, method: str, path: str, body: dict[str, Any], first: int
) -> None:
    order = make_order(status=status)
    tell = getattr(wms, method)

    recorded = tell(f"/orders/{order.pk}/{path}", body)
    repeated = tell(f"/orders/{order.pk}/{path}", body)

    assert (recorded.status_code, repeated.status_code) == (first, 200)
    assert repeated.json() == recorded.json()
    assert (OrderEvent.objects.count(), ChannelUpdate.objects.count()) == (1, 1)


def test_an_access_key_is_the_same_however_it_is_punctuated(wms: Warehouse) -> None:
    order, key = make_order(), make_access_key()
    spaced = " ".join(key[n : n + 4] for n in range(0, 44, 4))

    wms.put(f"/orders/{order.pk}/invoice", {"access_key": key})
    again = wms.put(f"/orders/{order.pk}/invoice", {"access_key": spaced})

    assert again.status_code == 200


def test_another_invoice_is_a_contradiction_and_shows_the_recorded_one(wms: Warehouse) -> None:
    order, key = make_order(), make_access_key()
    wms.put(f"/orders/{order.pk}/invoice", {"access_key": key})

    answer = wms.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()})

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/api/problems/contradiction")
    assert problem["code"] == "other_invoice"
    assert problem["order"]["invoice"]["access_key"] == key
    assert Invoice.objects.get().access_key == key


def test_the_invoice_of_another_order_is_a_contradiction(wms: Warehouse) -> None:
    first, second, key = make_order(), make_order(), make_access_key()
    wms.put(f"/orders/{first.pk}/invoice", {"access_key": key})

    answer = wms.put(f"/orders/{second.pk}/invoice", {"access_key": key})

    assert (answer.status_code, answer.json()["code"]) == (409, "invoice_of_other_order")
    assert first.code in answer.json()["detail"]
    assert answer.json()["order"]["status"] == "APPROVED"


def test_a_tracking_code_with_another_carrier_is_a_contradiction(wms: Warehouse) -> None:
    order = make_order(status=Status.INVOICED)
    wms.post(f"/orders/{order.pk}/shipments", SHIPMENT)

    answer = wms.post(f"/orders/{order.pk}/shipments", {**SHIPMENT, "carrier": "Jadlog"})

    assert (answer.status_code, answer.json()["code"]) == (409, "other_shipment")
    assert answer.json()["order"]["shipments"][0]["carrier"] == "Correios"


def test_shipping_before_invoicing_is_not_allowed_and_shows_the_status(wms: Warehouse) -> None:
    order = make_order()

    answer = wms.post(f"/orders/{order.pk}/shipments", SHIPMENT)

    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["code"]) == (409, "/api/problems/not-allowed", "not_allowed")
    assert problem["order"]["status"] == "APPROVED"
    assert order.code in problem["detail"]
    assert not Shipment.objects.exists()


def test_an_order_that_the_marketplace_ships_is_not_ours_to_ship(wms: Warehouse) -> None:
    order = make_order(status=Status.INVOICED, fulfillment=Fulfillment.MARKETPLACE_SHIPS)

    answer = wms.post(f"/orders/{order.pk}/shipments", SHIPMENT)

    assert (answer.status_code, answer.json()["order"]["fulfillment"]) == (409, "MARKETPLACE_SHIPS")


def test_a_clock_that_is_a_little_ahead_is_no_reason_to_refuse(wms: Warehouse) -> None:
    order = make_order(status=Status.SHIPPED)
    soon = timezone.now() + timedelta(minutes=5)

    answer = wms.put(f"/orders/{order.pk}/delivery", {"delivered_at": soon.isoformat()})

    assert answer.status_code == 200


def test_a_delivery_without_a_body_happens_now(wms: Warehouse) -> None:
    order = make_order(status=Status.SHIPPED)

    answer = wms.send("PUT", f"/orders/{order.pk}/delivery")

    assert answer.status_code == 200
    assert timezone.now() - Order.objects.get().delivered_at < timedelta(minutes=1)


def test_facts_about_an_unknown_order_are_404(wms: Warehouse) -> None:
    assert wms.put("/orders/999999/delivery", {}).status_code == 404
    assert wms.post("/orders/Submarino-1/shipments", SHIPMENT).status_code == 404


def test_recording_a_shipment_costs_a_bounded_number_of_statements(wms: Warehouse) -> None:
    order = make_order(status=Status.INVOICED, items=[("A", 1), ("B", 1)])
    wms.get("/channels")

    with CaptureQueriesContext(connection) as queries:
        assert wms.post(f"/orders/{order.pk}/shipments", SHIPMENT).status_code == 201

    assert len(queries) <= 30
