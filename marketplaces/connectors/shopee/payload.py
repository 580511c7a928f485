"""The fields of get_order_detail that we read. Decoding never stops at an unknown key or an odd type. Pure.

Fields that were not asked for are absent, and every value may be null or of another type than documented.
"""

import json
import re
from typing import Any

import msgspec

from marketplaces import document
from marketplaces.document import Doc, Odd, OddList


class Address(Doc):
    name: Any = None
    phone: Any = None
    town: Any = None
    district: Any = None
    city: Any = None
    state: Any = None
    region: Any = None
    zipcode: Any = None
    full_address: Any = None


class Item(Doc):
    item_id: Any = None
    item_name: Any = None
    item_sku: Any = None
    model_id: Any = None
    model_name: Any = None
    model_sku: Any = None
    model_quantity_purchased: Any = None
    model_original_price: Any = None
    model_discounted_price: Any = None
    order_item_id: Any = None
    promotion_group_id: Any = None
    cancelled_qty: Any = None
    returned_qty: Any = None


class Package(Doc):
    package_number: Any = None
    logistics_status: Any = None
    logistics_channel_id: Any = None
    shipping_carrier: Any = None
    group_shipment_id: Any = None


class Invoice(Doc):
    access_key: Any = None
    issue_date: Any = None
    status: Any = None
    pending_reason: Any = None


class PaymentInfo(Doc):
    payment_method: Any = None
    card_brand: Any = None
    transaction_id: Any = None
    payment_amount: Any = None


class Order(Doc):
    order_sn: Any = None
    region: Any = None
    currency: Any = None
    order_status: Any = None
    create_time: Any = None
    update_time: Any = None
    pay_time: Any = None
    ship_by_date: Any = None
    edt_to: Any = None
    pickup_done_time: Any = None
    total_amount: Any = None
    estimated_shipping_fee: Any = None
    buyer_username: Any = None
    buyer_cpf_id: Any = None
    cancel_by: Any = None
    buyer_cancel_reason: Any = None
    cancel_reason: Any = None
    fulfillment_flag: Any = None
    booking_sn: Any = None
    split_up: Any = None
    shipping_carrier: Any = None
    checkout_shipping_carrier: Any = None
    payment_method: Any = None
    recipient_address: Address | Odd = None
    invoice_data: Invoice | Odd = None
    item_list: list[Item | Odd] | OddList = None
    package_list: list[Package | Odd] | OddList = None
    payment_info: list[PaymentInfo | Odd] | OddList = None


_decoder = msgspec.json.Decoder(Order | Odd)
_CODE = re.compile(rb'"order_sn"\s*:\s*"([0-9A-Za-z_-]{1,80})"')


def decode(body: bytes) -> Order:
    """Raises Malformed when the body is no JSON object."""
    return document.decode(_decoder, body, Order)


def code_of(body: bytes) -> str:
    """The order_sn as far as it can be made out; "" when there is none."""
    try:
        document = json.loads(body)
        code = document.get("order_sn") if isinstance(document, dict) else None
    except (ValueError, RecursionError):
        found = _CODE.search(body)
        code = found[1].decode() if found else None
    return code if isinstance(code, str) and code.strip() and code.isprintable() else ""
