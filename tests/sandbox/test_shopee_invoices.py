"""Notes: every refusal of protocol §5.3, the five minutes, and rejections that come later."""

from collections.abc import Callable

import pytest

from sandbox.client import SandboxClient
from tests.sandbox.nfe_xml import access_key, nfe_xml
from tests.sandbox.shopee_api import Json, ShopeeApi, shopee_api_of

WAITING = {"status": "READY_TO_SHIP", "channel": "padrao"}
DETAIL = "Wrong parameters, detail: "


def test_a_note_is_taken_and_the_status_stays(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]

    answer = shop.upload(code, nfe_xml(7))
    found = shop.detail(code, "invoice_data")

    assert set(answer) == {"error", "message", "request_id"}
    assert answer["error"] == ""
    assert found["order_status"] == "READY_TO_SHIP"
    assert found["invoice_data"]["access_key"] == access_key(7)
    assert (found["invoice_data"]["number"], found["invoice_data"]["tax_code"]) == ("7", "5102")
    assert (found["invoice_data"]["status"], found["invoice_data"]["total_value"]) == ("valid", 99.9)
    assert shop.listed(order_status="INVOICE_PENDING") == []
    assert shop.listed(order_status="READY_TO_SHIP") == [code]
    assert shopee.effects(code)["invoiced"] == 1


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (nfe_xml(key=access_key(cnpj="99888777000166"), cnpj="99888777000166"), f"{DETAIL}Invalid CNPJ."),
        (nfe_xml(key=access_key(uf="33")), f"{DETAIL}Invalid UF."),
        (lambda: nfe_xml(minutes_old=1), f"{DETAIL}Invalid NF-e."),
        (nfe_xml(status="204"), f"{DETAIL}Invalid NF-e."),
        (nfe_xml(status="101"), f"{DETAIL}Canceled NF-e."),
        (nfe_xml(key="123"), f"{DETAIL}access_key must be 44 characters in length."),
        (nfe_xml(key=""), f"{DETAIL}access_key is a required field."),
        (lambda: nfe_xml(minutes_old=-10), f"{DETAIL}Invalid issue date. The NF-e issue date cannot be greater than"),
        (nfe_xml(key=access_key()[:43] + "x"), f"{DETAIL}Invalid access key.."),
        (nfe_xml(2, key=access_key(1)), f"{DETAIL}Invalid access key.."),
        (nfe_xml(key=access_key(model="65"), model="65"), "Invalid NF-e model. Only model 55 is accepted."),
        (nfe_xml(cfop="9999"), "CFOP invalid, please confirm it"),
        (b"<html>not a note</html>", "Please upload a valid Invoice XML file"),
    ],
)
def test_each_wrong_note_is_refused_in_shopees_words(
    shopee: SandboxClient, shop: ShopeeApi, xml: bytes | Callable[[], bytes], message: str
) -> None:
    code = shopee.create_order(**WAITING)["code"]

    answer = shop.upload(code, xml() if callable(xml) else xml)  # a note's age counts from now

    assert answer["error"] in ("error_param", "order.upload_invoice_error")
    assert answer["message"].startswith(message)
    assert "invoiced" not in shopee.effects(code)


def test_a_state_registration_of_another_seller_is_refused(shopee: SandboxClient) -> None:
    with shopee.for_store("registrada", state_registration="555") as other, shopee_api_of(other) as api:
        code = other.create_order(**WAITING)["code"]

        assert "State Registration Number" in api.upload(code, nfe_xml())["message"]


def test_a_shop_that_lets_shopee_issue_cannot_upload(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(issuer_is_shopee=True)
    code = shopee.create_order(**WAITING)["code"]

    assert "Don't support Invoice Issuer now" in shop.upload(code, nfe_xml())["message"]


def test_a_missing_declaration_was_a_reason_once(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]
    shopee.switch(xml_declaration=True)
    before = shop.upload(code, nfe_xml(declaration=False))
    shopee.switch(xml_declaration=False)

    assert before["message"] == "File Error"
    assert shop.upload(code, nfe_xml(declaration=False))["error"] == ""


def test_the_form_itself_must_be_right(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]

    assert shop.upload("", nfe_xml())["message"] == f"{DETAIL}order_sn is a required field."
    assert shop.upload(code, nfe_xml(), file_type="1")["message"] == f"{DETAIL}field file_type type error."
    assert shop.upload(code, nfe_xml() + b" " * 2**20)["message"] == "File error."
    assert shop.post("order/upload_invoice_doc", order_sn=code)["error"] == "error_param"


@pytest.mark.parametrize(("status", "channel"), [("READY_TO_SHIP", "correios"), ("CANCELLED", "padrao")])
def test_correios_and_canceled_orders_take_no_note(
    shopee: SandboxClient, shop: ShopeeApi, status: str, channel: str
) -> None:
    code = shopee.create_order(status=status, channel=channel)["code"]

    assert shop.upload(code, nfe_xml())["message"] == f"{DETAIL}The invoice status is invalid to upload invoice data."


def test_a_key_is_taken_once(shopee: SandboxClient, shop: ShopeeApi) -> None:
    first, second = (order["code"] for order in shopee.create_orders(2, **WAITING))
    shop.upload(first, nfe_xml())

    assert shop.upload(first, nfe_xml())["message"] == "Access Key already sent to that order."
    assert shop.upload(second, nfe_xml())["message"].startswith("Access Key duplicated")
    assert shop.upload(first, nfe_xml(2))["message"].endswith("The invoice status is invalid to upload invoice data.")


def test_a_note_grows_old_enough(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]
    xml = nfe_xml(minutes_old=0)
    early = shop.upload(code, xml)

    shopee.advance(301)

    assert early["message"] == f"{DETAIL}Invalid NF-e."
    assert shop.upload(code, xml)["error"] == ""


def test_trap_6_a_note_can_be_thrown_out_after_it_was_taken(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(invoice_verdict="rejected_later")
    code = shopee.create_order(**WAITING)["code"]
    shop.upload(code, nfe_xml())
    shopee.advance(61)

    found = shop.detail(code, "invoice_data")["invoice_data"]
    refused = shop.post("logistics/ship_order", order_sn=code, pickup={})

    assert (found["status"], "SEFAZ" in found["pending_reason"]) == ("pending", True)
    assert (refused["error"], "flagged as invalid by SEFAZ" in refused["message"]) == (
        "logistics.lack_of_invoice_data",
        True,
    )
    assert shop.listed(order_status="INVOICE_PENDING") == [code]
    assert shop.upload(code, nfe_xml(2))["error"] == ""


def test_a_note_may_be_seen_later_than_it_was_taken(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(invoice_lag_seconds=30)
    code = shopee.create_order(**WAITING)["code"]
    shop.upload(code, nfe_xml())

    assert shop.detail(code, "invoice_data")["invoice_data"] == {}
    shopee.advance(31)
    assert shop.detail(code, "invoice_data")["invoice_data"]["access_key"] == access_key()


def data(number: int, issued: int, **changes: object) -> Json:
    return {
        "number": str(number), "series_number": "1", "access_key": access_key(number), "issue_date": issued,
        "total_value": 10.5, "products_total_value": 10.0, "tax_code": "5102", **changes,
    }  # fmt: skip


def test_bare_data_is_the_older_way(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]
    issued = shop.detail(code)["create_time"] - 600

    def add(**changes: object) -> Json:
        return shop.post("order/add_invoice_data", order_sn=code, invoice_data=data(3, issued, **changes))

    assert add(tax_code="")["message"] == f"{DETAIL}tax_code is a required field."
    assert add(access_key="1" * 43)["message"] == f"{DETAIL}access_key must be 44 characters in length."
    assert add()["error"] == ""
    assert shop.detail(code, "invoice_data")["invoice_data"]["number"] == "3"


def test_the_older_way_may_be_gone(shopee: SandboxClient, shop: ShopeeApi) -> None:
    shopee.switch(add_invoice_data=False)

    assert "currently offline" in shop.post("order/add_invoice_data", order_sn="X")["message"]


def test_the_file_can_be_read_back(shopee: SandboxClient, shop: ShopeeApi) -> None:
    code = shopee.create_order(**WAITING)["code"]
    before = shop.get("order/download_invoice_doc", order_sn=code)
    xml = nfe_xml()
    shop.upload(code, xml)

    file = shop.raw("GET", "order/download_invoice_doc", query={"order_sn": code})

    assert before["error"] == "order.download_invoice_error"
    assert file.content == xml
