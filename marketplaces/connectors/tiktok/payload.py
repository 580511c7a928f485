"""The fields of an order that we read. Decoding never stops at an unknown key or an odd type. Pure.

Every value may be absent, null or of another type than documented. Cancellations and returns are objects of their
own at TikTok Shop: `joined` writes those that belong to an order behind its last field, so that what is stored reads
the same again.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from marketplaces import document
from marketplaces.document import Doc, Odd, OddList


class District(Doc):
    address_level: Any = None
    address_name: Any = None
    iso_code: Any = None


class Address(Doc):
    full_address: Any = None
    name: Any = None
    phone_number: Any = None
    address_detail: Any = None
    address_line1: Any = None
    address_line2: Any = None
    address_line3: Any = None
    address_line4: Any = None
    postal_code: Any = None
    region_code: Any = None
    district_info: list[District | Odd] | OddList = None


class Money(Doc):
    currency: Any = None
    sub_total: Any = None
    shipping_fee: Any = None
    total_amount: Any = None


class Unit(Doc):
    """TikTok Shop's line item: one per unit."""

    id: Any = None
    sku_id: Any = None
    seller_sku: Any = None
    sku_name: Any = None
    product_name: Any = None
    sale_price: Any = None
    original_price: Any = None
    display_status: Any = None
    package_id: Any = None
    package_status: Any = None
    tracking_number: Any = None
    shipping_provider_name: Any = None
    is_gift: Any = None


class Package(Doc):
    id: Any = None


class NextAction(Doc):
    action: Any = None
    deadline: Any = None


class Cancellation(Doc):
    cancel_id: Any = None
    role: Any = None
    cancel_status: Any = None
    cancel_reason: Any = None
    cancel_reason_text: Any = None
    create_time: Any = None
    seller_next_action_response: list[NextAction | Odd] | OddList = None


class ReturnUnit(Doc):
    order_line_item_id: Any = None


class Return(Doc):
    return_id: Any = None
    return_type: Any = None
    return_status: Any = None
    return_line_items: list[ReturnUnit | Odd] | OddList = None


class Order(Doc):
    id: Any = None
    status: Any = None
    create_time: Any = None
    update_time: Any = None
    paid_time: Any = None
    rts_time: Any = None
    collection_time: Any = None
    delivery_time: Any = None
    cancel_time: Any = None
    request_cancel_time: Any = None
    rts_sla_time: Any = None
    shipping_due_time: Any = None
    delivery_sla_time: Any = None
    delivery_due_time: Any = None
    fulfillment_type: Any = None
    shipping_type: Any = None
    delivery_option_id: Any = None
    delivery_option_name: Any = None
    shipping_provider: Any = None
    tracking_number: Any = None
    buyer_email: Any = None
    is_buyer_request_cancel: Any = None
    is_sample_order: Any = None
    is_replacement_order: Any = None
    split_or_combine_tag: Any = None
    cancel_reason: Any = None
    payment_method_name: Any = None
    payment_card_type: Any = None
    payment_auth_code: Any = None
    cpf: Any = None
    cpf_name: Any = None
    need_upload_invoice: Any = None
    payment: Money | Odd = None
    recipient_address: Address | Odd = None
    line_items: list[Unit | Odd] | OddList = None
    packages: list[Package | Odd] | OddList = None
    cancellations: list[Cancellation | Odd] | OddList = None
    return_orders: list[Return | Odd] | OddList = None


_decoder = msgspec.json.Decoder(Order | Odd)
_CODE = re.compile(rb'\A\s*\{\s*"id"\s*:\s*"([0-9A-Za-z_-]{1,80})"')


def decode(body: bytes) -> Order:
    """Raises Malformed when the body is no JSON object."""
    return document.decode(_decoder, body, Order)


def joined(body: bytes, **more: Any) -> bytes:
    """An order with what belongs to it; its own bytes stay as they are."""
    added = {name: value for name, value in more.items() if value}
    if not added or not body.rstrip().endswith(b"}"):
        return body
    tail = json.dumps(added, ensure_ascii=False, separators=(",", ":")).encode()[1:]
    return body.rstrip()[:-1].rstrip() + b"," + tail


def code_of(body: bytes) -> str:
    """The order's id as far as it can be made out; "" when there is none."""
    try:
        document = json.loads(body)
        code = document.get("id") if isinstance(document, Mapping) else None
    except (ValueError, RecursionError):
        found = _CODE.search(body)
        code = found[1].decode() if found else None
    return code if isinstance(code, str) and code.strip() and code.isprintable() else ""
