"""Reading orders, test orders, and statuses (protocol §4.7, §4.8, §5)."""

import re
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.conftest import Api, api_of

ADDRESS = {"street": "Rua de teste", "number": 1234, "city": "Cidade", "region": "SP", "postcode": "01000000"}
POSTED: dict[str, Any] = {
    "channel": "Submarino",
    "items": [{"id": "teste002-azul", "qty": 2, "original_price": 8.45, "special_price": 0.85}],
    "customer": {"name": "Fulana de Exemplo", "vat_number": 4247655, "phones": ["11900000000"]},
    "billing_address": ADDRESS,
    "shipping_address": {**ADDRESS, "post_code": "01000000"},
    "shipping_method": "Transportadora",
    "estimated_delivery": "2024-02-11",
    "shipping_cost": 5.0,
    "interest": 0.0,
    "discount": 0.0,
}


def test_a_test_order_is_posted_queued_and_approved(skyhub: SandboxClient, api: Api) -> None:
    assert api.post("/orders", {"order": POSTED}).status_code == 201
    order = api.lease().json()
    assert (order["status"]["type"], order["total_ordered"]) == ("NEW", 6.7)
    assert re.fullmatch(r"Submarino-\d{13}", order["code"])
    api.acknowledge(order["code"])

    assert api.write(order["code"], "approval", {"status": "payment_received"}).status_code == 201
    assert api.lease().json()["status"]["type"] == "APPROVED"
    assert "APPROVED -> APPROVED" in api.write(order["code"], "approval", {"status": "payment_received"}).text


def test_a_test_order_echoes_the_json_types_that_were_posted(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(withhold_address="no")
    api.post("/orders", {"order": POSTED})

    order = api.lease().json()

    assert (order["customer"]["vat_number"], order["shipping_address"]["number"]) == (4247655, 1234)
    assert "post_code" not in order["shipping_address"]


def test_a_posted_date_comes_back_as_the_evening_before(skyhub: SandboxClient, api: Api) -> None:
    api.post("/orders", {"order": POSTED})

    assert api.lease().json()["estimated_delivery"] == "2024-02-10T21:00:00-03:00"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"channel": None}, 400),
        ({"items": []}, 400),
        ({"items": [{"qty": 1}]}, 400),
        ({"items": [{"id": "a", "qty": 0, "original_price": 1}]}, 422),
        ({"items": [{"id": "a", "qty": 1, "original_price": "1"}]}, 422),
        ({"shipping_cost": "5"}, 422),
        ({"estimated_delivery": "11/02/2024"}, 422),
        ({"payments": [1]}, 422),
        ({"discount": None, "payments": None}, 201),
    ],
)
def test_a_test_order_is_checked(skyhub: SandboxClient, api: Api, change: dict[str, Any], status: int) -> None:
    assert api.post("/orders", {"order": {**POSTED, **change}}).status_code == status


def test_test_orders_can_be_limited_to_known_skus(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(known_skus_only=True)
    known = {**POSTED, "items": [{**POSTED["items"][0], "id": "0071"}]}

    assert api.post("/orders", {"order": POSTED}).status_code == 422
    assert api.post("/orders", {"order": known}).status_code == 201


def test_production_accounts_take_no_test_orders_and_no_approval(skyhub: SandboxClient) -> None:
    with skyhub.for_store("loja", kind="production") as store, api_of(store) as api:
        code = store.create_order()["code"]

        assert api.post("/orders", {"order": POSTED}).status_code == 403
        assert api.write(code, "approval", {"status": "payment_received"}).status_code == 403


def test_a_single_order_has_the_shape_of_the_queue(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]

    assert api.read(code).content == api.lease().content
    assert api.read("Submarino-1").status_code == 404


def test_orders_are_listed_in_pages_newest_first(skyhub: SandboxClient, api: Api) -> None:
    codes = [order["code"] for order in skyhub.create_orders(5, enqueue=False)][::-1]

    first, second = (api.get("/orders", params={"per_page": 3, "page": page}).json() for page in (1, 2))

    assert first["total"] == second["total"] == 5
    assert [order["code"] for order in first["orders"] + second["orders"]] == codes


def test_a_page_holds_at_most_a_hundred(skyhub: SandboxClient, api: Api) -> None:
    skyhub.create_orders(120, enqueue=False)

    assert len(api.get("/orders", params={"per_page": 500}).json()["orders"]) == 100


@pytest.mark.parametrize(
    ("page", "per_page", "status"), [(100, 100, 200), (101, 100, 400), (0, 10, 400), ("x", 10, 400)]
)
def test_nothing_can_be_listed_beyond_ten_thousand(
    skyhub: SandboxClient, api: Api, page: Any, per_page: int, status: int
) -> None:
    assert api.get("/orders", params={"page": page, "per_page": per_page}).status_code == status


def test_orders_are_filtered(skyhub: SandboxClient, api: Api) -> None:
    paid = skyhub.create_order(status="APPROVED", channel="Shoptime")["code"]
    skyhub.create_order(channel="Submarino")
    api.lease()
    api.acknowledge(paid)

    def found(**params: Any) -> list[str]:
        return [order["code"] for order in api.get("/orders", params=params).json()["orders"]]

    assert found(**{"filters[statuses][]": ["payment_received", "complete"]}) == [paid]
    assert found(**{"filters[sale_system]": "Shoptime"}) == [paid]
    assert found(**{"filters[sync_status][]": "SYNCED"}) == [paid]
    assert len(found(**{"filters[start_date]": "01/01/2020"})) == 2
    assert found(**{"filters[end_date]": "01/01/2020"}) == []
    assert api.get("/orders", params={"filters[end_date]": "2020-01-01"}).status_code == 400


def test_an_order_can_be_marked_as_exported(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]

    assert api.http.put(f"/orders/{code}/exported", json={"exported": True}).status_code == 204
    assert skyhub.order(code)["exported_at"] is not None


def test_statuses_are_listed_created_and_relabeled(skyhub: SandboxClient, api: Api) -> None:
    status = {"code": "new_order", "label": "Novo", "type": "NEW"}
    assert api.post("/statuses", {"status": status}).status_code == 201
    assert api.post("/statuses", {"status": status}).status_code == 422
    assert status in api.get("/statuses").json()

    changed = {"label": "Novo pedido", "type": "NEW"}
    assert api.http.put("/statuses/new_order", json={"status": changed}).status_code == 204
    assert {"code": "new_order", **changed} in api.get("/statuses").json()
    assert api.http.put("/statuses/none", json={"status": changed}).status_code == 404
    assert api.post("/statuses", {"status": {**status, "code": "x", "type": "WHATEVER"}}).status_code == 422
    assert api.post("/statuses", {"status": {"code": "x"}}).status_code == 400
    assert api.http.delete("/statuses/new_order").status_code == 405


def test_status_types_are_plain_texts(skyhub: SandboxClient, api: Api) -> None:
    types = api.get("/status_types").json()

    assert set(types) == {
        "NEW", "OVERDUE", "APPROVED", "INVOICED", "SHIPPED", "SHIPMENT_EXCEPTION", "DELIVERED", "CANCELED",
    }  # fmt: skip
    assert api.post("/status_types", {}).status_code == 405


def test_an_account_may_have_numeric_codes_and_other_spellings_of_types(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]
    skyhub.switch(status_set="numeric", type_alias={"INVOICED": "INVOICE"})

    assert api.read(code).json()["status"] == {"code": "4", "label": "Pago", "type": "APPROVED"}
    assert api.invoice(code, status="order_invoiced").status_code == 422
    assert api.invoice(code, status="5").status_code == 201
    assert api.read(code).json()["status"]["type"] == "INVOICE"


def test_a_created_status_is_used_by_the_order_that_takes_it(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]
    api.post("/statuses", {"status": {"code": "invoiced", "label": "Faturado", "type": "INVOICED"}})

    assert api.invoice(code, status="invoiced").status_code == 201
    assert api.read(code).json()["status"] == {"code": "invoiced", "label": "Faturado", "type": "INVOICED"}
