"""An order as get_order_detail answers it: default fields, and the optional ones somebody asked for (protocol §2.2)."""

from collections.abc import Callable
from typing import Any

from sandbox.shopee import statuses as st
from sandbox.shopee.masking import address, buyer_cpf
from sandbox.shopee.order import Order, Package
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
LOCATION = "BR0001EXA"


def detail(shop: Shop, order: Order, wanted: frozenset[str]) -> Json:
    """What was not asked for is absent; numbers nobody knows yet are zero."""
    shown: Json = {
        "order_sn": order.sn,
        "region": "BR",
        "currency": "BRL",
        "cod": False,
        "order_status": order.status,
        "message_to_seller": order.document["message_to_seller"],
        "create_time": int(order.created),
        "update_time": int(order.updated),
        "days_to_ship": 2,
        "ship_by_date": int(min((package.ship_by for package in order.packages), default=0)),
        "reverse_shipping_fee": 0,
        "booking_sn": "",
        "prescription_check_status": None,
        "can_full_cancel_order": order.status in (st.UNPAID, st.READY_TO_SHIP),
        "can_partial_cancel_order": shop.switches.partial_cancel and order.status == st.READY_TO_SHIP,
        "buyer_preference_for_partial_cancellation": 0,
    }
    for name, make in _OPTIONAL.items():
        if name in wanted:
            shown |= make(shop, order)
    for laid in order.patches:
        shown |= laid
    return {name: value for name, value in shown.items() if value != "$absent"}


def invoice_data(shop: Shop, order: Order) -> Json | None:
    """Empty without a note; a note may be seen a little later than it was taken."""
    found = order.invoice
    if found is None or shop.moment < found["seen_from"]:
        return None if shop.switches.no_invoice == "null" else {}
    return {name: value for name, value in found.items() if name not in ("seen_from", "xml")}


def package_row(shop: Shop, order: Order, package: Package) -> Json:
    return {
        "package_number": package.number,
        "logistics_status": package.status,
        "logistics_channel_id": order.channel.id,
        "shipping_carrier": order.channel.carrier,
        "allow_self_design_awb": False,
        "item_list": [
            {
                "item_id": order.lines[part["line"]]["item_id"],
                "model_id": order.lines[part["line"]]["model_id"],
                "model_quantity": part["quantity"],
                "order_item_id": order.lines[part["line"]]["order_item_id"],
                "promotion_group_id": 0,
                "product_location_id": LOCATION,  # a text here, a list in the order's items
            }
            for part in package.lines
        ],
        shop.switches.weight_key: 0,
        "group_shipment_id": 0,
    }


def item_row(order: Order, line: Json) -> Json:
    canceled = line["quantity"] if order.status == st.CANCELLED else line.get("canceled", 0)
    return {
        "item_id": line["item_id"],
        "item_name": line["name"],
        "item_sku": line["item_sku"],
        "model_id": line["model_id"],
        "model_name": line["model_name"],
        "model_sku": line["model_sku"],
        "model_quantity_purchased": line["quantity"],
        "model_original_price": line["original_price"],  # per unit
        "model_discounted_price": line["price"],
        "wholesale": False,
        "weight": 0.3,
        "add_on_deal": False,
        "main_item": False,
        "add_on_deal_id": 0,
        "promotion_type": "",
        "promotion_id": 0,
        "promotion_group_id": 0,
        "order_item_id": line["order_item_id"],
        "line_item_id": line["order_item_id"],
        "image_info": {"image_url": ""},
        "product_location_id": [LOCATION],
        "is_prescription_item": False,
        "active_qty": line["quantity"] - canceled,
        "cancel_requested_qty": line["quantity"] if order.status == st.IN_CANCEL else 0,
        "cancelled_qty": canceled,
        "return_requested_qty": line["quantity"] if order.status == st.TO_RETURN else 0,
        "returned_qty": 0,
    }


def _carrier(_shop: Shop, order: Order) -> Json:
    """Blank outside for split orders: the packages say."""
    return {
        "shipping_carrier": "" if order.split else order.channel.carrier,
        "checkout_shipping_carrier": order.channel.carrier,
    }


def _payment_info(_shop: Shop, order: Order) -> Json:
    info = {
        "payment_method": order.document["payment_method"],
        "payment_processor_register": "11222333000181",
        "card_brand": "",
        "transaction_id": f"T{order.sn}",
        "payment_amount": order.document["total_amount"],
    }
    return {"payment_info": [info] if order.paid else []}


def _pending(_shop: Shop, order: Order) -> Json:
    held = order.status == st.PENDING
    return {
        "pending_terms": ["SYSTEM_PENDING"] if held else [],
        "pending_description": ["Order is being processed by Shopee"] if held else [],
    }


def _document(name: str) -> Callable[[Shop, Order], Json]:
    return lambda _shop, order: {name: order.document[name]}


_OPTIONAL: dict[str, Callable[[Shop, Order], Json]] = {
    **{
        name: _document(name)
        for name in ("buyer_user_id", "buyer_username", "estimated_shipping_fee", "note", "note_update_time")
    },
    "payment_method": _document("payment_method"),
    "recipient_address": lambda shop, order: {"recipient_address": address(shop, order)},
    "buyer_cpf_id": lambda shop, order: {"buyer_cpf_id": buyer_cpf(shop, order)},
    "actual_shipping_fee": lambda *_: {"actual_shipping_fee": 0},
    "actual_shipping_fee_confirmed": lambda *_: {"actual_shipping_fee_confirmed": False},
    "goods_to_declare": lambda *_: {"goods_to_declare": False},
    "item_list": lambda _, order: {"item_list": [item_row(order, line) for line in order.lines]},
    "pay_time": lambda _, order: {"pay_time": int(order.paid) or None},
    "dropshipper": lambda *_: {"dropshipper": None},
    "dropshipper_phone": lambda *_: {"dropshipper_phone": None},
    "split_up": lambda _, order: {"split_up": order.split},
    "buyer_cancel_reason": lambda _, order: {"buyer_cancel_reason": order.buyer_cancel_reason},
    "cancel_by": lambda _, order: {"cancel_by": order.cancel_by},
    "cancel_reason": lambda _, order: {"cancel_reason": order.cancel_reason},
    "fulfillment_flag": lambda _, order: {
        "fulfillment_flag": "fulfilled_by_shopee" if order.channel.id == 91007 else "fulfilled_by_local_seller"
    },
    "pickup_done_time": lambda _, order: {
        "pickup_done_time": int(max((p.picked_up for p in order.packages), default=0))
    },
    "package_list": lambda shop, order: {"package_list": [package_row(shop, order, p) for p in order.packages]},
    "shipping_carrier": _carrier,
    "total_amount": lambda _, order: {"total_amount": order.document["total_amount"] if order.paid else 0},
    "invoice_data": lambda shop, order: {"invoice_data": invoice_data(shop, order)},
    "order_chargeable_weight_gram": lambda *_: {"order_chargeable_weight_gram": 0},
    "return_request_due_date": lambda *_: {"return_request_due_date": 0},
    "edt": lambda _, order: {"edt_from": int(order.created) + 4 * 86_400, "edt_to": int(order.created) + 9 * 86_400},
    "payment_info": _payment_info,
    "international_label": lambda *_: {"is_international": False},
    "pending": _pending,
}
OPTIONAL = frozenset(_OPTIONAL) - {"pending"}
EVERYTHING = frozenset(_OPTIONAL)
