"""What is told, and what a refusal means: NF-e, hand-over, the seller's own carrier, labels, cancellations."""

import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from marketplaces.connectors.tiktok import choosing, reasons
from marketplaces.errors import AlreadyApplied, Malformed, NotReady, Rejected, Unsupported
from tests.marketplaces.connectors.tiktok.wire import CANCEL, PACKAGE, SLOTS, UPLOAD, Shop, ok, sample, unit
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_shipment, make_update

CODE = "576600000000000002"
DOCUMENT = f"{PACKAGE}/shipping_documents"


def held(name: str, **over: Any) -> Shop:
    return Shop(sample(name, id=CODE, **over))


def push(shop: Shop, kind: str, **fields: Any) -> str:
    return run(shop.adapter().push(make_update(kind, code=CODE, **fields)))


def test_the_note_goes_as_base64_for_its_package_and_nobody_reads_it_in_the_log() -> None:
    shop = held("approved_needs_invoice")
    update = make_update("INVOICED", code=CODE)
    assert update.invoice is not None
    invoice = replace(update.invoice, xml='<?xml version="1.0" encoding="ISO-8859-1"?><nfeProc>ção</nfeProc>')

    with pytest.raises(NotReady):
        run(shop.adapter().push(replace(update, invoice=invoice)))

    (row,) = shop.body(UPLOAD)["invoices"]
    assert (row["package_id"], row["order_ids"], row["file_type"]) == ("1158000000000000001", [CODE], "XML")
    assert base64.b64decode(row["file"]).decode() == '<?xml version="1.0" encoding="UTF-8"?><nfeProc>ção</nfeProc>'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("invoiced", AlreadyApplied),
        ("invoice_processing", NotReady),
        ("on_hold", NotReady),
        ("fulfilled_by_tiktok", Unsupported),
        ("canceled_by_buyer", Rejected),
    ],
)
def test_a_note_is_sent_only_where_it_is_wanted(name: str, expected: type[Exception]) -> None:
    shop = held(name)

    with pytest.raises(expected):
        push(shop, "INVOICED")
    assert shop.writes == []


def test_without_the_file_nothing_is_sent() -> None:
    shop, update = held("approved_needs_invoice"), make_update("INVOICED", code=CODE)
    assert update.invoice is not None

    with pytest.raises(Rejected, match="XML"):
        run(shop.adapter().push(replace(update, invoice=replace(update.invoice, xml=""))))
    assert shop.requests == []


def test_a_note_that_was_thrown_out_can_be_told_anew() -> None:
    with pytest.raises(Rejected) as caught:
        run(held("approved_needs_invoice").adapter().is_applied(make_update("INVOICED", code=CODE, taken=True)))

    assert caught.value.undone


def test_a_note_that_never_arrived_is_sent_again() -> None:
    assert not run(held("approved_needs_invoice").adapter().is_applied(make_update("INVOICED", code=CODE)))


@pytest.mark.parametrize("over", [{}, {"need_upload_invoice": ...}], ids=["unknown", "absent"])
def test_a_note_is_not_uploaded_for_ever_where_nobody_says_what_became_of_it(over: dict[str, Any]) -> None:
    shop = held("approved_invoice_need_unknown", **over)

    with pytest.raises(NotReady) as caught:
        push(shop, "INVOICED")

    assert caught.value.taken
    assert run(shop.adapter().is_applied(make_update("INVOICED", code=CODE, taken=True)))
    assert len(shop.calls(UPLOAD)) == 1


def test_a_split_order_with_one_note_gets_the_one_that_is_missing() -> None:
    units = [unit(id=f"{place}", package_id=f"P{place}") for place in (1, 2)]
    packages = [{"id": "P1"}, {"id": "P2"}]
    shop = held("approved_needs_invoice", line_items=units, packages=packages, need_upload_invoice="INVOICE_UPLOADED")
    exists = {"code": 10007014, "message": "invoice exists", "detail": {"package_id": "P1"}}
    shop.next(UPLOAD, ok({"errors": [exists]}), ok({"errors": [exists, exists]}))

    with pytest.raises(NotReady) as caught:
        push(shop, "INVOICED")
    with pytest.raises(AlreadyApplied):
        push(shop, "INVOICED")

    assert caught.value.taken


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("on_hold", NotReady),
        ("unpaid", Rejected),
        ("approved_needs_invoice", Rejected),
        ("invoice_processing", NotReady),
        ("buyer_asks_to_cancel", NotReady),
        ("canceled_by_buyer", Rejected),
        ("awaiting_collection", AlreadyApplied),
        ("shipped_by_the_seller", Unsupported),
    ],
)
def test_a_package_is_shipped_only_when_it_is_free(name: str, expected: type[Exception]) -> None:
    shop = held(name)

    with pytest.raises(expected):
        push(shop, "SHIPPING_ARRANGED")
    assert shop.writes == []


def test_a_buyer_who_asks_to_cancel_while_times_are_asked_for_stops_the_shipment() -> None:
    shop = held("invoiced")

    def meanwhile(request: httpx.Request) -> httpx.Response:
        shop.orders[CODE] = sample("buyer_asks_to_cancel", id=CODE)
        return shop.answer(request)

    shop.next(f"{PACKAGE}/handover_time_slots", meanwhile)

    with pytest.raises(NotReady):
        push(shop, "SHIPPING_ARRANGED")
    assert shop.writes == []


def test_what_the_order_shows_late_is_not_shipped_twice() -> None:
    late = {"need_upload_invoice": "NO_NEED", "line_items": [unit(package_status="TO_FULFILL")]}
    shop = held("invoiced", **late)
    shop.package = {"package_status": "PROCESSING", "package_sub_status": "RTSING"}

    assert run(shop.adapter().is_applied(make_update("SHIPPING_ARRANGED", code=CODE)))
    with pytest.raises(AlreadyApplied):
        push(held("awaiting_collection", **late), "SHIPPING_ARRANGED")
    assert shop.writes == []


def test_each_waiting_package_of_a_split_order_is_shipped() -> None:
    shop = held("partially_shipping")

    shop.next("/fulfillment/202309/packages/1158000000000000002/handover_time_slots", ok(SLOTS))
    push(shop, "SHIPPING_ARRANGED")

    assert shop.writes == ["/fulfillment/202309/packages/1158000000000000002/ship"]


@pytest.mark.parametrize(
    ("choice", "rule", "expected"),
    [
        ({}, {}, {"handover_method": "PICKUP", "pickup_slot": {"start_time": 1795104000, "end_time": 1795114800}}),
        (
            {"way": "PICKUP", "slot": "1795176000-1795186800"},
            {},
            {"handover_method": "PICKUP", "pickup_slot": {"start_time": 1795176000, "end_time": 1795186800}},
        ),
        ({}, {"way": "DROP_OFF"}, {"handover_method": "DROP_OFF"}),
    ],
)
def test_a_hand_over_is_what_was_chosen_or_the_accounts_rule(
    choice: dict[str, str], rule: dict[str, str], expected: dict[str, Any]
) -> None:
    assert choosing.hand_over(SLOTS, choice, rule=rule) == expected


@pytest.mark.parametrize("choice", [{"way": "VAN"}, {"way": "PICKUP", "slot": "1-2"}])
def test_a_choice_that_is_not_offered_is_refused(choice: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        choosing.hand_over(SLOTS, choice, rule={})


def test_what_is_offered_is_told_in_words() -> None:
    ways = run(held("invoiced").adapter().shipping_ways(CODE))

    assert [(way.choice["way"], way.usual) for way in ways] == [
        ("PICKUP", True),
        ("PICKUP", False),
        ("DROP_OFF", False),
    ]
    assert ways[0].words.startswith("Coleta: ")


PROVIDERS = "/logistics/202309/delivery_options/7091146663229654785/shipping_providers"
CARRIERS = ok({"shipping_providers": [{"id": "1", "name": "Correios"}, {"id": "2", "name": "Jadlog"}]})


def test_the_sellers_own_shipment_is_told_with_number_and_carrier() -> None:
    shop = held("shipped_by_the_seller")
    shop.next(PROVIDERS, CARRIERS)

    push(shop, "SHIPPED", shipment=make_shipment(carrier="Correios SEDEX"))

    assert shop.body(f"{PACKAGE}/ship") == {
        "self_shipment": {"tracking_number": "AA000000001BR", "shipping_provider_id": "1"}
    }


def test_a_carrier_that_tiktok_does_not_know_is_refused_with_those_it_knows() -> None:
    shop = held("shipped_by_the_seller")
    shop.next(PROVIDERS, CARRIERS)

    with pytest.raises(Rejected, match="Correios, Jadlog"):
        push(shop, "SHIPPED", shipment=make_shipment(carrier="Tartaruga"))


def test_a_partial_shipment_is_told_where_it_fills_a_package() -> None:
    units = [unit(), unit(id="2", seller_sku="MEIA-M", sku_id="7", package_id="1158000000000000002")]
    packages = [{"id": "1158000000000000001"}, {"id": "1158000000000000002"}]
    shop = held("shipped_by_the_seller", line_items=units, packages=packages)
    shop.next(PROVIDERS, CARRIERS)
    part = {"shipment": make_shipment(items=(("MEIA-M", 1),)), "shipping_complete": False}

    push(shop, "SHIPPED", **part)
    assert shop.writes == ["/fulfillment/202309/packages/1158000000000000002/ship"]
    with pytest.raises(Unsupported):
        push(shop, "SHIPPED", shipment=make_shipment(items=(("OUTRO", 1),)), shipping_complete=False)


@pytest.mark.parametrize("kind", ["SHIPPED", "DELIVERED", "DELIVERY_FAILED"])
def test_what_tiktoks_carrier_tells_itself_is_told_by_nobody_else(kind: str) -> None:
    shop = held("invoiced")

    with pytest.raises(Unsupported):
        push(shop, kind)
    assert shop.writes == []


def label(shop: Shop) -> Any:
    return run(shop.adapter().labels(make_update("LABEL", code=CODE)))


def test_a_label_is_downloaded_and_its_bytes_kept() -> None:
    shop = held("awaiting_collection")
    shop.package = {"package_status": "PROCESSING", "package_sub_status": "RTS", "shipping_provider_name": "Rápida"}
    shop.next(DOCUMENT, ok({"doc_url": "https://marketplace.example.com/l.pdf?sign=s", "tracking_number": "BR1"}))
    shop.next("/l.pdf", httpx.Response(200, content=b"%PDF-1.4 label"))

    (file,) = label(shop)

    assert (file.content, file.tracking_code, file.carrier) == (b"%PDF-1.4 label", "BR1", "Rápida")
    download = shop.calls("/l.pdf")[0]
    assert "x-tts-access-token" not in download.headers
    assert "app_key" not in download.url.params


@pytest.mark.parametrize(
    ("status", "sub_status", "expected"),
    [
        ("TO_FULFILL", "STOCKING", NotReady),
        ("PROCESSING", "RTSING", NotReady),
        ("FULFILLING", "TTS", Unsupported),
        ("CANCELLED", "", Unsupported),
    ],
)
def test_a_label_is_there_between_shipping_and_the_carrier(
    status: str, sub_status: str, expected: type[Exception]
) -> None:
    shop = held("awaiting_collection")
    shop.package = {"package_status": status, "package_sub_status": sub_status}

    with pytest.raises(expected):
        label(shop)
    assert shop.calls(DOCUMENT) == []


def test_a_page_instead_of_a_label_is_no_label() -> None:
    shop = held("awaiting_collection")
    shop.package = {"package_status": "PROCESSING", "package_sub_status": "RTS"}
    shop.next(DOCUMENT, ok({"doc_url": "https://marketplace.example.com/l.pdf"}))
    shop.next("/l.pdf", httpx.Response(200, text="<html>expired</html>"))

    with pytest.raises(Malformed):
        label(shop)


def test_reasons_are_offered_in_portuguese_and_understood_again() -> None:
    shop = held("approved_needs_invoice")

    offered = run(shop.adapter().reasons(kind="CANCELED", code=CODE))
    push(shop, "CANCELED", reason=offered[1])

    assert offered == ["Sem estoque", "O comprador pediu ao vendedor para cancelar"]
    assert shop.body(CANCEL)["cancel_reason"] == "seller_cancel_paid_reason_buyer_requested_cancellation"


def test_where_eligibility_cannot_be_asked_for_the_documented_reasons_count() -> None:
    shop = held("unpaid")
    shop.refuse(f"/return_refund/202602/orders/{CODE}/aftersale_eligibility", 36009009, status=404)

    push(shop, "CANCELED")

    assert shop.body(CANCEL)["cancel_reason"] == "seller_cancel_unpaid_reason_out_of_stock"


def test_where_eligibility_names_no_reasons_the_documented_ones_count() -> None:
    shop = held("unpaid")
    path = f"/return_refund/202602/orders/{CODE}/aftersale_eligibility"
    shop.next(
        path, ok({"sku_eligibility": [{"line_item_eligibility": [{"request_type": "CANCEL", "eligible": True}]}]})
    )

    push(shop, "CANCELED")

    assert shop.body(CANCEL)["cancel_reason"] == "seller_cancel_unpaid_reason_out_of_stock"


def test_an_order_that_may_not_be_canceled_says_why() -> None:
    shop = held("awaiting_collection")
    entry = {"request_type": "CANCEL", "eligible": False, "ineligible_reason": "Shipped."}
    path = f"/return_refund/202602/orders/{CODE}/aftersale_eligibility"
    shop.next(path, ok({"sku_eligibility": [{"line_item_eligibility": [entry]}]}))

    with pytest.raises(Rejected, match="Shipped"):
        push(shop, "CANCELED")
    assert shop.writes == []


def test_a_reason_that_is_not_taken_names_those_that_are() -> None:
    with pytest.raises(Rejected, match="Sem estoque"):
        reasons.choose("o cliente desistiu", ["seller_cancel_reason_out_of_stock"])


def test_an_approval_carries_a_key_and_a_refusal_a_reason() -> None:
    shop = held("buyer_asks_to_cancel")
    path = f"{CANCEL}/4035318504086604001"

    push(shop, "CANCEL_ACCEPTED")
    push(shop, "CANCEL_REJECTED", reason="Já embalado")

    assert shop.calls(f"{path}/approve")[0].url.params["idempotency_key"] == "despacho-1"
    assert json.loads(shop.calls(f"{path}/reject")[0].content) == {
        "reject_reason": "seller_reject_apply_product_has_been_packed",
        "comment": "Já embalado",
    }


def test_only_a_buyers_request_is_answered() -> None:
    shop = held("buyer_asks_to_cancel", cancellations=...)
    pending = {"order_id": CODE, "cancel_status": "CANCELLATION_REQUEST_PENDING"}
    shop.cancellations = [
        {**pending, "cancel_id": "1", "role": "SELLER"},
        {**pending, "cancel_id": "2", "role": "BUYER"},
    ]

    push(shop, "CANCEL_ACCEPTED")

    assert shop.writes == [f"{CANCEL}/2/approve"]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("CANCEL_ACCEPTED", "canceled_by_buyer", AlreadyApplied),
        ("CANCEL_ACCEPTED", "invoiced", Rejected),
        ("CANCEL_REJECTED", "invoiced", AlreadyApplied),
        ("CANCEL_REJECTED", "canceled_by_buyer", Rejected),
    ],
)
def test_an_answer_that_comes_too_late_is_compared_with_what_became_of_the_order(
    kind: str, name: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        push(held(name), kind)


def test_webhooks_are_subscribed_to_for_each_kind() -> None:
    shop = Shop()
    path = "/event/202309/webhooks"
    adapter = shop.adapter()
    run(adapter.subscribe("https://hub.example.com/webhooks/loja"))
    rows = [{"event_type": call["event_type"], "address": call["address"]} for call in map(_body, shop.calls(path))]
    shop.next(path, ok({"webhooks": rows[1:]}))

    found = run(adapter.subscription())

    assert found.url == "https://hub.example.com/webhooks/loja"
    assert found.missing == ("ORDER_STATUS_CHANGE",)


def _body(request: httpx.Request) -> dict[str, str]:
    body: dict[str, str] = json.loads(request.content)
    return body
