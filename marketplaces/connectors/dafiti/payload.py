"""The fields of an order (GET /v2/orders) that we read. Decoding never stops at an unknown key or an odd type. Pure.

Amounts are JSON floats, read as Decimal. The spelling of invoiceAccesskey is Dafiti's.
"""

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

from marketplaces import document
from marketplaces.document import Odd, OddList


class Doc(document.Doc, rename="camel"):
    """Field names are camelCase there."""


class Name(Doc):
    first_name: Any = None
    last_name: Any = None


class Address(Doc):
    first_name: Any = None
    last_name: Any = None
    phone: Any = None
    address: Any = None  #: five rows
    email: Any = None
    city: Any = None
    ward: Any = None
    region: Any = None
    post_code: Any = None
    country: Any = None


class Addresses(Doc):
    billing: Address | Odd = None
    shipping: Address | Odd = None


class Gift(Doc):
    option: Any = None
    message: Any = None


class Provider(Doc):
    name: Any = None
    tracking_url: Any = None


class Shipment(Doc):
    type: Any = None
    crossdocking_delivery_type: Any = None
    pre_provider: Provider | Odd = None
    provider: Provider | Odd = None
    provider_product: Any = None
    provider_type: Any = None
    tracking_code: Any = None


class Product(Doc):
    name: Any = None
    sku: Any = None
    variation: Any = None
    seller_sku: Any = None


class FailureReason(Doc):
    name: Any = None


class Item(Doc):
    """One physical unit."""

    id: Any = None
    status: Any = None
    failure_reason: FailureReason | Odd = None
    shipment: Shipment | Odd = None
    invoice_access_key: Any = msgspec.field(default=None, name="invoiceAccesskey")
    target_to_ship_at: Any = None
    product: Product | Odd = None
    unit_price: Any = None
    paid_price: Any = None
    shipping_fee: Any = None
    updated_at: Any = None
    last_status_changed_at: Any = None
    actions: Any = None
    is_pickup_request_sent: Any = None


class Order(Doc):
    id: Any = None
    number: Any = None
    customer: Name | Odd = None
    address: Addresses | Odd = None
    national_registration_number: Any = None
    gift: Gift | Odd = None
    delivery_info: Any = None
    payment_method: Any = None
    currency: Any = None
    created_at: Any = None
    updated_at: Any = None
    source: Any = None
    grand_total: Any = None
    target_to_ship: Any = None
    items: list[Item | Odd] | OddList = None


_decoder = msgspec.json.Decoder(Order | Odd, float_hook=Decimal)
#: The order's own id stands before its items, and in each of them.
_CODES = (re.compile(rb'"orderId"\s*:\s*(\d{1,18})\b'), re.compile(rb'"id"\s*:\s*(\d{1,18})\b'))


def decode(body: bytes) -> Order:
    """Raises Malformed when the body is no JSON object."""
    return document.decode(_decoder, body, Order)


def code_of(body: bytes) -> str:
    """The order's id as far as it can be made out; "" when there is none."""
    try:
        document = json.loads(body)
        told = document.get("id") if isinstance(document, dict) else None
        found = str(told) if isinstance(told, int | str) and not isinstance(told, bool) else ""
    except (ValueError, RecursionError):
        heads = (body, body.partition(b'"items"')[0])
        match = next(filter(None, (code.search(head) for code, head in zip(_CODES, heads, strict=True))), None)
        found = match[1].decode() if match else ""
    return found if found.isascii() and found.isdigit() and len(found) < 20 else ""
