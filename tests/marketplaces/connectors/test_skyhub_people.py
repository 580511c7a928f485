"""Buyers and addresses: cleaned, completed, and known for what they are when they are withheld."""

from typing import Any

import pytest

from orders.snapshot import Address, Buyer
from tests.marketplaces.connectors.skyhub import sample, snapshot


def address(**over: Any) -> Address:
    return snapshot(sample(shipping_address=sample()["shipping_address"] | over)).shipping_address


def buyer(**over: Any) -> Buyer:
    return snapshot(sample(customer=sample()["customer"] | over)).buyer


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("52998224725", "52998224725"),
        ("529.982.247-25", "52998224725"),
        (1234567890, "01234567890"),
        (52998224725, "52998224725"),
        (11222333000181, "11222333000181"),
        (2333000181222, "02333000181222"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),  # alphanumeric CNPJ, from 2026
        ("***982247**", ""),
        ("", ""),
        (None, ""),
        (True, ""),
    ],
)
def test_a_document_is_text_without_punctuation(told: Any, expected: str) -> None:
    assert buyer(vat_number=told).document == expected


def test_phones_are_kept_once_and_only_if_they_are_phones() -> None:
    assert buyer(phones=["11900000000", "(11) 90000-0000", "-", "", None, 21900000000]).phones == (
        "(11) 90000-0000",
        "21900000000",
    )
    assert buyer(phones=None).phones == ()
    assert buyer(phones="11900000000").phones == ()


@pytest.mark.parametrize(
    ("told", "complement", "reference"),
    [
        ({"complement": "Apto 1", "reference": "Praça", "detail": "Apto 1 - Praça"}, "Apto 1", "Praça"),
        ({"complement": None, "reference": "Praça", "detail": "Apto 1 - Praça"}, "Apto 1", "Praça"),
        ({"complement": "Apto 1", "reference": None, "detail": "Apto 1 - Praça"}, "Apto 1", "Praça"),
        ({"complement": None, "reference": None, "detail": "Apto 1"}, "Apto 1", ""),
        ({"complement": "", "reference": "Praça", "detail": "Praça"}, "", "Praça"),
        ({"complement": "null", "reference": "Não informado", "detail": ""}, "", ""),
        ({"complement": "Apto 1", "reference": "Praça", "detail": "Bloco B"}, "Apto 1 - Bloco B", "Praça"),
        ({"complement": ..., "reference": ..., "detail": ...}, "", ""),
    ],
)
def test_complement_and_reference_come_apart(told: dict[str, Any], complement: str, reference: str) -> None:
    document = sample()
    document["shipping_address"] = {k: v for k, v in (document["shipping_address"] | told).items() if v is not ...}

    found = snapshot(document).shipping_address

    assert (found.complement, found.reference) == (complement, reference)


def test_an_address_is_cleaned() -> None:
    cleaned = snapshot(sample("cnova_address")).shipping_address

    assert cleaned.street == "Avenida dos Exemplos lado par"
    assert cleaned.number == "14"
    assert cleaned.country == "BR"
    assert cleaned.postcode == "80010000"
    assert cleaned.neighborhood == ""
    assert cleaned.state == "N/A"
    assert address(street="Rua\u0000 A").street == "Rua A"  # PostgreSQL could not store it
    assert address(number=7).number == "7"
    assert address(region="sp").state == "SP"
    assert address(country=None).country == "BR"
    assert address(country="PRT").country == "PRT"
    assert address(postcode=1001000).postcode == "01001000"
    assert address(phone=None, secondary_phone="1130000001").phone == "1130000001"


@pytest.mark.parametrize(
    ("shipping", "customer", "masked"),
    [
        ({}, {}, False),
        ({"postcode": None}, {}, False),  # live payloads of 2018: an address without its postcode is no mask
        ({"postcode": "00000000"}, {}, True),
        ({"postcode": 0}, {}, True),
        ({"street": "", "postcode": ""}, {}, True),
        ({"street": "R** *****"}, {}, True),
        ({}, {"vat_number": "***982247**"}, True),
        ({}, {"name": "F***** de T****"}, True),
    ],
)
def test_withheld_and_masked_buyers_are_recognized(
    shipping: dict[str, Any], customer: dict[str, Any], masked: bool
) -> None:
    document = sample()
    document["shipping_address"] |= shipping
    document["customer"] |= customer

    assert snapshot(document).masked is masked


@pytest.mark.parametrize("absent", [..., None, {}, [], "", "protegido"])
def test_an_absent_address_is_withheld_whatever_stands_in_its_place(absent: Any) -> None:
    order = snapshot(sample(shipping_address=absent))

    assert order.masked
    assert order.shipping_address == Address()
