"""What buyers do to orders, and Shopee to their payments."""

import zlib
from typing import Any

from sandbox.errors import Conflict
from sandbox.shopee import moves
from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
REASONS = ("Quero mudar o endereço de entrega", "Encontrei mais barato em outro lugar", "Não preciso mais")


def pay(shop: Shop, order: Order, _arguments: Json) -> None:
    only_from(order, st.UNPAID)
    if shop.switches.hold_seconds and order.status == st.UNPAID:
        moves.to_status(shop, order, st.PENDING, quiet=True)
        shop.schedule(order, "release", seconds=shop.switches.hold_seconds)
        return
    moves.paid(shop, order)


def hold(shop: Shop, order: Order, _arguments: Json) -> None:
    """Shopee looks into the payment; nobody is told."""
    only_from(order, st.UNPAID)
    moves.to_status(shop, order, st.PENDING, quiet=True)


def release(shop: Shop, order: Order, _arguments: Json) -> None:
    only_from(order, st.PENDING)
    moves.paid(shop, order)


def overdue(shop: Shop, order: Order, _arguments: Json) -> None:
    """The term of a boleto or Pix ran out."""
    only_from(order, st.UNPAID, st.PENDING)
    moves.canceled(shop, order, who="system", reason="Unpaid Order")


def cancel(shop: Shop, order: Order, arguments: Json) -> None:
    """The buyer's wish: done at once before payment and within the hour, a request to the seller after it."""
    only_from(order, st.UNPAID, st.PENDING, *st.BEFORE_HAND_OVER)
    anchor = order.paid if shop.switches.window_anchor == "pay_time" else order.created
    if order.paid and shop.moment >= anchor + shop.switches.window_seconds:
        ask_cancel(shop, order, arguments)
        return
    moves.canceled(shop, order, who="buyer", reason="", buyer_reason=_reason(order, arguments))


def ask_cancel(shop: Shop, order: Order, arguments: Json) -> None:
    only_from(order, *st.BEFORE_HAND_OVER)
    order.before_cancel = order.status
    order.cancel_by, order.buyer_cancel_reason = "buyer", _reason(order, arguments)
    order.note("cancel_asked")
    moves.to_status(shop, order, st.IN_CANCEL)


def withdraw(shop: Shop, order: Order, _arguments: Json) -> None:
    """The buyer takes the request back."""
    only_from(order, st.IN_CANCEL)
    order.cancel_by = order.buyer_cancel_reason = ""
    order.note("cancel_withdrawn")
    moves.to_status(shop, order, order.before_cancel)


def complete(shop: Shop, order: Order, _arguments: Json) -> None:
    """The buyer confirms, or the term to complain has passed."""
    only_from(order, st.TO_CONFIRM_RECEIVE, st.TO_RETURN)
    order.scenario = "RRAOC" if order.status == st.TO_RETURN else "NORMAL"
    for found in shop.returns:
        if found["order_sn"] == order.sn and found["status"] != "CLOSED":
            found.update(status="CLOSED", update_time=int(shop.moment))
    order.note("completed")
    moves.to_status(shop, order, st.COMPLETED)


def ask_return(shop: Shop, order: Order, arguments: Json) -> None:
    """The buyer opens a return; the API only shows it."""
    only_from(order, st.SHIPPED, st.TO_CONFIRM_RECEIVE, st.COMPLETED)
    number = f"{order.sn[:6]}{zlib.crc32(order.sn.encode()) % 10**9:09}"
    now = int(shop.moment)
    shop.returns.append(
        {
            "return_sn": number,
            "order_sn": order.sn,
            "status": "REQUESTED",
            "reason": str(arguments.get("reason", "PHYSICAL_DMG")),
            "text_reason": str(arguments.get("text", "Chegou com defeito")),
            "create_time": now,
            "update_time": now,
        }
    )
    order.note("return_asked")
    moves.to_status(shop, order, st.TO_RETURN)
    shop.push(order, 29, {"order_sn": order.sn, "return_sn": number, "return_status": "REQUESTED", "update_time": now})


def only_from(order: Order, *statuses: str) -> None:
    if order.status not in statuses:
        raise Conflict(f"{order.sn} is {order.status}; this needs {', '.join(statuses)}")


def _reason(order: Order, arguments: Json) -> str:
    return str(arguments.get("reason", REASONS[zlib.crc32(order.sn.encode()) % len(REASONS)]))
