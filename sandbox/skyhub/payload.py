"""The document of a new order, with every field of protocol §3."""

import random
from datetime import datetime, timedelta
from typing import Any

from sandbox.catalog import BY_SKU, basket
from sandbox.people import Person, invent
from sandbox.skyhub.dates import local

Json = dict[str, Any]
# Casas Bahia and its sisters spell countries with three letters (protocol §3.3).
CNOVA = frozenset({"Extra", "Casas Bahia", "Ponto Frio"})


def document(
    *, code: str, remote_code: str, channel: str, placed_at: datetime, items: list[Json], dice: random.Random
) -> Json:
    """An unpaid order of an invented buyer; `retotal` must still be called."""
    person = invent(dice=dice)
    address = _address(person, country="BRA" if channel in CNOVA else "BR")
    return {
        "code": code,
        "channel": channel,
        **_dates(placed_at),
        "total_ordered": 0,
        "interest": 0,
        "shipping_cost": dice.choice((0, 9.9, 15.32, 24.5)),
        "discount": dice.choice((0, 0, 0, 5.0)),
        "seller_shipping_cost": None,
        **_shipping(),
        "sync_status": "NOT_SYNCED",
        "available_to_sync": True,
        "sync_sale_system": None,
        "linked_order": None,
        "target_order": None,
        "tags": [],
        "import_info": {"ss_name": channel, "remote_id": None, "remote_code": remote_code},
        "customer": _customer(person),
        "billing_address": dict(address),
        "shipping_address": address,
        "items": items,
        "invoices": [],
        "shipments": [],
        "payments": [_payment(dice)],
    }


def random_items(dice: random.Random) -> list[Json]:
    return [item({"id": product.sku, "qty": qty}) for product, qty in basket(dice=dice)]


def item(spec: Json) -> Json:
    """One line; name, parent and prices come from the catalog for a SKU it knows."""
    sku = str(spec["id"])
    product = BY_SKU.get(sku)
    price = product.cents / 100 if product else 10.0
    original = spec.get("original_price", price)
    return {
        "id": sku,
        "product_id": product.parent if product else sku,
        "name": product.name if product else f"Produto de exemplo {sku}",
        "qty": 1,
        "original_price": original,
        "special_price": original,
        "shipping_cost": None,
        "sale_fee": None,
        "remote_store_id": None,
        "listing_type_id": None,
        "gift_wrap": None,
        "detail": None,
        "delivery_line_id": None,
        **spec,
    }


def retotal(document: Json) -> None:
    """Σ price × qty + shipping + interest − discount; price is special_price if present, even 0 (§3.6)."""
    cents = sum(
        round(line.get("special_price", line["original_price"]) * 100) * line["qty"] for line in document["items"]
    )
    for name, sign in (("shipping_cost", 1), ("interest", 1), ("discount", -1)):
        cents += sign * round((document.get(name) or 0) * 100)
    document["total_ordered"] = cents / 100 if cents % 100 else cents // 100
    for payment in document["payments"]:
        payment["value"] = document["total_ordered"]


def _dates(placed_at: datetime) -> Json:
    return {
        "placed_at": local(placed_at),
        "updated_at": local(placed_at),
        "imported_at": local(placed_at),
        "exported_at": None,
        "approved_date": "",
        "shipped_date": "",
        "delivered_date": None,
        "expedition_limit_date": None,
        "estimated_delivery": local(placed_at + timedelta(days=9)),
        "estimated_delivery_shift": None,
    }


def _shipping() -> Json:
    return {
        "shipping_method": "Transportadora",
        "shipping_carrier": "",
        "shipping_estimate_id": "",
        "shipping_method_id": None,
        "calculation_type": None,
        "delivery_contract_type": "",
    }


def _customer(person: Person) -> Json:
    return {
        "name": person.name,
        "email": person.email,
        "date_of_birth": person.born,
        "gender": person.gender,
        "vat_number": person.cpf,
        "phones": [person.phone],
        "state_registration": "",
        "tax_payer": "",
    }


def _address(person: Person, *, country: str) -> Json:
    return {
        "full_name": person.name,
        "street": person.street,
        "number": person.number,
        "detail": " - ".join(filter(None, (person.complement, person.reference))),
        "neighborhood": person.neighborhood,
        "city": person.city,
        "region": person.region,
        "country": country,
        "postcode": person.postcode,
        "phone": person.phone,
        "secondary_phone": None,
        "reference": person.reference or None,
        "complement": person.complement or None,
    }


def _payment(dice: random.Random) -> Json:
    method = dice.choice(("CREDIT_CARD", "CREDIT_CARD", "BOLETO", "DEBIT_CARD"))
    return {
        "value": 0,
        "method": method,
        "description": "",
        "parcels": dice.choice((1, 3, 10)) if method == "CREDIT_CARD" else 1,
        "status": None,
        "transaction_date": None,
        "card_issuer": None,
        "autorization_id": None,  # SkyHub's spelling
        "type": None,
        "sefaz": dict.fromkeys(
            (
                "type_integration",
                "payment_indicator",
                "name_payment",
                "name_card_issuer",
                "id_payment",
                "id_card_issuer",
            )
        ),
    }
