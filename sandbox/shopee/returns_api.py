"""Returns, to be read only."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee.gate import Endpoint, arg, number_arg, page_size
from sandbox.shopee.masking import tail
from sandbox.shopee.reply import Refused, Reply, ok, required
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def return_list(shop: Shop, call: Call) -> Reply:
    """Pages from 0; by creation, by update and by status."""
    size = page_size(call)
    first = number_arg(call, "page_no") * size
    rows = [_row(shop, found) for found in reversed(shop.returns) if _asked(call, found)]
    return ok({"more": len(rows) > first + size, "return": rows[first : first + size]})


def return_detail(shop: Shop, call: Call) -> Reply:
    number = arg(call, "return_sn")
    if not number:
        raise required("return_sn")
    found = next((found for found in shop.returns if found["return_sn"] == number), None)
    if found is None:
        raise Refused("error_not_found", "Wrong parameters, detail: the return is not found.")
    call.code = found["order_sn"]
    return ok(_row(shop, found))


def _asked(call: Call, found: Json) -> bool:
    for field in ("create_time", "update_time"):
        if arg(call, f"{field}_from") and found[field] < number_arg(call, f"{field}_from"):
            return False
        if arg(call, f"{field}_to") and found[field] > number_arg(call, f"{field}_to"):
            return False
    return arg(call, "status") in ("", found["status"])


def _row(shop: Shop, found: Json) -> Json:
    order = shop.orders.get(found["order_sn"])
    total = order.document["total_amount"] if order else 0
    week = found["create_time"] + 7 * 86_400
    return {
        **found,
        "image": [],
        "refund_amount": total,
        "amount_before_discount": total,
        "currency": "BRL",
        "due_date": found["create_time"] + 2 * 86_400,
        "return_ship_due_date": week,
        "return_seller_due_date": week,
        "tracking_number": "",
        "dispute_reason": [],
        "dispute_text_reason": [],
        "needs_logistics": True,
        "user": {
            "username": order.document["buyer_username"] if order else "",
            "email": tail("x@example.com"),
            "portrait": "",
        },
        "item": [_item(line) for line in order.lines] if order else [],
        "negotiation_status": "PENDING_RESPOND",
        "seller_proof_status": "PENDING",
        "seller_compensation_status": "PENDING_REQUEST",
    }


def _item(line: Json) -> Json:
    return {
        "item_id": line["item_id"],
        "model_id": line["model_id"],
        "name": line["name"],
        "images": [],
        "amount": line["quantity"],
        "item_price": line["price"],
        "is_add_on_deal": False,
        "is_main_item": False,
        "add_on_deal_id": 0,
        "item_sku": line["item_sku"],
        "variation_sku": line["model_sku"],
    }


ENDPOINTS = (
    Endpoint("GET", "/returns/get_return_list", shop=return_list, placeholder=True),
    Endpoint("GET", "/returns/get_return_detail", shop=return_detail, placeholder=True),
)
