"""Canceling as the seller, and answering a buyer who asks to (protocol §6)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee import moves
from sandbox.shopee import statuses as st
from sandbox.shopee.asking import asked_order
from sandbox.shopee.gate import Endpoint
from sandbox.shopee.order import Order
from sandbox.shopee.reply import Refused, Reply, ok, required, wrong
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
REASONS = ("OUT_OF_STOCK", "CUSTOMER_REQUEST")
ELSEWHERE = ("UNDELIVERABLE_AREA", "COD_NOT_SUPPORTED")  # reasons of other countries


def cancel_order(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call)
    reason = call.document.get("cancel_reason")
    if not reason:
        raise required("cancel_reason")
    if reason not in REASONS:
        where = "is not supported in this region" if reason in ELSEWHERE else "is invalid"
        raise wrong(f"cancel_reason {where}.")
    if order.channel.id == 91007:
        raise Refused("order. error_param", "You can not cancel warehouse order.")  # with a space, as documented
    part = call.document.get("partial_cancel_item_list")
    if reason == "OUT_OF_STOCK" and not part:
        _check_items(order, call.document.get("item_list"))
    tracked = any(package.tracking_number for package in order.packages)
    if order.status not in (st.UNPAID, st.READY_TO_SHIP, st.PROCESSED) or tracked:
        raise Refused("order.error_limit", "Can not cancel this order")
    if part:
        _cancel_part(shop, order, part, call)
    else:
        moves.canceled(shop, order, who="seller", reason=reason, by=call)
    return ok({"update_time": int(order.updated)})


def handle_buyer_cancellation(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call)
    operation = call.document.get("operation")
    if operation not in ("ACCEPT", "REJECT"):
        raise wrong("operation is invalid.") if operation else required("operation")
    if order.status != st.IN_CANCEL:
        raise Refused("order.order_status_invalid", "Invalid order_status.The order status should be IN_CANCEL.")
    if operation == "ACCEPT":
        order.note("accepted", by=call)
        moves.canceled(shop, order, who="buyer", reason="", buyer_reason=order.buyer_cancel_reason)
        return ok({"update_time": int(order.updated)})
    order.note("rejected", by=call)
    order.cancel_by = order.buyer_cancel_reason = ""
    before = order.before_cancel if shop.switches.reject_returns_to == "previous" else st.READY_TO_SHIP
    moves.to_status(shop, order, before)
    if shop.switches.reject_returns_to == "previous":
        moves.follow(shop, order)
    return ok({"update_time": int(order.updated)})


def _check_items(order: Order, items: Any) -> None:
    if not isinstance(items, list) or not items:
        raise required("item_list")
    known = {(line["item_id"], line["model_id"]) for line in order.lines}
    for item in items:
        if not isinstance(item, dict) or (item.get("item_id"), item.get("model_id", 0)) not in known:
            raise wrong("item_list has an item that is not in the order.")


def _cancel_part(shop: Shop, order: Order, part: Any, call: Call) -> None:
    """Since 2026-05, where can_partial_cancel_order says so; everything at once cancels the order."""
    if not shop.switches.partial_cancel or order.status != st.READY_TO_SHIP:
        raise Refused("order.error_limit", "Can not cancel this order")
    _check_items(order, part)
    for item in part:
        line = next(
            x for x in order.lines if (x["item_id"], x["model_id"]) == (item["item_id"], item.get("model_id", 0))
        )
        quantity = item.get("model_quantity", 0)
        if not isinstance(quantity, int) or not 1 <= quantity <= line["quantity"] - line.get("canceled", 0):
            raise wrong("model_quantity is invalid.")
        line["canceled"] = line.get("canceled", 0) + quantity
    if all(line.get("canceled", 0) == line["quantity"] for line in order.lines):
        moves.canceled(shop, order, who="seller", reason=str(call.document["cancel_reason"]), by=call)
        return
    order.note("partly_canceled", by=call)
    moves.touch(shop, order)


ENDPOINTS = (
    Endpoint("POST", "/order/cancel_order", shop=cancel_order),
    Endpoint("POST", "/order/handle_buyer_cancellation", shop=handle_buyer_cancellation),
)
