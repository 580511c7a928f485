"""What a seller may write into an order, and how SkyHub refuses (protocol §4)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.conftest import KEY, TRACK, Api

ITEMS = [{"id": "FONE-PRETO", "qty": 2}]
LINES = [{"sku": "FONE-PRETO", "qty": 2}]


@pytest.fixture
def code(skyhub: SandboxClient) -> str:
    """A paid order of two headphones."""
    code: str = skyhub.create_order(status="APPROVED", items=ITEMS, enqueue=False)["code"]
    return code


def test_an_order_goes_from_paid_to_delivered(skyhub: SandboxClient, api: Api, code: str) -> None:
    answers = [api.invoice(code), api.ship(code, LINES), api.deliver(code, delivered_date="01/02/2024")]

    order = skyhub.order(code)
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"")] * 3
    assert order["status"]["type"] == "DELIVERED"
    assert order["invoices"][0]["key"] == KEY
    assert order["shipments"] == [{"code": code, "delivered_carrier_date": None, "items": LINES, "tracks": [TRACK]}]
    assert skyhub.effects(code) == {"sold": 1, "invoiced": 1, "shipped": 1, "delivered": 1}


def test_writes_can_answer_204(skyhub: SandboxClient, api: Api, code: str) -> None:
    skyhub.switch(write_status=204)

    assert api.invoice(code).status_code == 204


@pytest.mark.parametrize(
    ("invoice", "status"),
    [
        ({"key": None}, 400),
        ({"key": int("9" * 44)}, 422),
        ({"key": "9" * 43}, 422),
        ({"key": "9" * 44}, 201),
        ({"issue_date": "2999-01-01T00:00:00-03:00"}, 422),
        ({"issue_date": "2001-01-01T00:00:00-03:00"}, 422),
        ({"issue_date": "01/01/2024"}, 422),
        ({"issue_date": None, "volume_qty": 3}, 201),
        ({"volume_qty": 0.5}, 422),
    ],
)
def test_an_invoice_needs_44_digits_and_a_date_between_payment_and_now(
    skyhub: SandboxClient, api: Api, code: str, invoice: dict[str, Any], status: int
) -> None:
    assert api.invoice(code, **invoice).status_code == status
    assert skyhub.effects(code).get("invoiced", 0) == (status == 201)


def test_a_real_clock_still_dates_invoices_after_the_sandbox_clock_ran_ahead(skyhub: SandboxClient, api: Api) -> None:
    skyhub.advance(86_400)
    code = skyhub.create_order()["code"]
    skyhub.pay(code)

    assert api.invoice(code, issue_date=datetime.now(UTC).isoformat()).status_code == 201


@pytest.mark.parametrize(
    ("wording", "text"), [("type", "INVOICED -> INVOICED"), ("code", "order_invoiced -> order_invoiced.")]
)
def test_repeating_a_write_is_422_in_either_wording(
    skyhub: SandboxClient, api: Api, code: str, wording: str, text: str
) -> None:
    skyhub.switch(transition_wording=wording)
    api.invoice(code)

    response = api.invoice(code)

    assert (response.status_code, response.json()) == (422, {"error": f"Transição inválida: {text}"})
    assert skyhub.effects(code)["invoiced"] == 1


def test_an_order_never_goes_back(skyhub: SandboxClient, api: Api, code: str) -> None:
    api.invoice(code)
    api.ship(code, LINES)
    api.deliver(code)

    assert "DELIVERED -> SHIPPED" in api.ship(code, LINES).text
    assert "DELIVERED -> CANCELED" in api.cancel(code).text


def test_an_unpaid_order_takes_no_invoice(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]

    assert "NEW -> INVOICED" in api.invoice(code).text


def test_a_status_code_unknown_to_the_account_is_422(skyhub: SandboxClient, api: Api, code: str) -> None:
    assert api.invoice(code, status="invoiced").status_code == 422
    assert skyhub.order(code)["invoices"] == []


def test_a_status_of_another_type_is_refused(skyhub: SandboxClient, api: Api, code: str) -> None:
    assert "APPROVED -> APPROVED" in api.invoice(code, status="payment_received").text
    assert api.invoice(code, status="order_canceled").status_code == 422


def test_without_a_status_the_invoice_is_kept_and_the_status_stays(skyhub: SandboxClient, api: Api, code: str) -> None:
    assert api.invoice(code, status=None).status_code == 201

    order = skyhub.order(code)
    assert (order["status"]["type"], len(order["invoices"])) == ("APPROVED", 1)
    assert order["sandbox"]["effects"] == {"sold": 1, "invoice_attached": 1}


def test_without_a_status_the_order_moves_where_switched_on(skyhub: SandboxClient, api: Api, code: str) -> None:
    skyhub.switch(omitted_status="move")

    api.invoice(code, status=None)

    assert skyhub.order(code)["status"]["type"] == "INVOICED"


def test_a_shipment_without_an_invoice_is_refused_unless_switched_off(
    skyhub: SandboxClient, api: Api, code: str
) -> None:
    assert "APPROVED -> SHIPPED" in api.ship(code, LINES).text
    skyhub.switch(ship_without_invoice=True)
    assert api.ship(code, LINES).status_code == 201


def test_invoice_and_shipment_can_come_in_one_call(skyhub: SandboxClient, api: Api, code: str) -> None:
    assert api.ship(code, LINES, invoice={"key": KEY}).status_code == 201

    assert skyhub.effects(code) == {"sold": 1, "invoiced": 1, "shipped": 1}
    assert skyhub.ledger()[-1]["effect"] == "invoiced+shipped"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (None, 400),
        ([], 400),
        ([{"sku": "FONE", "qty": 1}], 422),
        ([{"sku": "FONE-PRETO", "qty": 3}], 422),
        ([{"sku": "FONE-PRETO", "qty": 1}, {"sku": "FONE-PRETO", "qty": 2}], 422),
        ([{"sku": "FONE-PRETO", "qty": 0}], 422),
        ([{"sku": "FONE-PRETO", "qty": "2"}], 422),
        ([{"sku": "FONE-PRETO", "qty": 1}], 201),
    ],
)
def test_a_shipment_carries_sold_skus_in_at_most_the_ordered_quantity(
    skyhub: SandboxClient, api: Api, code: str, lines: Any, status: int
) -> None:
    api.invoice(code)

    assert api.ship(code, lines).status_code == status
    assert skyhub.effects(code).get("shipped", 0) == (status == 201)


def test_items_beside_the_shipment_are_refused_unless_lenient(skyhub: SandboxClient, api: Api, code: str) -> None:
    api.invoice(code)

    assert api.ship(code, None, items=LINES).status_code == 400
    skyhub.switch(lenient_shipment_items=True)
    assert api.ship(code, None, items=LINES).status_code == 201


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "https://x.example/" + "a" * 183}, 422),
        ({"url": None}, 201),
        ({"carrier": ""}, 400),
        ({"code": None}, 400),
    ],
)
def test_a_track_needs_code_and_carrier_and_a_short_url(
    skyhub: SandboxClient, api: Api, code: str, change: dict[str, Any], status: int
) -> None:
    api.invoice(code)

    assert api.ship(code, LINES, track={**TRACK, **change}).status_code == status


def test_a_second_shipment_is_refused_unless_the_store_allows_it(skyhub: SandboxClient, api: Api, code: str) -> None:
    api.invoice(code)
    half = [{"sku": "FONE-PRETO", "qty": 1}]
    api.ship(code, half)

    assert "SHIPPED -> SHIPPED" in api.ship(code, half, shipment_code="2").text
    skyhub.switch(second_shipment=True)
    assert api.ship(code, half).status_code == 422, "its code must be its own"
    assert api.ship(code, half, shipment_code="2").status_code == 201
    assert api.ship(code, half, shipment_code="3").status_code == 422, "nothing is left to ship"


@pytest.mark.parametrize("kind", ["b2wentregacorreios", "b2wentregadirect"])
def test_b2w_ships_its_own_orders_and_says_so_through_the_queue(skyhub: SandboxClient, api: Api, kind: str) -> None:
    code = skyhub.create_order(status="APPROVED", calculation_type=kind, enqueue=False)["code"]
    assert api.invoice(code).status_code == 201

    assert api.ship(code, LINES).status_code == api.deliver(code).status_code == 422
    skyhub.advance(180)
    assert api.lease().json()["status"]["type"] == "SHIPPED"
    skyhub.advance(180)
    assert skyhub.order(code)["status"]["type"] == "DELIVERED"
    assert skyhub.effects(code)["shipped_by_marketplace"] == 1


def test_a_fulfillment_order_takes_no_invoice_here(skyhub: SandboxClient, api: Api) -> None:
    order = skyhub.create_order(status="APPROVED", fulfillment=True)

    assert order["shipping_method"] == "B2W Fulfillment"
    assert api.invoice(order["code"]).status_code == 422


@pytest.mark.parametrize(
    ("day", "status"), [("31/12/2023", 201), ("2023-12-31", 422), ("31/02/2024", 422), ("01/01/2999", 422)]
)
def test_a_delivery_is_dated_day_month_year_and_not_tomorrow(
    skyhub: SandboxClient, api: Api, code: str, day: str, status: int
) -> None:
    api.invoice(code)
    api.ship(code, LINES)

    assert api.deliver(code, delivered_date=day).status_code == status


def test_a_seller_cancellation_is_indisponivel_until_the_deadline(skyhub: SandboxClient, api: Api, code: str) -> None:
    assert api.cancel(code).status_code == 201
    assert skyhub.order(code)["status"]["type"] == "APPROVED"
    assert "CANCELED -> CANCELED" in api.cancel(code).text

    skyhub.advance(300)

    assert api.lease().json()["status"]["type"] == "CANCELED"
    assert skyhub.effects(code) == {"sold": 1, "cancel_requested": 1, "canceled": 1, "leased": 1}


def test_a_seller_may_still_fulfil_what_was_indisponivel(skyhub: SandboxClient, api: Api, code: str) -> None:
    api.cancel(code)
    api.invoice(code)

    skyhub.advance(300)

    assert skyhub.order(code)["status"]["type"] == "INVOICED"


def test_a_cancellation_can_take_one_step(skyhub: SandboxClient, api: Api, code: str) -> None:
    skyhub.switch(two_step_cancel=False)

    api.cancel(code)

    assert skyhub.order(code)["status"]["type"] == "CANCELED"
    assert skyhub.queue() == []


def test_a_shipment_exception_may_still_end_in_delivery(skyhub: SandboxClient, api: Api, code: str) -> None:
    api.invoice(code)
    api.ship(code, LINES)
    happened = {"occurrence_date": "2024-01-01T10:00:00-03:00", "observation": "Endereço não encontrado"}

    response = api.write(code, "shipment_exception", {"status": "shipment_exception", "shipment_exception": happened})
    assert response.status_code == 201
    assert skyhub.order(code)["status"]["type"] == "SHIPMENT_EXCEPTION"
    assert api.write(code, "shipment_exception", {"status": "shipment_exception"}).status_code == 400
    assert api.deliver(code).status_code == 201


def test_a_direct_order_takes_the_invoice_as_xml(skyhub: SandboxClient, api: Api, code: str) -> None:
    direct = skyhub.create_order(status="APPROVED", calculation_type="b2wentregadirect")["code"]
    xml = f'<NFe><infNFe Id="NFe{KEY}"/></NFe>'.encode()
    headers = {name: value for name, value in api.headers.items() if name != "Content-Type"}

    def post(to: str, content: bytes) -> int:
        del api.http.headers["Content-Type"]
        response = api.http.post(
            f"/orders/{to}/invoice",
            headers=headers,
            files={"file": ("nfe.xml", content, "text/xml")},
            data={"status": "order_invoiced", "volume_qty": "2"},
        )
        api.http.headers["Content-Type"] = "application/json"
        return response.status_code

    assert (post(code, xml), post(direct, b"<NFe/>"), post(direct, xml)) == (422, 422, 201)
    invoice = skyhub.order(direct)["invoices"][0]
    assert (invoice["key"], invoice["volume_qty"]) == (KEY, 2)


@pytest.mark.parametrize(
    ("shape", "invoice", "delivery"),
    [
        ("documented", "error", "errors"),
        ("error", "error", "error"),
        ("errors", "errors", "errors"),
        ("message", "message", "message"),
    ],
)
def test_errors_come_in_three_shapes(skyhub: SandboxClient, api: Api, shape: str, invoice: str, delivery: str) -> None:
    skyhub.switch(error_shape=shape)

    assert list(api.invoice("none").json()) == [invoice]
    assert list(api.deliver("none").json()) == [delivery]


def test_error_shapes_can_rotate_or_be_empty(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(error_shape="rotate")
    assert [next(iter(api.read("none").json())) for _ in range(4)] == ["error", "errors", "message", "error"]

    skyhub.switch(error_shape="empty")
    assert (api.read("none").status_code, api.read("none").content) == (404, b"")
