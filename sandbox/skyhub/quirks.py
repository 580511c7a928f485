"""Oddities real payloads have, each by name; `quirks` of a new order asks for them (protocol §3, §7)."""

import math
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Quirk = Callable[[Json], None]


def _customer(**values: Any) -> Quirk:
    return lambda document: document["customer"].update(values)


def _shipping_address(**values: Any) -> Quirk:
    return lambda document: document["shipping_address"].update(values)


def _top(**values: Any) -> Quirk:
    return lambda document: document.update(values)


def _without(*keys: str) -> Quirk:
    def remove(document: Json) -> None:
        for key in keys:
            document.pop(key, None)

    return remove


def _email_from_cpf(document: Json) -> None:
    document["customer"]["email"] = f"{document['customer']['vat_number']}@example.com"


def _duplicated_phones(document: Json) -> None:
    phone = document["customer"]["phones"][0]
    document["customer"]["phones"] = [phone, phone, "(11) 9 0000-00", "-"]


def _padded_number(document: Json) -> None:
    document["shipping_address"]["number"] += " "


def _special_price_zero(document: Json) -> None:
    """A given price of 0 is a price; without a discount the total stays above zero."""
    document["items"][0]["special_price"] = 0
    document["discount"] = 0


def _special_price_absent(document: Json) -> None:
    document["items"][0].pop("special_price", None)


def _same_sku_twice(document: Json) -> None:
    document["items"].append(dict(document["items"][0]))


def _masked_cpf(document: Json) -> None:
    document["customer"]["vat_number"] = "***" + document["customer"]["vat_number"][3:9] + "**"


def _float_noise(document: Json) -> None:
    document["total_ordered"] = math.nextafter(float(document["total_ordered"]), 0)


# Before the total is computed, so that the money invariant holds for what they change.
BEFORE_TOTAL: dict[str, Quirk] = {
    "special_price_absent": _special_price_absent,
    "special_price_zero": _special_price_zero,
    "same_sku_twice": _same_sku_twice,
    "discount_null": _top(discount=None),
    "interest": _top(interest=3.54),
    "payments_empty": _top(payments=[]),
}
AFTER_TOTAL: dict[str, Quirk] = {
    "email_null": _customer(email=None),
    "email_invalid": _customer(email="comprador(arroba)example.com"),
    "email_from_cpf": _email_from_cpf,
    "single_name": _customer(name="Fulana"),
    "no_phone": _customer(phones=[]),
    "dirty_phones": _duplicated_phones,
    "born_unknown": _customer(date_of_birth=None, gender=""),
    "masked_cpf": _masked_cpf,
    "street_newline": _shipping_address(street="Rua dos Exemplos\n\tfundos"),
    "no_number": _shipping_address(number="S/N"),
    "padded_number": _padded_number,
    "complement_null_text": _shipping_address(complement="null"),
    "complement_not_informed": _shipping_address(complement="Não informado"),
    "postcode_null": _shipping_address(postcode=None),
    "region_unknown": _shipping_address(region="N/A"),
    "fraud_risk": _top(tags=["fraud_risk_detected"]),
    "unknown_keys": _top(omnik_version=2, loyalty={"points": 120}),
    "older_payload": _without("imported_at", "exported_at", "delivered_date", "expedition_limit_date"),
    "no_available_to_sync": _without("available_to_sync"),
    "float_noise": _float_noise,
}
QUIRKS = BEFORE_TOTAL | AFTER_TOTAL
