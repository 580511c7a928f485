"""Everything that can happen to an order without a call of the seller's, by name; and when it is due."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import Conflict, ControlError, Invalid
from sandbox.shopee import buyers, carriers, moves
from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def cancel_by_shopee(shop: Shop, order: Order, arguments: Json) -> None:
    """Never shipped, refused by risk control, and other reasons of Shopee's own."""
    if order.status in (st.CANCELLED, st.COMPLETED):
        raise Conflict(f"{order.sn} is {order.status}")
    reason = str(arguments.get("reason", "BACKEND_LOGISTICS_NOT_STARTED"))
    moves.canceled(shop, order, who="system", reason=reason)


def reinstate(shop: Shop, order: Order, _arguments: Json) -> None:
    """A cancellation that flickers: canceled a moment ago, alive again (protocol §3)."""
    buyers.only_from(order, st.CANCELLED)
    for package in order.packages:
        package.status = st.REQUEST_CREATED if package.tracking_number else st.READY
    order.cancel_by = order.cancel_reason = order.buyer_cancel_reason = ""
    shop.move_stock(order, -1)
    order.note("reinstated")
    order.status = st.UNPAID if not order.paid else st.READY_TO_SHIP
    moves.follow(shop, order)
    moves.touch(shop, order)
    moves.announce(shop, order)


def reject_invoice(shop: Shop, order: Order, arguments: Json) -> None:
    """SEFAZ or SERPRO throws out a note that was taken; the order waits for another one."""
    if order.invoice is None:
        raise Conflict(f"{order.sn} has no invoice")
    reason = str(arguments.get("reason", "The invoice was flagged as invalid by SEFAZ."))
    order.invoice.update(status="pending", pending_reason=reason)
    order.note("invoice_rejected")
    moves.touch(shop, order)


def patch(shop: Shop, order: Order, arguments: Json) -> None:
    """Lay something over what get_order_detail answers; the value "$absent" removes a key."""
    order.patches.append(arguments)
    moves.touch(shop, order)


def set_status(shop: Shop, order: Order, arguments: Json) -> None:
    """Any status at all, also backwards; packages stay as they are."""
    status = arguments.get("status")
    if status not in st.STATUSES:
        raise Invalid(f"status must be one of {', '.join(st.STATUSES)}; not {status!r}")
    moves.to_status(shop, order, status)


def announce(shop: Shop, order: Order, _arguments: Json) -> None:
    """Push its status once more."""
    moves.announce(shop, order)


VERBS: dict[str, Callable[[Shop, Order, Json], None]] = {
    **{
        verb.__name__: verb
        for verb in (
            buyers.pay, buyers.hold, buyers.release, buyers.overdue, buyers.cancel, buyers.ask_cancel,
            buyers.withdraw, buyers.complete, buyers.ask_return,
            carriers.arrange, carriers.track, carriers.pickup, carriers.pickup_failed, carriers.deliver,
            carriers.lose, carriers.postpone, carriers.split,
            cancel_by_shopee, reinstate, reject_invoice, patch, announce,
        )
    },
    "ship": carriers.pickup,
    "status": set_status,
}  # fmt: skip


def act(shop: Shop, sn: str, verb: str, arguments: Json) -> Order:
    if verb not in VERBS:
        raise Invalid(f"nobody can {verb!r} an order; known: {', '.join(VERBS)}")
    order = shop.find(sn)
    VERBS[verb](shop, order, arguments)
    return order


def keep_deadlines(shop: Shop) -> None:
    """Everything whose time has come; called before anything looks at the shop."""
    while due := shop.deadlines.take(shop.orders, now=shop.moment):
        order, what = due
        verb, _, number = what.partition(" ")
        if verb == "document":
            _document_ready(shop, order, number)
            continue
        try:
            VERBS[verb](shop, order, {"package_number": number} if number else {})
        except ControlError:
            continue  # something else happened to it first


def _document_ready(shop: Shop, order: Order, job: str) -> None:
    number, _, kind = job.partition(" ")
    package = order.package(number)
    if package is None or kind not in package.documents:
        return
    package.documents[kind]["status"] = "READY"
    order.changed()
    shop.push(order, 15, {"order_sn": order.sn, "package_number": number, "status": "READY"})
