"""NF-e, handing over, labels (protocol §5)."""

import httpx
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.tiktok.api import TikTokApi


def free(tiktok: SandboxClient, **spec: object) -> str:
    return str(tiktok.create_order(status="AWAITING_SHIPMENT", **spec)["code"])


def test_a_note_is_taken_checked_and_then_valid(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok)

    taken = api.upload(code, tiktok.nfe_xml())
    checking = api.detail(code)["need_upload_invoice"]
    again = api.upload(code, tiktok.nfe_xml())["data"]["errors"]
    tiktok.advance(11)

    assert (taken["code"], taken["data"]) == (0, {})
    assert (checking, api.detail(code)["need_upload_invoice"]) == ("INVOICE_PROCESSING", "INVOICE_UPLOADED")
    assert again[0]["code"] == 10007014
    assert tiktok.effects(code)["invoiced"] == 1


def test_a_file_that_is_refused_hides_behind_code_zero(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok)

    answers = [api.upload(code, b"<html>"), api.upload(code, tiktok.nfe_xml(), order_ids=["other"])]

    assert [answer["code"] for answer in answers] == [0, 0]
    assert [answer["data"]["errors"][0]["code"] for answer in answers] == [10007012, 10007013]
    assert api.detail(code)["need_upload_invoice"] == "NEED_INVOICE"


@pytest.mark.parametrize("verdict", ["NOT_FOUND", "ACCESS_KEY_DUPLICATE", "CNPJ_NOT_MATCH"])
def test_a_note_that_is_thrown_out_can_be_sent_anew(tiktok: SandboxClient, api: TikTokApi, verdict: str) -> None:
    tiktok.switch(invoice_verdict=verdict)
    code = free(tiktok)
    api.upload(code, tiktok.nfe_xml())
    tiktok.act(code, "judge_invoice")

    thrown_out = api.detail(code)["need_upload_invoice"]
    tiktok.switch(invoice_verdict="SUCCESS")
    again = api.upload(code, tiktok.nfe_xml())

    assert (thrown_out, again["data"]) == ("NEED_INVOICE", {})


def test_without_a_valid_note_nothing_is_shipped(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok)
    package = api.package(code)

    before = api.ship(package, handover_method="DROP_OFF")
    api.upload(code, tiktok.nfe_xml())
    checking = api.ship(package, handover_method="DROP_OFF")
    tiktok.advance(11)

    assert before["code"] == checking["code"] == 21011015
    assert api.ship(package, handover_method="DROP_OFF")["code"] == 0
    assert api.ship(package, handover_method="DROP_OFF")["code"] == 21011012
    assert tiktok.effects(code)["arranged"] == 1


def test_a_pickup_takes_a_slot_that_is_free(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok, invoiced=True)
    package = api.package(code)
    slots = api.call("GET", f"/fulfillment/202309/packages/{package}/handover_time_slots")["data"]["pickup_slots"]
    taken, chosen = slots[0], slots[1]

    def ship(slot: dict[str, object]) -> int:
        span = {"start_time": slot["start_time"], "end_time": slot["end_time"]}
        return int(api.ship(package, handover_method="PICKUP", pickup_slot=span)["code"])

    assert (taken["avaliable"], chosen["avaliable"]) == (False, True)
    assert (ship(taken), ship(chosen)) == (21011017, 0)
    assert api.read_package(package)["handover_method"] == "PICKUP"


def test_a_label_is_bought_a_little_later_and_its_address_is_good_for_a_day(
    tiktok: SandboxClient, api: TikTokApi
) -> None:
    code = free(tiktok, invoiced=True)
    package = api.package(code)
    api.ship(package, handover_method="DROP_OFF")

    early, buying = api.document(package), api.read_package(package)["package_sub_status"]
    tiktok.advance(11)
    given = api.document(package)["data"]
    label = httpx.get(given["doc_url"])
    tiktok.advance(86_401)

    assert (early["code"], buying) == (21011020, "RTSING")
    assert given["tracking_number"].startswith("BR")
    assert label.content.startswith(b"%PDF")
    assert httpx.get(given["doc_url"]).status_code == 403


def test_there_is_no_label_once_the_carrier_has_the_parcel(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = tiktok.create_order(status="IN_TRANSIT")["code"]

    assert api.document(api.package(code))["code"] == 21011020


def test_the_sellers_own_carrier_is_named_by_number(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok, invoiced=True, shipping_type="SELLER")
    package = api.package(code)
    option = api.detail(code)["delivery_option_id"]
    rows = api.call("GET", f"/logistics/202309/delivery_options/{option}/shipping_providers")["data"]
    own = {"tracking_number": "BR1", "shipping_provider_id": rows["shipping_providers"][0]["id"]}

    assert api.ship(package, handover_method="DROP_OFF")["code"] != 0
    assert api.ship(package, self_shipment=own)["code"] == 0
    assert api.detail(code)["line_items"][0]["shipping_provider_name"] == "Correios"


def test_part_of_a_split_order_may_be_shipped(tiktok: SandboxClient, api: TikTokApi) -> None:
    code = free(tiktok, items=[{"sku": "0071", "quantity": 2}], invoiced=True)
    tiktok.act(code, "split")
    first, second = (row["id"] for row in api.detail(code)["packages"])

    api.ship(first, handover_method="DROP_OFF")
    partly = api.detail(code)
    api.ship(second, handover_method="DROP_OFF")

    assert partly["status"] == "PARTIALLY_SHIPPING"
    assert [unit["display_status"] for unit in partly["line_items"]] == ["AWAITING_COLLECTION", "AWAITING_SHIPMENT"]
    assert api.detail(code)["status"] == "AWAITING_COLLECTION"


def test_a_batch_says_which_packages_failed(tiktok: SandboxClient, api: TikTokApi) -> None:
    package = api.package(free(tiktok, invoiced=True))
    rows = [{"id": package, "handover_method": "DROP_OFF"}, {"id": "none", "handover_method": "DROP_OFF"}]

    answer = api.call("POST", "/fulfillment/202309/packages/ship", {"packages": rows})

    assert answer["code"] == 0
    assert [row["detail"]["package_id"] for row in answer["data"]["errors"]] == ["none"]


def test_a_labeled_parcel_is_collected_delivered_and_completed(tiktok: SandboxClient, api: TikTokApi) -> None:
    tiktok.switch(carrier_moves=True)
    code = free(tiktok, invoiced=True)
    package = api.package(code)
    api.ship(package, handover_method="DROP_OFF")
    tiktok.advance(11)
    api.document(package)

    seen = []
    for _ in range(3):
        tiktok.advance(181)
        seen.append(api.detail(code)["status"])

    assert seen == ["IN_TRANSIT", "DELIVERED", "COMPLETED"]
