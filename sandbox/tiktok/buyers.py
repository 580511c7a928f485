"""What buyers do to orders, and TikTok Shop to their payments."""

from typing import Any

from sandbox.errors import Conflict
from sandbox.tiktok import moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
REASON = "ecom_order_to_ship_canceled_reason_no_longer_needed"


def pay(shop: Shop, order: Order, _arguments: Json) -> None:
    only_from(order, st.UNPAID)
    order.times["paid_time"] = shop.moment
    order.note("paid")
    if not shop.switches.hold_seconds:
        moves.released(shop, order)
        return
    moves.to_status(shop, order, st.ON_HOLD)
    shop.schedule(order, "release", seconds=shop.switches.hold_seconds)


def release(shop: Shop, order: Order, _arguments: Json) -> None:
    """The hour of remorse is over."""
    only_from(order, st.ON_HOLD)
    moves.released(shop, order)


def overdue(shop: Shop, order: Order, _arguments: Json) -> None:
    only_from(order, st.UNPAID)
    moves.canceled(shop, order, who="SYSTEM", reason="system_cancel_unpaid_time_out")


def cancel(shop: Shop, order: Order, arguments: Json) -> None:
    """Done at once before payment and on hold, a request to the seller after it."""
    only_from(order, st.UNPAID, st.ON_HOLD, *st.BEFORE_SHIPPING)
    reason = str(arguments.get("reason", REASON))
    if order.status in st.BEFORE_SHIPPING:
        ask_cancel(shop, order, arguments)
        return
    moves.open_cancellation(shop, order, role="BUYER", kind="CANCEL", reason=reason, status=st.SUCCESS)
    moves.canceled(shop, order, who="BUYER", reason=reason)


def ask_cancel(shop: Shop, order: Order, arguments: Json) -> None:
    """The order's own update time does not move: its status did not change."""
    only_from(order, *st.BEFORE_SHIPPING)
    if order.request:
        raise Conflict(f"{order.id} has an open request to cancel already")
    reason = str(arguments.get("reason", REASON))
    row = moves.open_cancellation(shop, order, role="BUYER", kind="BUYER_CANCEL", reason=reason, status=st.PENDING)
    wait = shop.switches.answer_hours * 3600
    order.request = {"cancel_id": row["cancel_id"], "at": shop.moment, "deadline": int(shop.moment + wait)}
    order.note("cancel_asked")
    shop.schedule(order, f"approve {row['cancel_id']}", seconds=wait)


def withdraw(shop: Shop, order: Order, _arguments: Json) -> None:
    """The buyer takes the request back."""
    moves.cancellation_to(shop, order, pending(shop, order), st.WITHDRAWN)
    order.request = {}
    order.note("cancel_withdrawn")


def approve(shop: Shop, order: Order, arguments: Json) -> None:
    """Nobody answered in time, or the seller agreed; only the request that it was about."""
    row = pending(shop, order)
    if arguments.get("about") not in (None, row["cancel_id"]):
        raise Conflict("that request is over")
    order.note("approved_by_silence")
    moves.cancellation_to(shop, order, row, st.SUCCESS)
    moves.canceled(shop, order, who="BUYER", reason=row["cancel_reason"])


def complete(shop: Shop, order: Order, _arguments: Json) -> None:
    only_from(order, st.DELIVERED)
    order.note("completed")
    moves.to_status(shop, order, st.COMPLETED)


def refund(shop: Shop, order: Order, _arguments: Json) -> None:
    """A full refund completes an order that was never delivered (§4.4)."""
    only_from(order, st.AWAITING_COLLECTION, st.IN_TRANSIT)
    shop.deadlines.clear(order)
    order.note("refunded")
    moves.to_status(shop, order, st.COMPLETED)


def ask_return(shop: Shop, order: Order, arguments: Json) -> None:
    only_from(order, st.DELIVERED, st.COMPLETED)
    units = arguments.get("units") or [unit["id"] for unit in order.units]
    now = int(shop.moment)
    row = {
        "return_id": shop.next_id("403531"),
        "order_id": order.id,
        "return_type": str(arguments.get("type", "RETURN_AND_REFUND")),
        "return_status": "",
        "role": "BUYER",
        "return_reason": "ecom_order_delivered_refund_and_return_reason_wrong_product",
        "return_reason_text": "Produto errado",
        "return_line_items": [{"return_line_item_id": f"9{unit}", "order_line_item_id": unit} for unit in units],
        "create_time": now,
        "update_time": now,
    }
    shop.returns.append(row)
    order.note("return_asked")
    _return_to(shop, order, "RETURN_OR_REFUND_REQUEST_PENDING")


def return_to(shop: Shop, order: Order, arguments: Json) -> None:
    """Any return status, as TikTok Shop names it."""
    _return_to(shop, order, str(arguments.get("status", "BUYER_SHIPPED_ITEM")))


def pending(shop: Shop, order: Order) -> Json:
    """The open request; Conflict where there is none."""
    rows = [row for row in shop.cancellations if row["order_id"] == order.id and row["cancel_status"] == st.PENDING]
    if not rows:
        raise Conflict(f"{order.id} has no open request to cancel")
    return rows[-1]


def only_from(order: Order, *statuses: str) -> None:
    if order.status not in statuses:
        raise Conflict(f"{order.id} is {order.status}; this needs {', '.join(statuses)}")


def _return_to(shop: Shop, order: Order, status: str) -> None:
    rows = [row for row in shop.returns if row["order_id"] == order.id]
    if not rows:
        raise Conflict(f"{order.id} has no return")
    rows[-1].update(return_status=status, update_time=int(shop.moment))
    names = ("order_id", "return_type", "return_status", "return_id", "create_time", "update_time")
    shop.webhook(order, 12, {"return_role": "BUYER", **{name: rows[-1][name] for name in names}})
