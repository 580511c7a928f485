"""The simulated Dafiti keeps to the protocol notes, whoever calls."""

import httpx
import pytest

from sandbox.client import SandboxClient
from sandbox.dafiti import sign
from tests.factories import make_access_key
from tests.sandbox.dafiti.conftest import Api

SEEDS_KEY = "35230942274696002561550060021990691319029090"
V2_SECRET = "my_key_123456789012345678901234567890123"


def units(seller: SandboxClient, code: str) -> list[int]:
    return [item["id"] for item in seller.order(code)["items"]]


def placed(seller: SandboxClient, status: str = "pending", quantity: int = 1, **spec: object) -> tuple[str, list[int]]:
    code = str(seller.create_order(status=status, items=[{"sku": "0071", "quantity": quantity}], **spec)["code"])
    return code, units(seller, code)


@pytest.mark.parametrize("form", ["basic", "body", "multipart"])
def test_a_token_is_given_for_credentials_however_they_come(api: Api, form: str) -> None:
    grant = {"grant_type": "client_credentials"}
    body = {**grant, "client_id": api.basic[0], "client_secret": api.basic[1]}
    path = "/oauth/client-credentials"
    with httpx.Client(base_url=api.http.base_url) as http:
        if form == "basic":
            answer = http.post(path, auth=api.basic, data=grant)
        elif form == "body":
            answer = http.post(path, data=body)
        else:
            answer = http.post(path, files={name: (None, value) for name, value in body.items()})
        wrong = http.post(path, auth=(api.basic[0], "wrong"), data=grant)

    assert answer.json()["expires_in"] == 3600
    assert wrong.status_code == 401


def test_an_expired_token_is_refused(seller: SandboxClient, api: Api) -> None:
    assert api.get("/v2/orders", limit=1, offset=0).status_code == 200
    seller.advance(3601)

    assert api.get("/v2/orders", limit=1, offset=0).status_code == 401


@pytest.mark.parametrize("query", [{}, {"limit": 1}, {"offset": 0}, {"limit": 1, "offset": 0, "status": "pending"}])
def test_a_list_wants_limit_and_offset_and_no_classic_names(api: Api, query: dict[str, object]) -> None:
    assert api.get("/v2/orders", **query).status_code == 400


def test_a_list_pages_upwards_without_a_total(seller: SandboxClient, api: Api) -> None:
    codes = [int(placed(seller)[0]) for _ in range(3)]

    first, second = api.orders(limit=2), api.orders(limit=2, offset=2)

    assert [order["id"] for order in (*first["items"], *second["items"])] == codes
    assert first["pagination"] == {"limit": 2, "offset": 0, "hasNext": True}
    assert second["pagination"]["hasNext"] is False


def test_sections_and_update_times_go_by_units(seller: SandboxClient, api: Api) -> None:
    code, ids = placed(seller, quantity=2)
    placed(seller, status="payment_pending")
    seller.act(code, "ready", items=ids[:1])

    assert [order["id"] for order in api.orders(section="status_ready_to_ship")["items"]] == [int(code)]
    assert [order["id"] for order in api.orders(section="status_pending")["items"]] == [int(code)]
    assert api.orders(updateDateStart="2099-01-01")["items"] == []
    assert api.get("/v2/orders", limit=1, offset=0, section="pending").status_code == 400


def test_the_two_spellings_of_the_id_are_not_the_same(seller: SandboxClient, api: Api) -> None:
    _, ids = placed(seller)

    packed = api.set_to("packed-by-marketplace", orderItems=[{"id": ids[0]}], deliveryType="dropship")
    ready = api.set_to("ready-to-ship", orderItems=[{"orderItemId": ids[0]}], trackingNumber="A")

    assert (packed.status_code, ready.status_code) == (400, 400)
    assert packed.json()["violations"][0]["propertyPath"] == "orderItems[0].orderItemId"
    assert ready.json()["violations"][0]["propertyPath"] == "orderItems[0].id"


def test_packed_stays_pending_and_has_a_number(seller: SandboxClient, api: Api) -> None:
    code, ids = placed(seller)

    rows = [{"orderItemId": ids[0]}]
    answer = api.set_to(
        "packed-by-marketplace", orderItems=rows, deliveryType="dropship", shippingProvider="Dafiti Envios"
    )

    item = seller.order(code)["items"][0]
    assert answer.json() == {"orderItemIds": ids}
    assert item["status"] == "pending"
    assert item["shipment"]["trackingCode"]
    assert api.get("/v2/order-items/packages", **{"orderItemIds[]": ids[0]}).json()[0]["orderItemIds"] == ids


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"shippingProvider": "Outra"}, "E025"),
        ({"deliveryType": "bicycle"}, "E024"),
        ({"trackingNumber": ""}, "E026"),
        ({"accessKey": SEEDS_KEY}, "Access key is not valid"),
        ({"accessKey": ""}, "accessKey"),
    ],
)
def test_what_is_wrong_with_ready_to_ship_is_refused(
    seller: SandboxClient, api: Api, wrong: dict[str, str], code: str
) -> None:
    _, ids = placed(seller)

    answer = api.ready(*ids, **{"accessKey": make_access_key(), **wrong})

    assert answer.status_code in (400, 422)
    assert code in answer.text


def test_numbers_and_keys_are_of_one_package_and_units_of_one_order(seller: SandboxClient, api: Api) -> None:
    (_, first), (_, second) = placed(seller), placed(seller)
    key = make_access_key()
    assert api.ready(*first, accessKey=key).status_code == 200

    assert "E063" in api.ready(*second, accessKey=make_access_key()).text
    assert "already used" in api.ready(*second, accessKey=key, trackingNumber="TE2").text
    assert "E029" in api.set_to("shipped", orderItemIds=[*first, *second]).text
    assert "E023" in api.set_to("shipped", orderItemIds=[1]).text


def test_only_the_documented_moves_are_made(seller: SandboxClient, api: Api) -> None:
    code, ids = placed(seller)
    for status in ("shipped", "delivered"):
        assert api.set_to(status, orderItemIds=ids).status_code == 422
    api.ready(*ids, accessKey=make_access_key())
    assert api.set_to("cancelled", orderItemIds=ids, reason="Sem estoque").status_code == 422
    assert api.set_to("shipped", orderItemIds=ids).status_code == 200
    assert api.set_to("delivered", orderItemIds=ids).status_code == 200
    assert api.set_to("delivered", orderItemIds=ids).status_code == 200
    assert seller.effects(code)["delivered"] == 1


@pytest.mark.parametrize(("rule", "status"), [("brazil", 422), ("spec", 200)])
def test_who_may_cancel_what_is_ready_to_ship_is_a_switch(
    seller: SandboxClient, api: Api, rule: str, status: int
) -> None:
    seller.switch(cancel_rule=rule)
    _, ids = placed(seller, status="ready_to_ship")

    assert api.set_to("cancelled", orderItemIds=ids, reason="Sem estoque").status_code == status
    assert api.set_to("cancelled", orderItemIds=ids, reason="Não quero").status_code == 422


def test_returns_go_their_way(seller: SandboxClient, api: Api) -> None:
    code, ids = placed(seller, status="return_shipped_by_customer")

    assert api.set_to("return-received", orderItemIds=ids).status_code == 200
    assert api.set_to("return-approved", orderItemIds=ids).status_code == 200
    assert seller.order(code)["sandbox"]["status"] == "returned"


def test_a_document_is_a_task_whose_file_expires(seller: SandboxClient, api: Api) -> None:
    _, ids = placed(seller, status="ready_to_ship")
    body = {"orderItemIds": ids, "documentType": "shippingLabel"}
    task = api.http.post("/v2/orders/export-document", json=body)
    assert (task.status_code, task.json()["status"]) == (201, "Queued")
    seller.advance(3)

    done = api.get(f"/v2/exports/{task.json()['id']}").json()

    assert done["status"] == "Finished"
    assert api.get(done["downloadLinks"][0]).content.startswith(b"%PDF")
    seller.command("expire_files")
    assert api.get(f"/v2/exports/{task.json()['id']}").json()["status"] == "Expired"
    assert api.get(f"/filemanager/v1/files/download/{done['uuid']}").status_code == 404


def test_a_pickup_is_refused_in_a_shape_of_its_own(seller: SandboxClient, api: Api) -> None:
    _, ids = placed(seller, status="ready_to_ship")

    answer = api.http.post("/v2/order-pickup-requests", json={"orderItemIds": ids})

    assert (answer.status_code, answer.json()["errors"][0]["orderItemId"]) == (422, ids[0])


def test_too_many_calls_are_429(seller: SandboxClient, api: Api) -> None:
    seller.switch(limits_on=True, per_second=2)

    answers = [api.get("/v2/health") for _ in range(4)]

    assert [answer.status_code for answer in answers].count(429) == 2
    assert answers[-1].headers["Retry-After"] == "1"


def test_masks_go_by_the_switch(seller: SandboxClient, api: Api) -> None:
    placed(seller)
    shipping = api.orders()["items"][0]["address"]["shipping"]
    assert (shipping["phone"], shipping["email"]) == (["#####"], "#####")
    assert shipping["city"] != "#####"

    seller.switch(masking="all")

    assert api.orders()["items"][0]["nationalRegistrationNumber"] == "#####"


def test_webhooks_are_tried_again_until_they_are_answered_200(seller: SandboxClient, api: Api) -> None:
    seller.command("subscribe", callback_url="http://127.0.0.1:9/nobody")
    code, _ = placed(seller, status="payment_pending")
    seller.advance(61)

    waiting = seller.queue()

    assert [(entry["code"], entry["push"]) for entry in waiting] == [(code, "onOrderCreated")]
    assert waiting[0]["body"]["payload"]["OrderId"] == int(code)


def test_the_published_vector_is_what_is_verified() -> None:
    nonce = "9b95be45f403af9c0039e08bee85f409611fa1b2"
    target = "/my/path?foo=bar&zzz=second+parameter"

    assert (
        sign.v2(V2_SECRET, "GET", target, "1234567890", nonce, b"")
        == "88810379e74af556c15fad9c8fc9fc1756b000d3915df597b69056af0f3ff004"
    )
