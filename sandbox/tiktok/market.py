"""Everything that can happen to an order without a call of the seller's, by name; and when it is due."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import Conflict, ControlError, Invalid
from sandbox.tiktok import buyers, carriers, moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]


def cancel_by_tiktok(shop: Shop, order: Order, arguments: Json) -> None:
    """Never shipped in time, and other reasons of TikTok Shop's own."""
    buyers.only_from(order, st.UNPAID, st.ON_HOLD, *st.BEFORE_SHIPPING)
    reason = str(arguments.get("reason", "system_cancel_order_reason_shipping_timeout"))
    moves.canceled(shop, order, who="SYSTEM", reason=reason)


def judge_invoice(shop: Shop, order: Order, arguments: Json) -> None:
    """The verdict on a note that is being checked, now."""
    checked = [package for package in order.packages if package.invoice == "PROCESSING"]
    if not checked:
        raise Conflict(f"{order.id} has no invoice that is being checked")
    for package in checked:
        if arguments.get("package_number") in (None, package.id):
            moves.invoice_judged(shop, order, package)


def end_cancel(shop: Shop, order: Order, arguments: Json) -> None:
    """The seller's cancellation, which was accepted a moment ago, takes place."""
    moves.canceled(shop, order, who="SELLER", reason=str(arguments.get("about", "")))


def patch(shop: Shop, order: Order, arguments: Json) -> None:
    """Lay something over what the order detail answers; the value "$absent" removes a key."""
    order.patches.append(arguments)
    moves.touch(shop, order)


def set_status(shop: Shop, order: Order, arguments: Json) -> None:
    """Any status at all, also backwards; packages stay as they are."""
    status = arguments.get("status")
    if status not in st.STATUSES:
        raise Invalid(f"status must be one of {', '.join(st.STATUSES)}; not {status!r}")
    moves.to_status(shop, order, status)


def announce(shop: Shop, order: Order, _arguments: Json) -> None:
    """Tell its status once more."""
    moves.announce(shop, order)


VERBS: dict[str, Callable[[Shop, Order, Json], None]] = {
    **{
        verb.__name__: verb
        for verb in (
            buyers.pay, buyers.release, buyers.overdue, buyers.cancel, buyers.ask_cancel, buyers.withdraw,
            buyers.approve, buyers.complete, buyers.refund, buyers.ask_return, buyers.return_to,
            carriers.ship, carriers.label, carriers.collect, carriers.deliver, carriers.lose, carriers.split,
            cancel_by_tiktok, judge_invoice, end_cancel, patch, announce,
        )
    },
    "status": set_status,
}  # fmt: skip


def act(shop: Shop, code: str, verb: str, arguments: Json) -> Order:
    if verb not in VERBS:
        raise Invalid(f"nobody can {verb!r} an order; known: {', '.join(VERBS)}")
    order = shop.find(code)
    VERBS[verb](shop, order, arguments)
    return order


def keep_deadlines(shop: Shop) -> None:
    """Everything whose time has come; called before anything looks at the shop."""
    while due := shop.deadlines.take(shop.orders, now=shop.moment):
        order, what = due
        verb, _, about = what.partition(" ")
        try:
            VERBS[verb](shop, order, {"package_number": about, "about": about} if about else {})
        except ControlError:
            continue  # something else happened to it first
