"""Repeating is safe: one effect per Idempotency-Key, and none on an order that has changed since it was read."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from orders import verbs
from orders.api import once
from orders.models import OrderEvent, StockCount, StoredAnswer
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_api_key, make_order
from tests.orders.warehouse import Warehouse
from warehouse.tasks import forget_old

pytestmark = pytest.mark.django_db
SHIPMENT = {"tracking_code": "BR123456789BR", "carrier": "Correios"}
FOUND = {"items": [{"sku": "A", "delta": 5}], "reason": "Inventário"}


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def keyed(wms: Warehouse, key: str, **headers: str) -> Warehouse:
    other = Warehouse("")
    other.headers = {**wms.headers, "Idempotency-Key": key, **headers}
    return other


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/api/problems/")


def test_a_repeated_request_gets_the_first_one_s_answer(wms: Warehouse) -> None:
    order = make_order(status=Status.INVOICED)

    first = keyed(wms, "a").post(f"/orders/{order.pk}/shipments", SHIPMENT)
    verbs.deliver(order, by=WAREHOUSE)
    again = keyed(wms, "a").post(f"/orders/{order.pk}/shipments", SHIPMENT)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content  # as it was then, although it is delivered by now
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")


def test_what_adds_up_counts_once_per_key(wms: Warehouse) -> None:
    for key in ("a", "a", '"a"', "b"):
        assert keyed(wms, key).post("/stock-adjustments", FOUND).status_code == 200

    assert wms.get("/stock/A").json()["on_hand"] == 10
    assert StockCount.objects.count() == 2


def test_what_adds_up_is_refused_without_a_key(wms: Warehouse) -> None:
    assert problem(wms.post("/stock-adjustments", FOUND)) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256])
def test_a_key_that_cannot_be_read_is_refused(wms: Warehouse, key: str) -> None:
    assert problem(keyed(wms, key).post("/stock-adjustments", FOUND)) == (400, "idempotency-key-invalid")


def test_another_body_with_the_same_key_is_refused_and_changes_nothing(wms: Warehouse) -> None:
    keyed(wms, "a").post("/stock-adjustments", FOUND)

    answer = keyed(wms, "a").post("/stock-adjustments", {**FOUND, "reason": "Outro"})

    assert problem(answer) == (422, "idempotency-key-reused")
    assert answer.json()["errors"][0]["header"] == "Idempotency-Key"
    assert wms.get("/stock/A").json()["on_hand"] == 5


def test_the_same_body_in_other_words_is_the_same(wms: Warehouse) -> None:
    keyed(wms, "a").post("/stock-adjustments", FOUND)

    spaced = '{"reason":  "Inventário", "items": [ {"delta": 5, "sku": "A"} ] }'
    answer = keyed(wms, "a").send("POST", "/stock-adjustments", spaced, content_type="application/json")

    assert (answer.status_code, answer["Idempotency-Replayed"]) == (200, "true")


def test_the_same_key_at_another_address_is_refused(wms: Warehouse) -> None:
    first, second = make_order(status=Status.INVOICED), make_order(status=Status.INVOICED)
    keyed(wms, "a").post(f"/orders/{first.pk}/shipments", SHIPMENT)

    answer = keyed(wms, "a").post(f"/orders/{second.pk}/shipments", SHIPMENT)

    assert problem(answer) == (422, "idempotency-key-reused")


def test_two_systems_may_use_the_same_key(wms: Warehouse) -> None:
    other = Warehouse(make_api_key("other"))

    for system in (wms, other):
        keyed(system, "a").post("/stock-adjustments", FOUND)

    assert wms.get("/stock/A").json()["on_hand"] == 10


def test_a_refused_request_may_be_corrected_and_keeps_its_key(wms: Warehouse) -> None:
    order = make_order()

    refused = keyed(wms, "a").post(f"/orders/{order.pk}/shipments", SHIPMENT)
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    taken = keyed(wms, "a").post(f"/orders/{order.pk}/shipments", SHIPMENT)

    assert (refused.status_code, taken.status_code) == (409, 201)


def test_answers_are_forgotten_after_days(wms: Warehouse) -> None:
    keyed(wms, "a").post("/stock-adjustments", FOUND)
    forget_old()
    assert StoredAnswer.objects.count() == 1

    StoredAnswer.objects.update(created_at=timezone.now() - once.KEPT_FOR - timedelta(seconds=1))
    forget_old()

    assert StoredAnswer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_still_worked_on_is_not_done_twice(wms: Warehouse) -> None:
    written, may_commit = Event(), Event()
    wms.get("/channels")  # notes the use of the key, for the transaction below would hold its row

    def slowly() -> None:
        try:
            with transaction.atomic():
                keyed(wms, "a").post("/stock-adjustments", FOUND)
                written.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = Thread(target=slowly)
    thread.start()
    assert written.wait(20)
    running = keyed(wms, "a").post("/stock-adjustments", FOUND)
    may_commit.set()
    thread.join()
    after = keyed(wms, "a").post("/stock-adjustments", FOUND)

    assert problem(running) == (409, "idempotency-key-running")
    assert running["Retry-After"] == "1"
    assert (after.status_code, after["Idempotency-Replayed"]) == (200, "true")
    assert StockCount.objects.count() == 1


def test_an_order_carries_its_version_everywhere(wms: Warehouse) -> None:
    order = make_order()

    read = wms.get(f"/orders/{order.pk}")
    listed = wms.get("/orders").json()["orders"][0]
    told = wms.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()})

    assert read["ETag"] == f'"{listed["version"]}"' == f'"{read.json()["version"]}"'
    assert told["ETag"] == f'"{told.json()["version"]}"' != read["ETag"]


def test_a_fact_about_an_order_that_changed_is_refused_and_not_recorded(wms: Warehouse) -> None:
    order = make_order()
    version = wms.get(f"/orders/{order.pk}")["ETag"]
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    stale = Warehouse("")
    stale.headers = {**wms.headers, "If-Match": version}
    refused = stale.post(f"/orders/{order.pk}/shipments", SHIPMENT)
    stale.headers["If-Match"] = f'W/"{refused.json()["order"]["version"]}"'
    taken = stale.post(f"/orders/{order.pk}/shipments", SHIPMENT)

    assert problem(refused) == (412, "precondition-failed")
    assert refused.json()["order"]["status"] == "INVOICED"
    assert taken.status_code == 201
    assert OrderEvent.objects.filter(kind="SHIPPED").count() == 1


def test_what_the_status_forbids_is_told_as_changed_when_it_has(wms: Warehouse) -> None:
    order = make_order()
    stale = Warehouse("")
    stale.headers = {**wms.headers, "If-Match": '"1"'}

    assert problem(stale.post(f"/orders/{order.pk}/shipments", SHIPMENT))[0] == 412


def test_a_fact_that_is_recorded_already_is_never_refused(wms: Warehouse) -> None:
    order, key = make_order(), make_access_key()
    cautious = Warehouse("")
    cautious.headers = {**wms.headers, "If-Match": wms.get(f"/orders/{order.pk}")["ETag"]}

    answers = [cautious.put(f"/orders/{order.pk}/invoice", {"access_key": key}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_any_version_will_do_when_asked_so(wms: Warehouse) -> None:
    order = make_order()
    anyway = Warehouse("")
    anyway.headers = {**wms.headers, "If-Match": "*"}

    assert anyway.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()}).status_code == 200
