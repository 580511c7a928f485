"""What is told, and what a refusal means: NF-e, the choice of pickup, labels, late answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import choosing, polling
from marketplaces.connectors.shopee.refusals import Then, refusal
from marketplaces.errors import AlreadyApplied, Rejected, Throttled, Unavailable, Unsupported
from orders.snapshot import OrderSnapshot
from tests.marketplaces.connectors.shopee import OK, PARAMETER, SEEN_AT, Json, Shop, package, sample
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

UPLOAD = "order/upload_invoice_doc"
CODE = "261118EXA00001"


def invoiced(**over: Any) -> Outgoing:
    update = make_update("INVOICED", code=CODE)
    assert update.invoice is not None
    return replace(update, invoice=replace(update.invoice, **over))


def ago(**spans: float) -> datetime:
    return datetime.now(UTC) - timedelta(**spans)


@pytest.mark.parametrize(
    ("message", "then", "word"),
    [
        (
            "Wrong parameters, detail: Invalid CNPJ. The access key CNPJ must be the same as the registration..",
            Then.FIX,
            "CNPJ",
        ),
        ("Wrong parameters, detail: Invalid UF. The access key UF must be the same..", Then.FIX, "UF"),
        ("Wrong parameters, detail: Invalid IE. The IE must be the same as the registration.", Then.FIX, "IE"),
        ("Don't support Invoice Issuer now, please switch Shop Default to upload invoice..", Then.FIX, "own issuer"),
        ("Wrong parameters, detail: Invalid NF-e.", Then.WAIT, "SEFAZ"),
        ("Wrong parameters, detail: Canceled NF-e.", Then.FIX, "canceled"),
        ("Access Key duplicated, please do not use duplicated Access Key.", Then.FIX, "another order"),
        ("Wrong parameters, detail: access_key must be 44 characters in length.", Then.FIX, "access key"),
        ("Wrong parameters, detail: access_key is a required field.", Then.FIX, "access key"),
        ("Invalid issue date. The NF-e issue date cannot be greater than the current date..", Then.FIX, "future"),
        ("Wrong parameters, detail: The invoice status is invalid to upload invoice data.", Then.NOT_WANTED, "carrier"),
        ("Wrong parameters, detail: Invalid access key..", Then.FIX, "access key"),
        ("Invalid NF-e model. Only model 55 is accepted.", Then.FIX, "model 55"),
        ("CFOP invalid, please confirm it", Then.FIX, "CFOP"),
        ("The file is not a valid XML.", Then.FIX, "read the file"),
        ("File Error", Then.FIX, "read the file"),
        ("Access Key already sent to that order.", Then.DONE, ""),
        ("Upload invoice failed, please try again later.", Then.WAIT, ""),
    ],
)
def test_each_refusal_of_a_note_says_what_to_do(message: str, then: Then, word: str) -> None:
    known = refusal(message)

    assert known is not None
    assert known.then is then
    assert word in known.sentence


def test_a_refusal_that_nobody_has_seen_is_told_as_it_is() -> None:
    shop = Shop(sample())
    shop.refuse(UPLOAD, "error_param", "Order_sn is a required field.")

    with pytest.raises(Rejected, match="Order_sn is a required field"):
        run(shop.adapter().push(invoiced()))


def test_the_note_goes_as_a_form_with_the_number_of_the_order() -> None:
    shop = Shop(sample())

    run(shop.adapter().push(invoiced(xml='<?xml version="1.0" encoding="ISO-8859-1"?><nfeProc>ção</nfeProc>')))

    (request,) = shop.calls(UPLOAD)
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="order_sn"\r\n\r\n261118EXA00001\r\n' in request.content
    assert b'name="file_type"\r\n\r\n4\r\n' in request.content
    assert '<?xml version="1.0" encoding="UTF-8"?><nfeProc>ção</nfeProc>'.encode() in request.content


def test_a_note_waits_until_it_is_five_minutes_old() -> None:
    shop = Shop(sample())

    with pytest.raises(Throttled) as caught:
        run(shop.adapter().push(invoiced(issued_at=ago(minutes=2))))

    assert 170 < caught.value.seconds <= 180
    assert shop.requests == []


@pytest.mark.parametrize(("issued_at", "expected"), [(ago(minutes=10), Throttled), (ago(hours=2), Rejected)])
def test_a_young_note_that_is_called_invalid_is_tried_again(issued_at: datetime, expected: type[Exception]) -> None:
    shop = Shop(sample())
    shop.refuse(UPLOAD, "error_param", "Wrong parameters, detail: Invalid NF-e.")

    with pytest.raises(expected):
        run(shop.adapter().push(replace(invoiced(issued_at=issued_at), at=issued_at)))


def test_a_note_that_sefaz_refused_after_it_was_taken_is_no_success() -> None:
    shop = Shop(sample("invoice_refused_later", order_sn=CODE))
    update = invoiced(access_key=sample("invoiced")["invoice_data"]["access_key"])

    with pytest.raises(Rejected, match="SEFAZ: NF-e cancelada"):
        run(shop.adapter().push(update))
    assert run(shop.adapter().is_applied(update)) is False


def test_without_the_file_nothing_is_sent() -> None:
    shop = Shop(sample())

    with pytest.raises(Rejected, match="XML"):
        run(shop.adapter().push(invoiced(xml="")))
    assert shop.requests == []


def test_a_note_for_an_order_that_was_canceled_needs_a_person_and_for_correios_nobody() -> None:
    for name, expected in (("canceled_unpaid", Rejected), ("correios_drop_off", Unsupported)):
        shop = Shop(sample(name, order_sn=CODE))
        shop.refuse(UPLOAD, "error_param", "The invoice status is invalid to upload invoice data.")
        with pytest.raises(expected):
            run(shop.adapter().push(invoiced()))


@pytest.mark.parametrize(
    ("choice", "pickup"),
    [
        ({}, {"address_id": 2, "pickup_time_id": "9"}),
        ({"address_id": "1"}, {"address_id": 1, "pickup_time_id": "5"}),
        ({"address_id": "2", "pickup_time_id": "8"}, {"address_id": 2, "pickup_time_id": "8"}),
    ],
)
def test_a_pickup_is_at_the_address_and_time_chosen_or_at_shopees_own(
    choice: dict[str, str], pickup: dict[str, Any]
) -> None:
    assert choosing.way(PARAMETER, carrier="Shopee Xpress", choice=choice, rule={}) == {"pickup": pickup}


@pytest.mark.parametrize("choice", [{"address_id": "3"}, {"pickup_time_id": "7"}, {"way": "dropoff"}])
def test_a_choice_that_is_not_offered_is_refused(choice: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        choosing.way(PARAMETER, carrier="", choice=choice, rule={})


@pytest.mark.parametrize(
    ("carrier", "ways", "chosen"),
    [
        ("Correios", ["pickup", "dropoff"], "dropoff"),
        ("Coleta Correios", ["pickup", "dropoff"], "pickup"),
        ("Shopee Xpress", ["pickup", "dropoff"], "pickup"),
        ("Shopee Xpress", ["dropoff"], "dropoff"),
    ],
)
def test_only_correios_takes_parcels_at_a_counter(carrier: str, ways: list[str], chosen: str) -> None:
    parameter = {**PARAMETER, "info_needed": {way: [] for way in ways}}

    assert list(choosing.way(parameter, carrier=carrier, choice={}, rule={})) == [chosen]


def test_a_drop_off_that_needs_nothing_is_still_named() -> None:
    assert choosing.way({"info_needed": {"dropoff": []}}, carrier="Correios", choice={}, rule={}) == {"dropoff": {}}


def test_what_a_person_has_to_give_is_named() -> None:
    parameter = {"info_needed": {"non_integrated": ["tracking_number"]}}

    with pytest.raises(Rejected, match="tracking_number"):
        choosing.way(parameter, carrier="", choice={}, rule={})
    assert choosing.way(parameter, carrier="", choice={"tracking_number": "BR1"}, rule={}) == {
        "non_integrated": {"tracking_number": "BR1"}
    }


def test_a_slot_that_was_taken_meanwhile_is_no_final_answer() -> None:
    shop = Shop(sample("invoiced"))
    for _attempt in range(2):
        shop.refuse("logistics/ship_order", "logistics.ship_order_pickup_time_invalid", "Invalid pickup time id.")
    update = make_update("SHIPPING_ARRANGED", code="261118EXA00008")

    with pytest.raises(Unavailable):
        run(shop.adapter().push(update))
    with pytest.raises(Rejected):
        run(shop.adapter().push(replace(update, choice={"address_id": "2", "pickup_time_id": "9"})))


def test_of_several_packages_one_that_somebody_arranged_does_not_stop_the_others() -> None:
    shop = Shop(sample("invoiced", package_list=[package(package_number="OFG1"), package(package_number="OFG2")]))
    shop.refuse("logistics/ship_order", " logistics.package_already_shipped")

    answer = run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))

    assert answer == "request_id r1"
    assert len(shop.calls("logistics/ship_order")) == 2


def test_what_is_left_of_a_split_order_is_still_named() -> None:
    gone = package(package_number="OFG1", logistics_status="LOGISTICS_INVALID")
    shop = Shop(sample("invoiced", package_list=[gone, package(package_number="OFG2")]))

    run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))

    assert shop.body("logistics/ship_order")["package_number"] == "OFG2"


def test_a_package_in_an_unknown_status_is_left_alone() -> None:
    shop = Shop(sample("invoiced", package_list=[package(logistics_status="LOGISTICS_IN_ORBIT")]))

    with pytest.raises(Rejected, match="LOGISTICS_IN_ORBIT"):
        run(shop.adapter().push(make_update("SHIPPING_ARRANGED", code="261118EXA00008")))
    assert shop.writes == []


def test_a_cancellation_out_of_stock_names_each_item_once() -> None:
    shop = Shop(sample("bundle_discounted_price_zero"))

    run(shop.adapter().push(make_update("CANCELED", code="261118EXA00002", reason="sem estoque")))

    assert shop.body("order/cancel_order") == {
        "order_sn": "261118EXA00002",
        "cancel_reason": "OUT_OF_STOCK",
        "item_list": [{"item_id": 22345678902, "model_id": 0}],
    }


def test_canceling_some_units_never_cancels_the_order() -> None:
    shop = Shop(sample())

    with pytest.raises(Rejected, match="Central do Vendedor"):
        run(shop.adapter().push(make_update("CANCELED", code=CODE, partial=True)))
    assert shop.requests == []


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        ("CANCEL_ACCEPTED", "canceled_unpaid", AlreadyApplied),
        ("CANCEL_ACCEPTED", "processed", Rejected),
        ("CANCEL_REJECTED", "processed", AlreadyApplied),
        ("CANCEL_REJECTED", "canceled_unpaid", Rejected),
    ],
)
def test_an_answer_that_comes_too_late_is_compared_with_what_became_of_the_order(
    kind: str, now: str, expected: type[Exception]
) -> None:
    shop = Shop(sample(now, order_sn=CODE))
    shop.refuse("order/handle_buyer_cancellation", "order.order_status_invalid", "Invalid order_status.")

    with pytest.raises(expected):
        run(shop.adapter().push(make_update(kind, code=CODE)))


def test_labels_are_downloaded_as_they_are_and_an_empty_file_is_not_there_yet() -> None:
    shop = Shop()
    rows = [{"order_sn": CODE}]
    path = "logistics/download_shipping_document"
    force = {"Content-Type": "application/force-download"}
    shop.next(
        path, httpx.Response(200, content=b"", headers=force), httpx.Response(200, content=b"%PDF-", headers=force)
    )
    shop.refuse(path, "logistics.shipping_document_should_print_first")
    client = shop.adapter().client

    assert run(client.download_documents("NORMAL_AIR_WAYBILL", rows)) == b""
    assert run(client.download_documents("NORMAL_AIR_WAYBILL", rows)) == b"%PDF-"
    with pytest.raises(Rejected):
        run(client.download_documents("NORMAL_AIR_WAYBILL", rows))


def test_a_batch_of_which_every_row_failed_still_says_why() -> None:
    shop = Shop()
    rows = [{"order_sn": CODE, "fail_error": "logistics.package_can_not_print", "fail_message": "Wait."}]
    error = {**OK, "error": "common.batch_api_all_failed", "response": {"result_list": rows}}
    shop.next("logistics/create_shipping_document", error)

    assert run(shop.adapter().client.create_documents([{"order_sn": CODE}])) == rows


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"address_id": "1"}, {"address_id": 1, "pickup_time_id": "5"}),
        ({"slot": "earliest"}, {"address_id": 2, "pickup_time_id": "8"}),
        ({"way": "dropoff", "slot": "latest"}, {"address_id": 2, "pickup_time_id": "9"}),
    ],
)
def test_the_accounts_rule_decides_where_nobody_chose(rule: dict[str, str], expected: dict[str, object]) -> None:
    assert choosing.way(PARAMETER, carrier="Shopee Xpress", choice={}, rule=rule) == {"pickup": expected}


def test_what_a_person_chose_outranks_the_rule() -> None:
    choice = {"way": "pickup", "address_id": "2", "pickup_time_id": "8"}
    chosen = choosing.way(PARAMETER, carrier="", choice=choice, rule={"address_id": "1", "slot": "latest"})

    assert chosen == {"pickup": {"address_id": 2, "pickup_time_id": "8"}}


def test_a_rule_whose_address_is_gone_ships_from_no_other() -> None:
    with pytest.raises(Rejected, match="endereço"):
        choosing.way(PARAMETER, carrier="", choice={}, rule={"address_id": "77"})


def test_a_refusal_that_came_later_says_what_to_do() -> None:
    (seen,) = fetched(sample("invoice_refused_later")).invoices

    assert "emita outra" in seen.refused
    assert seen.refused.endswith("(SEFAZ: NF-e cancelada)")


def fetched(document: Json) -> OrderSnapshot:
    snapshot = polling.read(json.dumps(document).encode(), SEEN_AT).snapshot
    assert snapshot is not None
    return snapshot
