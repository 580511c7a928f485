"""B2W Entrega: label lists, labels, collection; fulfillment, stock and late errors (protocol §4.9, §4.11)."""

import json
import re
from typing import Any

import httpx
import pytest

from sandbox.client import SandboxClient
from sandbox.clock import Clock
from sandbox.skyhub.store import Store
from tests.sandbox.conftest import KEY, Api

XML = f'<NFe><infNFe Id="NFe{KEY}"><compra><xPed>%s</xPed></compra></infNFe></NFe>'
KINDS = {"CORREIOS": "b2wentregacorreios", "DIRECT": "b2wentregadirect"}


def remote(order: dict[str, Any]) -> str:
    code: str = order["import_info"]["remote_code"]
    return code


def invoiced(skyhub: SandboxClient, api: Api, kind: str, count: int = 1) -> list[dict[str, Any]]:
    orders = skyhub.create_orders(count, status="APPROVED", calculation_type=KINDS[kind], enqueue=False)
    for order in orders:
        if kind == "DIRECT":
            assert send_xml(api, order["code"]).status_code == 201
        else:
            assert api.invoice(order["code"]).status_code == 201
    return orders


def send_xml(api: Api, code: str) -> httpx.Response:
    request = httpx.Request(
        "POST",
        f"{api.http.base_url}orders/{code}/invoice",
        headers={name: value for name, value in api.headers.items() if name != "Content-Type"},
        files={"file": ("nfe.xml", (XML % "1").encode(), "text/xml")},
        data={"status": "order_invoiced", "volume_qty": "2"},
    )
    return api.http.send(request)


def group(api: Api, orders: list[dict[str, Any]]) -> httpx.Response:
    return api.post("/shipments/b2w", {"order_remote_codes": [remote(order) for order in orders]})


def delete_plp(api: Api, number: int) -> int:
    return api.http.request("DELETE", "/shipments/b2w", json={"plp_id": number}).status_code


@pytest.mark.parametrize("kind", ["CORREIOS", "DIRECT"])
def test_invoiced_orders_are_grouped_listed_and_ungrouped(skyhub: SandboxClient, api: Api, kind: str) -> None:
    orders = invoiced(skyhub, api, kind, 2)
    ready = api.get("/shipments/b2w/to_group").json()["orders"]
    assert [(order["code"], order["shipping"]) for order in ready] == [(remote(order), kind) for order in orders]

    answer = group(api, orders)
    found = re.search(r"Plp (\d+) agrupada com sucesso\.", answer.json()["message"])
    assert found
    number = int(found[1])

    assert answer.status_code == 201
    assert api.get("/shipments/b2w/to_group").json() == {"orders": []}
    (plp,) = api.get("/shipments/b2w").json()["plp"]
    assert (plp["id"], plp["type"]) == (number, kind)
    assert plp["orders"] == [{"code": remote(order)} for order in orders]

    assert delete_plp(api, number) == 200
    assert delete_plp(api, number) == 404
    assert len(api.get("/shipments/b2w/to_group").json()["orders"]) == 2
    assert skyhub.effects(orders[0]["code"])["ungrouped"] == 1


def test_a_direct_order_has_no_label_before_its_xml(skyhub: SandboxClient, api: Api) -> None:
    order = skyhub.create_order(status="APPROVED", calculation_type="b2wentregadirect")
    api.invoice(order["code"])

    assert api.get("/shipments/b2w/to_group").json() == {"orders": []}
    assert group(api, [order]).status_code == 422
    assert api.get(f"/orders/{order['code']}/shipment_labels").status_code == 422


def test_orders_ready_to_group_come_twenty_a_page_from_one(skyhub: SandboxClient, api: Api) -> None:
    invoiced(skyhub, api, "CORREIOS", 21)

    pages = [len(api.get("/shipments/b2w/to_group", params={"offset": n}).json()["orders"]) for n in (1, 2, 3)]

    assert pages == [20, 1, 0]
    assert api.get("/shipments/b2w/to_group", params={"offset": 0}).status_code == 400


def test_a_label_list_takes_at_most_25_orders_of_one_kind(skyhub: SandboxClient, api: Api) -> None:
    many = invoiced(skyhub, api, "CORREIOS", 26)
    direct = invoiced(skyhub, api, "DIRECT")

    assert group(api, many).status_code == 422
    assert group(api, [many[0], *direct]).status_code == 422
    assert group(api, []).status_code == 400
    assert api.post("/shipments/b2w", {"order_remote_codes": ["nope"]}).status_code == 422
    assert group(api, many[:25]).status_code == 201


def test_a_label_list_is_seen_as_json_or_pdf(skyhub: SandboxClient, api: Api) -> None:
    (order,) = invoiced(skyhub, api, "DIRECT")
    group(api, [order])
    number = api.get("/shipments/b2w").json()["plp"][0]["id"]
    path = f"/shipments/b2w/view?plp_id={number}"

    seen = api.get(path).json()
    printed = api.get(path, headers={"Accept": "application/pdf"})

    assert seen["plp"]["resumoServicos"][0]["quantidadeAwbs"] == 2
    assert seen["docsExternos"][0]["docExterno"] == remote(order)
    assert len(seen["docsExternos"][0]["awbs"]) == 2
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-1.4")
    assert remote(order).encode() in printed.content


def test_a_single_order_has_its_own_label(skyhub: SandboxClient, api: Api) -> None:
    (order,) = invoiced(skyhub, api, "CORREIOS")
    path = f"/orders/{order['code']}/shipment_labels"

    assert api.get(path, headers={"Accept": "application/pdf"}).content.startswith(b"%PDF")
    assert api.get(path).json()["docsExternos"][0]["docExterno"] == remote(order)


def test_a_label_list_expires_and_its_orders_are_ready_again(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(b2w_moves=False)
    orders = invoiced(skyhub, api, "CORREIOS")
    group(api, orders)

    skyhub.advance(9 * 86_400)

    assert api.get("/shipments/b2w").json() == {"plp": []}
    assert len(api.get("/shipments/b2w/to_group").json()["orders"]) == 1


def test_collection_is_confirmed_for_direct_only(skyhub: SandboxClient, api: Api) -> None:
    (direct,), (correios,) = invoiced(skyhub, api, "DIRECT"), invoiced(skyhub, api, "CORREIOS")
    group(api, [direct])
    group(api, [correios])

    def waiting(requested: str) -> list[str]:
        found = api.get("/shipments/b2w/collectables", params={"requested": requested}).json()["orders"]
        return [order["code"] for order in found]

    assert waiting("false") == [remote(direct)]
    confirm = "/shipments/b2w/confirm_collection"
    assert api.post(confirm, {"order_codes": [remote(correios)]}).status_code == 422
    assert api.post(confirm, {"order_codes": [remote(direct)]}).status_code == 201
    assert (waiting("false"), waiting("true")) == ([], [remote(direct)])


@pytest.mark.parametrize("as_form", [False, True])
def test_a_fulfillment_order_is_invoiced_by_the_xml_that_names_it(
    skyhub: SandboxClient, api: Api, as_form: bool
) -> None:
    order = skyhub.create_order(status="APPROVED", fulfillment=True, enqueue=False)
    xml = XML % remote(order)
    if as_form:
        headers = {name: value for name, value in api.headers.items() if name != "Content-Type"}
        request = httpx.Request(
            "POST",
            f"{api.http.base_url}fulfillment/b2w/delivery",
            headers=headers,
            files={"file": ("nfe.xml", xml.encode(), "text/xml")},
            data={"recipient_document": "00776574000660"},
        )
        response = api.http.send(request)
    else:
        body = {"recipient_document": "00776574000660", "invoice": {"payload": xml}}
        response = api.post("/fulfillment/b2w/delivery", body)

    assert response.status_code == 201
    assert skyhub.order(order["code"])["status"]["type"] == "INVOICED"
    assert skyhub.effects(order["code"])["invoiced"] == 1
    assert skyhub.ledger()[-1]["code"] == order["code"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"recipient_document": "1", "invoice": {"payload": XML % "1"}}, 422),
        ({"recipient_document": "00776574000660", "invoice": {"payload": "<NFe/>"}}, 422),
        ({"recipient_document": "00776574000660", "invoice": {"payload": XML % "none"}}, 404),
    ],
)
def test_a_fulfillment_invoice_is_checked(skyhub: SandboxClient, api: Api, body: dict[str, Any], status: int) -> None:
    assert api.post("/fulfillment/b2w/delivery", body).status_code == status


@pytest.mark.parametrize(("path", "part"), [("products/0071", "product"), ("variations/TENIS-38", "variation")])
def test_stock_is_told_per_sku(skyhub: SandboxClient, api: Api, path: str, part: str) -> None:
    sku = path.split("/")[1]

    assert api.http.put(f"/{path}", json={part: {"qty": 7}}).status_code == 204
    assert api.http.put(f"/{path}", json={part: {"qty": 7}}).status_code == 204

    assert skyhub.stock()[sku] == api.get(f"/{path}").json()["qty"] == 7
    assert [call["effect"] for call in skyhub.ledger(method="PUT")] == ["stock_updated", "none"]


def test_stock_of_an_unknown_sku_or_below_zero_is_refused(skyhub: SandboxClient, api: Api) -> None:
    assert api.http.put("/products/none", json={"product": {"qty": 1}}).status_code == 404
    assert api.http.put("/products/0071", json={"product": {"qty": -1}}).status_code == 422
    assert api.http.put("/products/0071", json={"qty": 1}).status_code == 400
    assert api.post("/products", {"product": {"sku": "none", "qty": 3}}).status_code == 201
    assert api.post("/products", {"product": {"sku": "none"}}).status_code == 422
    assert skyhub.stock()["none"] == 3


def test_a_late_error_is_listed_until_it_is_dismissed(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    skyhub.act(code, "sync_error", message="Pedido não encontrado no marketplace")
    category = "sync_order_skyhub_to_mtkp"

    assert api.get("/sync_errors/categories").json() == [{"code": category, "error_qty": 1}]
    (error,) = api.get("/sync_errors/orders", params={"error_category_code": category}).json()
    assert (error["entity_id"], error["message"]) == (code, "Pedido não encontrado no marketplace")
    assert skyhub.order(code)["sync_status"] == "ERROR"

    named = {name: error[name] for name in ("entity_id", "error_category_code", "error_code")}
    assert api.http.patch("/sync_errors/orders", json={"errors": [named]}).status_code == 204
    assert api.get("/sync_errors/orders").json() == []
    assert skyhub.order(code)["sync_status"] == "SYNCED"
    assert api.http.patch("/sync_errors/orders", json={"errors": [{}]}).status_code == 400


def test_label_lists_stock_and_errors_survive_a_restart() -> None:
    before = Store({"name": "loja"}, clock=Clock())
    before.products["0071"]["qty"] = 3
    number = before.open_plp("DIRECT", before.clock.now().date())
    before.sync_errors.append({"entity_id": "x"})

    after = Store.load(json.loads(before.dump()), clock=Clock())

    assert (after.products["0071"]["qty"], list(after.plps), after.sync_errors) == (3, [number], [{"entity_id": "x"}])
