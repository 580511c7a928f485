"""What an order looks like on the wire, with its quirks (protocol §3)."""

import re
from decimal import Decimal
from typing import Any

import pytest

from sandbox.client import SandboxClient
from sandbox.people import cpf
from sandbox.skyhub.quirks import QUIRKS
from tests.sandbox.conftest import Api


def money_holds(order: dict[str, Any]) -> bool:
    def decimal(value: Any) -> Decimal:
        return Decimal(str(value or 0))

    items = sum(
        (decimal(item.get("special_price", item["original_price"])) * item["qty"] for item in order["items"]),
        Decimal(),
    )
    total = items + decimal(order["shipping_cost"]) + decimal(order["interest"]) - decimal(order["discount"])
    difference: Decimal = abs(total - decimal(order["total_ordered"]))
    return difference < Decimal("0.000001")


def test_a_paid_order_shows_five_date_styles(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]
    order = api.read(code).json()

    offset, naive = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-03:00", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?"
    assert re.fullmatch(offset, order["placed_at"])
    assert re.fullmatch(naive, order["approved_date"])
    assert order["shipped_date"] == ""
    assert order["delivered_date"] is None
    skyhub.set_status(code, type="DELIVERED")
    assert re.fullmatch(offset, api.read(code).json()["delivered_date"])


def test_naive_dates_are_utc(skyhub: SandboxClient, api: Api) -> None:
    order = skyhub.create_order(status="APPROVED")

    assert order["approved_date"][:16] == skyhub.now()[:16]


def test_approved_dates_come_with_and_without_microseconds(skyhub: SandboxClient) -> None:
    lengths = {len(order["approved_date"]) for order in skyhub.create_orders(40, status="APPROVED")}

    assert lengths == {len("2024-01-01T00:00:00"), len("2024-01-01T00:00:00.123456")}


@pytest.mark.parametrize("quirk", [None, *sorted(set(QUIRKS) - {"float_noise"})])
def test_the_money_invariant_holds_for_every_quirk(skyhub: SandboxClient, quirk: str | None) -> None:
    orders = skyhub.create_orders(20, quirks=[quirk] if quirk else [], interest=1.37)

    assert all(money_holds(order) for order in orders)


def test_quirks_bend_what_they_name(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(withhold_address="no")

    order = skyhub.create_order(
        quirks=["email_null", "street_newline", "older_payload", "special_price_absent", "fraud_risk"]
    )

    assert order["customer"]["email"] is None
    assert "\n" in order["shipping_address"]["street"]
    assert "exported_at" not in order
    assert "special_price" not in order["items"][0]
    assert order["tags"] == ["fraud_risk_detected"]


def test_address_and_shipping_method_are_withheld_until_payment(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]
    before = api.read(code).json()
    skyhub.pay(code)
    after = api.read(code).json()

    assert before["shipping_address"]["postcode"] == "00000000"
    assert "shipping_method" not in before
    assert after["shipping_address"]["street"] != before["shipping_address"]["street"]
    assert after["shipping_method"] == "Transportadora"


def test_the_withheld_address_can_be_absent_or_given_at_once(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order()["code"]

    skyhub.switch(withhold_address="absent")
    assert "shipping_address" not in api.read(code).json()
    skyhub.switch(withhold_address="no")
    assert api.read(code).json()["shipping_address"]["postcode"] != "00000000"


def test_numbers_can_be_integers_that_lost_their_zeros(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]
    text = api.read(code).json()["customer"]["vat_number"]

    skyhub.switch(integers=True)

    assert text.startswith("0000")
    assert api.read(code).json()["customer"]["vat_number"] == int(text)


def test_codes_can_have_a_second_hyphen(skyhub: SandboxClient) -> None:
    skyhub.switch(second_hyphen=True)

    order = skyhub.create_order(channel="Lojas Americanas")

    assert re.fullmatch(r"Lojas Americanas-\d{13}-01", order["code"])
    assert order["import_info"]["remote_code"] == order["code"].removeprefix("Lojas Americanas-")


def test_cnova_channels_spell_the_country_with_three_letters(skyhub: SandboxClient) -> None:
    assert skyhub.create_order(channel="Casas Bahia")["billing_address"]["country"] == "BRA"
    assert skyhub.create_order(channel="Submarino")["billing_address"]["country"] == "BR"


def test_b2w_may_prefill_the_shipment_of_an_approved_order(skyhub: SandboxClient) -> None:
    skyhub.switch(prefilled_shipments=True)

    order = skyhub.create_order(status="APPROVED", calculation_type="b2wentregacorreios")

    assert order["status"]["type"] == "APPROVED"
    assert order["shipments"][0]["tracks"][0]["url"] is None


def test_a_patch_bends_anything_and_can_remove_keys(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(payload={"customer": {"email": None}, "tags": "$absent"})["code"]
    skyhub.patch(code, customer={"name": "Outro Nome"})

    order = api.read(code).json()

    assert (order["customer"]["email"], order["customer"]["name"]) == (None, "Outro Nome")
    assert "tags" not in order
    assert len(skyhub.queue()) == 2, "a change at the marketplace enters the queue"


def test_any_status_can_be_shown_even_one_nobody_knows(skyhub: SandboxClient, api: Api) -> None:
    code = skyhub.create_order(status="APPROVED")["code"]

    skyhub.set_status(code, code="limbo", label="Em algum lugar", type="LIMBO")
    assert api.read(code).json()["status"]["type"] == "LIMBO"
    skyhub.set_status(code, type="NEW")
    assert api.read(code).json()["status"]["code"] == "book_product"


def test_invented_cpfs_have_valid_check_digits() -> None:
    assert [cpf(111444777), cpf(42476)] == ["11144477735", "00004247655"]


def test_the_same_seed_gives_the_same_buyers(skyhub: SandboxClient) -> None:
    first = [order["customer"] for order in skyhub.create_orders(5)]
    skyhub.reset()

    assert [order["customer"] for order in skyhub.create_orders(5)] == first
