"""What happens to an order without a call of the seller's: the buyer, Dafiti and its carrier, by name."""

from collections.abc import Callable
from typing import Any

from sandbox.dafiti import moves
from sandbox.dafiti import statuses as st
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.seller import Seller
from sandbox.errors import Conflict, ControlError, Invalid

Json = dict[str, Any]


def pay(seller: Seller, order: Order, _arguments: Json) -> None:
    units = _only(order, st.PAYMENT_PENDING)
    order.note("paid")
    moves.to_status(seller, order, units, st.PENDING)


def overdue(seller: Seller, order: Order, _arguments: Json) -> None:
    units = _only(order, st.PAYMENT_PENDING)
    moves.canceled(seller, order, units, kind="canceled_system", name="Pagamento não aprovado")


def cancel(seller: Seller, order: Order, arguments: Json) -> None:
    """The buyer changes his mind; Dafiti does it for him until the seller is ready to ship."""
    units = _chosen(order, arguments, st.PAYMENT_PENDING, st.PENDING)
    moves.canceled(seller, order, units, kind="canceled_system", name="Desistência do cliente")


def pack(seller: Seller, order: Order, arguments: Json) -> None:
    """Somebody else at the seller's packed it in Seller Center; `together` false makes a package of each."""
    units = [unit for unit in _chosen(order, arguments, st.PENDING) if not unit.package]
    if not units:
        raise Conflict(f"{order.code} is packed already")
    provider = str(arguments.get("provider", order.foreseen or "Total Express"))
    groups = [units] if arguments.get("together", True) else [[unit] for unit in units]
    for group in groups:
        moves.packed(seller, order, group, provider=provider, tracking=str(arguments.get("tracking", "")))


def ready(seller: Seller, order: Order, arguments: Json) -> None:
    """Ready to ship, set in Seller Center; without an invoice unless `access_key` is given."""
    units = _chosen(order, arguments, st.PENDING)
    if loose := [unit for unit in units if not unit.package]:
        tracking = str(arguments.get("tracking", f"SC{order.id % 10**9:09}BR"))
        moves.packed(seller, order, loose, provider=order.foreseen or "Total Express", tracking=tracking)
    for package in order.packages:
        moves.tracked(seller, order, package)
        package.access_key = str(arguments.get("access_key", package.access_key))
    order.note("ready_elsewhere")
    moves.to_status(seller, order, units, st.READY_TO_SHIP)


def ship(seller: Seller, order: Order, arguments: Json) -> None:
    """The carrier scans the parcel."""
    units = _chosen(order, arguments, st.READY_TO_SHIP)
    order.note("picked_up")
    moves.to_status(seller, order, units, st.SHIPPED)
    if arguments.get("goes_on"):
        seller.schedule(order, "deliver", seconds=seller.switches.carrier_seconds)


def deliver(seller: Seller, order: Order, arguments: Json) -> None:
    units = _chosen(order, arguments, st.SHIPPED)
    order.note("delivered_by_carrier")
    moves.to_status(seller, order, units, st.DELIVERED)


def ask_return(seller: Seller, order: Order, arguments: Json) -> None:
    """The buyer sends it back."""
    units = _chosen(order, arguments, st.DELIVERED)
    order.note("return_asked")
    moves.to_status(seller, order, units, st.RETURN_SHIPPED)
    payload: dict[str, object] = {"OrderId": order.id, "OrderItemIds": [unit.id for unit in units]}
    moves.tell(seller, order, "onReturnStatusChanged", {**payload, "NewStatus": st.RETURN_SHIPPED})


def track(seller: Seller, order: Order, arguments: Json) -> None:
    for package in order.packages:
        if arguments.get("package") in (None, package.id):
            moves.tracked(seller, order, package)


def patch(seller: Seller, order: Order, arguments: Json) -> None:
    """Lay something over what GET /v2/orders answers; the value "$absent" removes a key."""
    order.patches.append(arguments)
    moves.touch(seller, order, order.units)


def set_status(seller: Seller, order: Order, arguments: Json) -> None:
    """Any status at all, also backwards; `items` are ids, all when left out."""
    status = arguments.get("status")
    if status not in st.ALL:
        raise Invalid(f"status must be one of {', '.join(st.ALL)}; not {status!r}")
    moves.to_status(seller, order, _chosen(order, arguments, *st.ALL), status)


def announce(seller: Seller, order: Order, _arguments: Json) -> None:
    """Tell webhooks of it once more."""
    moves.created(seller, order)


VERBS: dict[str, Callable[[Seller, Order, Json], None]] = {
    **{
        verb.__name__: verb
        for verb in (
            pay, overdue, cancel, pack, ready, ship, deliver, ask_return, track, patch, announce,
        )
    },
    "status": set_status,
}  # fmt: skip


def act(seller: Seller, code: str, verb: str, arguments: Json) -> Order:
    if verb not in VERBS:
        raise Invalid(f"nobody can {verb!r} an order; known: {', '.join(VERBS)}")
    order = seller.find(code)
    VERBS[verb](seller, order, arguments)
    return order


def keep_deadlines(seller: Seller) -> None:
    """Everything whose time has come; called before anything looks at the seller."""
    while due := seller.deadlines.take(seller.orders, now=seller.moment):
        order, what = due
        verb, _, number = what.partition(" ")
        arguments = {"package": int(number)} if verb == "track" else {"goes_on": True} if verb == "ship" else {}
        try:
            VERBS[verb](seller, order, arguments)
        except ControlError:
            continue  # something else happened to it first


def _only(order: Order, *statuses: str) -> list[Unit]:
    found = [unit for unit in order.units if unit.status in statuses]
    if not found:
        raise Conflict(f"{order.code} is {order.status}; this needs {', '.join(statuses)}")
    return found


def _chosen(order: Order, arguments: Json, *statuses: str) -> list[Unit]:
    found = _only(order, *statuses)
    wanted = arguments.get("items")
    if wanted is None:
        return found
    chosen = [unit for unit in found if unit.id in wanted]
    if not isinstance(wanted, list) or len(chosen) != len(wanted):
        raise Conflict(f"items {wanted!r} are not all of {order.code}, and {', '.join(statuses)}")
    return chosen
