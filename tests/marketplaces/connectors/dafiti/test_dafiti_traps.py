"""One test per trap of the protocol's section 11."""

import json
from decimal import Decimal

import httpx
import pytest
from django.test import Client as Browser

from marketplaces.connectors.dafiti import signing
from marketplaces.connectors.dafiti.statuses import STATUSES, meaning
from marketplaces.errors import Rejected, Unauthorized
from marketplaces.models import Hint
from orders.status import Status
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.dafiti import wire
from tests.marketplaces.connectors.dafiti.at_sandbox import account_at, held, labels, pull, push, ready, statuses
from tests.marketplaces.connectors.dafiti.wire import Api, order, sample, snapshot, unit
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_shipment, make_update

CODE = "5100001"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["pending", "pending"], Status.APPROVED),
        (["shipped", "pending"], Status.APPROVED),
        (["ready_to_ship", "shipped", "canceled"], Status.SHIPPING_ARRANGED),
        (["shipped", "delivered"], Status.SHIPPED),
        (["delivered", "failed"], Status.DELIVERED),
        (["delivered", "return_waiting_for_approval"], Status.RETURNING),
        (["returned", "canceled"], Status.RETURNED),
        (["returned", "delivered"], Status.DELIVERED),
        (["failed", "canceled"], Status.DELIVERY_FAILED),
        (["canceled", "canceled"], Status.CANCELED),
        (["payment_pending"], Status.NEW),
        (["pending", "in_orbit"], None),
    ],
)
def test_trap_1_an_orders_status_follows_from_its_units(words: list[str], expected: Status | None) -> None:
    told = snapshot(order(*(unit(number, word) for number, word in enumerate(words, start=1))))

    assert told.status is expected


def test_trap_2_lists_are_asked_with_names_that_exist_and_arrays_with_brackets() -> None:
    api = Api(order(unit(1), unit(2)))

    run(wire.polled(api.adapter(), wire.SEEN_AT.isoformat()))
    run(api.adapter().canceled_together(CODE))

    assert set(api.requests[0].url.params) == {
        "limit", "offset", "updateDateStart", "updateDateEnd", "sort", "sortDir",
    }  # fmt: skip
    (asked,) = api.calls("/v2/order-items/packages")
    assert asked.url.params.get_list("orderItemIds[]") == ["1", "2"]


@pytest.mark.django_db(transaction=True)
def test_trap_3_two_sibling_calls_spell_the_id_differently(seller: SandboxClient) -> None:
    push(account_at(seller), "SHIPPING_ARRANGED", ready(seller, provider="Dafiti Envios"))

    told = [(call["path"], json.loads(call["body"])["orderItems"][0]) for call in seller.ledger(path="set-to")]
    assert [(path.rpartition("set-to-")[2], list(row)) for path, row in told] == [
        ("packed-by-marketplace", ["orderItemId"]),
        ("ready-to-ship", ["id"]),
    ]


@pytest.mark.django_db(transaction=True)
def test_trap_4_the_path_has_two_l_and_the_status_one(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller)

    push(account, "CANCELED", code)
    pull(account)

    assert [call["path"] for call in seller.ledger(effect="canceled")] == ["/v2/orders/statuses/set-to-cancelled"]
    assert (held(code).status, held(code).channel_status) == (Status.CANCELED, "canceled")


@pytest.mark.parametrize("word", ["payment_pending", "ready_to_ship", "shipped"])
def test_trap_5_in_brazil_only_what_is_pending_is_canceled(word: str) -> None:
    api = Api(order(unit(1, "pending"), unit(2, word)))

    with pytest.raises(Rejected, match=word):
        run(api.adapter().push(make_update("CANCELED", code=CODE)))
    assert api.writes == []


def test_trap_6_a_packed_unit_is_still_pending_and_not_packed_again() -> None:
    api = Api(order(unit(1, tracking="TE1"), unit(2, tracking="TE1")))

    run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))

    assert snapshot(api.orders[CODE]).status is Status.APPROVED
    assert api.writes == [wire.RTS]
    assert api.body(wire.RTS)["trackingNumber"] == "TE1"


def test_trap_7_the_newest_of_its_units_dates_an_order() -> None:
    late = "2026-11-19T08:00:00.000000Z"

    told = snapshot(order(unit(1), unit(2, updatedAt=late), updatedAt="2026-11-18T12:10:00.000000Z"))

    assert told.updated_at.isoformat() == "2026-11-19T08:00:00+00:00"


def test_trap_8_pages_go_on_as_long_as_there_is_a_next_one() -> None:
    api = Api()
    pages = [[order(unit(n), id=5_200_000 + n) for n in (1, 2)], [order(unit(3), id=5_200_003)]]
    for _reading in range(2):
        api.next("/v2/orders", wire.page(*pages[0], more=True), wire.page(*pages[1]))

    cursor = wire.SEEN_AT.isoformat()
    found = [one.external_id for one in run(wire.polled(api.adapter(), cursor)) if hasattr(one, "external_id")]

    assert found == ["5200001", "5200002", "5200003"]
    offsets = [request.url.params["offset"] for request in api.requests]
    assert offsets[:4] == ["0", "2", "0", "2"]
    assert {request.url.params["limit"] for request in api.requests} == {"50"}
    assert {request.url.params["sortDir"] for request in api.requests} == {"asc"}


def test_trap_9_the_access_key_is_spelled_differently_wherever_it_stands() -> None:
    told = snapshot(order(unit(1, invoiceAccesskey="35"), unit(2, invoiceAccessKey="36", accessKey="37")))
    assert [invoice.access_key for invoice in told.invoices] == ["35"]

    api = Api(order(unit(1, "ready_to_ship", tracking="TE1")), order(unit(2), id=5_100_002))
    run(api.adapter().push(make_update("INVOICED", code=CODE)))
    run(api.adapter().push(make_update("SHIPPED", code="5100002", shipment=make_shipment(carrier="Total Express"))))
    assert list(api.body(wire.KEY_CALL)["orderItems"][0]) == ["orderItemId", "accessKey"]
    assert "accessKey" in api.body(wire.RTS)


@pytest.mark.django_db(transaction=True)
def test_trap_10_a_label_is_asked_for_until_its_task_is_finished(seller: SandboxClient) -> None:
    seller.switch(export_seconds=2)
    code = ready(seller, status="ready_to_ship")

    (label,) = labels(account_at(seller), code)

    assert label.content.startswith(b"%PDF")
    asked = [call["path"] for call in seller.ledger() if "export" in call["path"] or "filemanager" in call["path"]]
    assert asked[0] == "/v2/orders/export-document"
    assert asked[1].startswith("/v2/exports/")
    assert asked[-1].startswith("/filemanager/v1/files/download/")
    assert seller.effects(code)["document_created"] == 1


@pytest.mark.django_db(transaction=True)
def test_trap_11_what_counts_for_the_whole_package_is_told_once_and_seen_whole(seller: SandboxClient) -> None:
    account = account_at(seller)
    code = ready(seller, items=[{"sku": "CADERNO-A5", "quantity": 2}])
    seller.act(code, "pack")

    push(account, "CANCELED", code, partial=True, canceled=(("CADERNO-A5", 1),))
    pull(account)

    assert statuses(seller, code) == ["canceled", "canceled"]
    assert held(code).status == Status.CANCELED
    assert held(code).items.get().quantity_canceled == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "status"), [("palavra-do-endereco", 200), ("outra", 401), ("", 401)])
def test_trap_12_a_webhook_proves_itself_by_its_address_and_only_rings(
    seller: SandboxClient, key: str, status: int
) -> None:
    account = account_at(seller)
    body = {
        "event": "onOrderItemsStatusChanged",
        "payload": {"OrderId": "190", "OrderItemIds": ["2"], "NewStatus": "x"},
    }
    url = f"/webhooks/{account.channel.code}" + (f"/{key}" if key else "")

    answer = Browser().post(url, json.dumps(body), content_type="application/json")

    assert answer.status_code == status
    assert [hint.codes for hint in Hint.objects.all()] == ([["190"]] if status == 200 else [])


def test_trap_13_amounts_are_floats_and_lose_no_cent() -> None:
    told = snapshot(sample("two_prices_of_one_sku"))

    assert told.total == told.expected_total == Decimal("105.50")
    assert [(item.quantity, item.unit_price) for item in told.items] == [(1, Decimal("33.34")), (2, Decimal("33.33"))]


def test_trap_14_the_number_is_for_people_and_the_id_for_calls() -> None:
    document = order(unit())
    api = Api(document)

    run(api.adapter().push(make_update("CANCELED", code=CODE)))

    assert (snapshot(document).code, snapshot(document).remote_code) == (CODE, document["number"])
    assert api.requests[0].url.path == f"/v2/orders/{CODE}"


@pytest.mark.django_db(transaction=True)
def test_trap_15_a_mask_overwrites_no_good_data(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller)
    pull(account)
    name, street = held(code).buyer_name, held(code).shipping_address["street"]
    seller.switch(masking="all")
    seller.act(code, "pack")

    pull(account)

    assert (held(code).buyer_name, held(code).shipping_address["street"]) == (name, street)
    assert held(code).trackings  # the rest was taken
    masked = snapshot(sample("awaiting_payment_masked"))
    assert masked.masked
    assert "#" not in repr((masked.buyer, masked.shipping_address))


def test_trap_16_the_v2_signature_has_no_line_break_at_its_end() -> None:
    secret, nonce = "my_key_123456789012345678901234567890123", "9b95be45f403af9c0039e08bee85f409611fa1b2"
    target = "/my/path?" + signing.query_of([("foo", "bar"), ("zzz", "second parameter")])

    signature = signing.v2(secret, method="GET", target=target, timestamp=1234567890, nonce=nonce, body=b"")

    assert signature == "88810379e74af556c15fad9c8fc9fc1756b000d3915df597b69056af0f3ff004"
    assert not signature.startswith(("52780dd8", "621b4385"))  # with a line break; with the hash of nothing


@pytest.mark.parametrize(
    ("message", "expected"), [("E007: Login failed. Signature mismatching", Unauthorized), ("E025: Invalid", Rejected)]
)
def test_trap_17_a_classic_refusal_comes_with_http_200(message: str, expected: type[Exception]) -> None:
    api = Api(order(unit()))
    head = {"RequestAction": "x", "ErrorType": "Sender", "ErrorCode": message[1:4], "ErrorMessage": message}
    api.next(wire.CANCELLED, httpx.Response(200, json={"ErrorResponse": {"Head": head, "Body": ""}}))

    with pytest.raises(expected, match=message[:4]):
        run(api.adapter().push(make_update("CANCELED", code=CODE)))


def test_every_documented_status_means_something() -> None:
    assert {meaning([word], invoiced=False) for word in STATUSES} == set(STATUSES.values())
