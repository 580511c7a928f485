"""The traps of the protocol's section 9 that concern labels."""

from typing import Any

import pytest

from marketplaces import loop, outbound
from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee.labeling import labels
from marketplaces.errors import NotReady, OutcomeUnknown, Rejected
from orders.models import ChannelUpdate, Label
from orders.status import Status
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.shopee import OK, Shop, package, sample
from tests.marketplaces.connectors.shopee_sandbox import account_at, adapter_of, pull, pull_until, ready, update_of
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

CODE = "261118EXA00001"
RESULT = "logistics/get_shipping_document_result"
CREATE = "logistics/create_shipping_document"


@pytest.mark.django_db(transaction=True)
def test_trap_10_each_package_of_a_split_order_gets_its_own_label(shop: SandboxClient) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0, empty_downloads=0)
    account = account_at(shop)
    code = ready(shop, channel="correios", items=[{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}])
    numbers = {p["package_number"] for p in shop.act(code, "split")["package_list"]}
    for number in numbers:
        shop.act(code, "arrange", package_number=number)

    pull_until(account, code, Status.SHIPPING_ARRANGED)
    outbound.push_channel(account.channel)

    found = Label.objects.filter(order__code=code)
    assert {label.package for label in found} == numbers
    assert len({label.tracking_code for label in found}) == 2


@pytest.mark.django_db(transaction=True)
def test_trap_10_an_order_that_was_not_split_names_no_package(shop: SandboxClient) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0)
    account = account_at(shop)
    code = ready(shop, channel="correios")
    shop.act(code, "arrange")

    (file,) = loop.run(adapter_of(account).labels(update_of("LABEL", code)), timeout=60)

    assert file.package == ""


def test_trap_10_a_combined_parcel_is_labeled_at_shopee_itself() -> None:
    shop = _printing(fail_error="logistics.can_not_print_combine_order", fail_message="Can not print.")

    with pytest.raises(Rejected, match="Shopee"):
        run(labels(shop.adapter().client, make_update("LABEL", code=CODE), wanted="NORMAL_AIR_WAYBILL"))


def test_trap_4_a_code_is_known_with_its_module_and_without() -> None:
    for prefix in ("logistics.", "", " logistics. "):
        shop = _printing(fail_error=f"{prefix}package_can_not_print", fail_message="The package can not print now. ")
        with pytest.raises(NotReady):
            run(labels(shop.adapter().client, make_update("LABEL", code=CODE), wanted="NORMAL_AIR_WAYBILL"))


def test_trap_14_only_creating_a_document_takes_the_tracking_number() -> None:
    """A failed row does not say its package, so each is asked for alone."""
    shop = _printing(fail_error="logistics.shipping_document_should_print_first")
    shop.next(CREATE, _rows({"order_sn": CODE}))
    shop.next(RESULT, _rows({"order_sn": CODE, "status": "PROCESSING"}))

    with pytest.raises(NotReady):
        run(labels(shop.adapter().client, _begun(), wanted="NORMAL_AIR_WAYBILL"))

    row = {"order_sn": CODE, "shipping_document_type": "NORMAL_AIR_WAYBILL"}
    assert shop.body(CREATE) == {"order_list": [{**row, "tracking_number": "BR123"}]}
    assert [request.content for request in shop.calls(RESULT)] == [shop.calls(RESULT)[0].content] * 2


@pytest.mark.django_db(transaction=True)
def test_trap_16_a_shipment_that_another_program_arranged_gets_its_label_here(shop: SandboxClient) -> None:
    shop.switch(tracking_seconds=0, document_seconds=0)
    account = account_at(shop)
    code = ready(shop, channel="correios")
    pull(account)
    shop.act(code, "arrange")

    pull_until(account, code, Status.SHIPPING_ARRANGED)
    outbound.push_channel(account.channel)

    assert ChannelUpdate.objects.get().kind == "LABEL"
    assert Label.objects.filter(order__code=code).exists()


def test_documents_are_asked_for_before_their_result_and_once() -> None:
    shop = _printing()
    shop.next(RESULT, _rows({"order_sn": CODE, "status": "PROCESSING"}))
    adapter = shop.adapter()

    with pytest.raises(NotReady) as caught:
        run(labels(adapter.client, make_update("LABEL", code=CODE), wanted="NORMAL_AIR_WAYBILL"))
    order = [name for name in shop.writes if "document" in name]
    for path in ("logistics/get_tracking_number", RESULT):
        shop.next(path, *([TRACKED] if path != RESULT else [_rows({"order_sn": CODE, "status": "PROCESSING"})]))
    with pytest.raises(NotReady):
        run(labels(adapter.client, _begun(), wanted="NORMAL_AIR_WAYBILL"))

    assert order == ["logistics/get_shipping_document_parameter", CREATE, RESULT]
    assert caught.value.taken
    assert len(shop.calls(CREATE)) == 1


def test_no_label_of_a_split_order_is_downloaded_before_all_are_made() -> None:
    """Or the first would be downloaded once more at every look for the last."""
    shop = _printing()
    shop.orders[CODE]["package_list"] *= 2
    shop.next("logistics/get_tracking_number", TRACKED)
    shop.next("logistics/get_shipping_document_parameter", _rows({"order_sn": CODE}))
    shop.next(RESULT, *(_rows({"order_sn": CODE, "status": status}) for status in ("READY", "PROCESSING")))

    with pytest.raises(NotReady) as caught:
        run(labels(shop.adapter().client, _begun(), wanted="NORMAL_AIR_WAYBILL"))

    assert caught.value.taken
    assert shop.calls("logistics/download_shipping_document") == []


@pytest.mark.parametrize("style", ["row", "call"])
def test_a_document_that_nobody_created_is_created_however_shopee_says_so(style: str) -> None:
    missing = "logistics.shipping_document_should_print_first"
    shop = _printing(fail_error=missing) if style == "row" else _printing()
    if style == "call":
        shop.prepared[RESULT].clear()
        shop.refuse(RESULT, missing, "Please create shipping document first.")
    shop.next(RESULT, _rows({"order_sn": CODE, "status": "PROCESSING"}))

    with pytest.raises(NotReady):
        run(labels(shop.adapter().client, _begun(), wanted="NORMAL_AIR_WAYBILL"))

    assert len(shop.calls(CREATE)) == 1


def test_a_batch_that_failed_without_saying_why_is_no_success() -> None:
    shop = _printing()
    shop.refuse(CREATE, "common.batch_api_all_failed", "All failed.")

    with pytest.raises(Rejected, match="batch_api_all_failed"):
        run(labels(shop.adapter().client, make_update("LABEL", code=CODE), wanted="NORMAL_AIR_WAYBILL"))


def test_an_outage_after_documents_were_asked_for_does_not_ask_for_them_again() -> None:
    shop = _printing()
    shop.prepared[RESULT].clear()
    shop.refuse(RESULT, "error_rate_limit")

    with pytest.raises(OutcomeUnknown):
        run(labels(shop.adapter().client, make_update("LABEL", code=CODE), wanted="NORMAL_AIR_WAYBILL"))


def _begun() -> Outgoing:
    """An update of which an earlier attempt asked for the documents."""
    return make_update("LABEL", code=CODE, begun=True)


TRACKED = {**OK, "response": {"tracking_number": "BR123", "hint": ""}}


def _printing(**failure: str) -> Shop:
    """An arranged order with its number, whose documents fail so."""
    shop = Shop(
        sample(
            order_sn=CODE,
            order_status="PROCESSED",
            package_list=[package(logistics_status="LOGISTICS_REQUEST_CREATED")],
        )
    )
    shop.next("logistics/get_tracking_number", TRACKED)
    shop.next("logistics/get_shipping_document_parameter", _rows({"order_sn": CODE}))
    if failure:
        shop.next(RESULT, {**_rows({"order_sn": CODE, **failure}), "error": "common.batch_api_all_failed"})
    return shop


def _rows(*rows: dict[str, Any]) -> dict[str, Any]:
    return {**OK, "response": {"result_list": list(rows)}}
