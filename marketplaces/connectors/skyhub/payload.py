"""The fields of an order's JSON that we read. Decoding never stops at an unknown key or an odd type. Pure.

Every value may be null, absent, "" or of another type than usual, so each field also takes whatever else JSON has.
"""

import json
import re
from typing import Any

import msgspec

from marketplaces import document
from marketplaces.document import Doc, Odd, OddList


class Status(Doc):
    code: Any = None
    label: Any = None
    type: Any = None


class ImportInfo(Doc):
    remote_code: Any = None


class Customer(Doc):
    name: Any = None
    email: Any = None
    vat_number: Any = None
    phones: Any = None
    state_registration: Any = None


class Address(Doc):
    full_name: Any = None
    street: Any = None
    number: Any = None
    detail: Any = None
    neighborhood: Any = None
    city: Any = None
    region: Any = None
    country: Any = None
    postcode: Any = None
    phone: Any = None
    secondary_phone: Any = None
    reference: Any = None
    complement: Any = None


class Item(Doc):
    id: Any = None
    product_id: Any = None
    name: Any = None
    qty: Any = None
    original_price: Any = None
    special_price: Any = None


class Payment(Doc):
    value: Any = None
    method: Any = None
    parcels: Any = None
    status: Any = None
    transaction_date: Any = None
    card_issuer: Any = None
    autorization_id: Any = None  # SkyHub's spelling


class Invoice(Doc):
    key: Any = None
    issue_date: Any = None


class Track(Doc):
    code: Any = None
    carrier: Any = None
    method: Any = None
    url: Any = None


class Shipment(Doc):
    tracks: list[Track | Odd] | OddList = None


class Order(Doc):
    code: Any = None
    channel: Any = None
    status: Status | Odd = None
    placed_at: Any = None
    updated_at: Any = None
    imported_at: Any = None
    approved_date: Any = None
    shipped_date: Any = None
    delivered_date: Any = None
    expedition_limit_date: Any = None
    estimated_delivery: Any = None
    total_ordered: Any = None
    interest: Any = None
    shipping_cost: Any = None
    discount: Any = None
    shipping_method: Any = None
    shipping_carrier: Any = None
    calculation_type: Any = None
    import_info: ImportInfo | Odd = None
    customer: Customer | Odd = None
    shipping_address: Address | Odd = None
    billing_address: Address | Odd = None
    items: list[Item | Odd] | OddList = None
    payments: list[Payment | Odd] | OddList = None
    invoices: list[Invoice | Odd] | OddList = None
    shipments: list[Shipment | Odd] | OddList = None
    tags: Any = None


_decoder = msgspec.json.Decoder(Order | Odd)
_CODE = re.compile(rb'"code"\s*:\s*("(?:[^"\\]|\\.)*")')


def decode(body: bytes) -> Order:
    """Raises Malformed when the body is no JSON object."""
    return document.decode(_decoder, body, Order)


def code_of(body: bytes) -> str:
    """The order's code as far as it can be made out, exactly as written; "" when there is none.

    Of a broken body it is the first "code" in it. Should that be another one (of the status, of a shipment), the
    worst is a DELETE that SkyHub answers with 404.
    """
    try:
        document = json.loads(body)
        code = document.get("code") if isinstance(document, dict) else None
    except (ValueError, RecursionError):
        found = _CODE.search(body)
        code = _unescaped(found[1]) if found else None
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    return code if isinstance(code, str) and code.strip() and code.isprintable() else ""


def _unescaped(quoted: bytes) -> str | None:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return None
