"""Transitions after the hand-over, and cancellation: POST /v2/orders/statuses/set-to-… (protocol §5)."""

from collections.abc import Callable

from sandbox.call import Call
from sandbox.dafiti import moves
from sandbox.dafiti import statuses as st
from sandbox.dafiti.fields import ids_of, text_of, units_of_one_order
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.reply import Refused, Reply
from sandbox.dafiti.seller import CANCEL_REASON, REASONS, Seller

Move = Callable[[Seller, Call, dict[str, str]], Reply]


def shipped(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Neither for crossdocking, nor with a carrier or tracking number: they were told before."""
    order, units = units_of_one_order(seller, call, ids_of(call))
    _only_dropshipping(order, units)
    _only_from(units, st.READY_TO_SHIP)
    order.note("shipped", by=call)
    moves.to_status(seller, order, units, st.SHIPPED)
    return _done(call)


def delivered(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    order, units = units_of_one_order(seller, call, ids_of(call))
    _only_dropshipping(order, units)
    _only_from(units, st.SHIPPED, st.DELIVERED)
    moving = [unit for unit in units if unit.status == st.SHIPPED]
    if moving:
        order.note("delivered", by=call)
    moves.to_status(seller, order, moving, st.DELIVERED)
    return _done(call)


def cancelled(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Brazil: from pending only. The rest of a package goes along."""
    order, units = units_of_one_order(seller, call, ids_of(call))
    reason = _reason(call, "canceled")
    allowed = (st.PENDING,) if seller.switches.cancel_rule == "brazil" else (st.PENDING, st.READY_TO_SHIP)
    _only_from(units, *allowed)
    if seller.switches.cancel_whole_package:
        packages = {unit.package for unit in units if unit.package}
        units = [unit for unit in order.units if unit in units or unit.package in packages]
    units = [unit for unit in units if unit.status in allowed]
    details = text_of(call, "reasonDetail")
    moves.canceled(seller, order, units, kind="canceled", name=reason, details=details, by=call)
    return _done(call, units)


def delivery_failed(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """For good."""
    order, units = units_of_one_order(seller, call, ids_of(call))
    reason = _reason(call, "failed")
    _only_from(units, st.SHIPPED)
    for unit in units:
        details = text_of(call, "reasonDetail")
        unit.reason = {"type": "failed", "name": reason, "description": reason, "details": details}
    order.note("delivery_failed", by=call)
    moves.to_status(seller, order, units, st.FAILED)
    return _done(call)


def _return_move(effect: str, source: str, target: str, *, reason: bool = False) -> Move:
    def move(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
        order, units = units_of_one_order(seller, call, ids_of(call))
        if reason:
            _reason(call, "return_rejected")
        _only_from(units, source)
        order.note(effect, by=call)
        moves.to_status(seller, order, units, target)
        return _done(call)

    return move


def _reason(call: Call, kind: str) -> str:
    """In Brazil there is one to cancel with."""
    told = text_of(call, "reason", required=True)
    known = [name for known, name, _ in REASONS if known == kind]
    if told not in known or (kind == "canceled" and told != CANCEL_REASON):
        raise Refused(f"Reason '{told}' is not valid", title="Validation Failed", code="E027")
    return told


def _only_from(units: list[Unit], *allowed: str) -> None:
    for unit in units:
        if unit.status not in allowed:
            raise Refused(f"Status '{unit.status}' is not valid status for order item.", code="E073", unit=unit.id)


def _only_dropshipping(order: Order, units: list[Unit]) -> None:
    if order.kind != "dropshipping":
        raise Refused("Order item contains not allowed shipment type", code="E028", unit=units[0].id)


def _done(call: Call, units: list[Unit] | None = None) -> Reply:
    return Reply({"orderItemIds": [unit.id for unit in units] if units else call.document["orderItemIds"]})


_SET_TO = "/v2/orders/statuses/set-to-"
ENDPOINTS = (
    Endpoint("POST", f"{_SET_TO}shipped", shipped),
    Endpoint("POST", f"{_SET_TO}delivered", delivered),
    Endpoint("POST", f"{_SET_TO}cancelled", cancelled),
    Endpoint("POST", f"{_SET_TO}delivery-failed", delivery_failed),
    Endpoint("POST", f"{_SET_TO}returned", _return_move("returned", st.DELIVERED, st.RETURNED)),
    Endpoint(
        "POST", f"{_SET_TO}return-received", _return_move("return_received", st.RETURN_SHIPPED, st.RETURN_WAITING)
    ),
    Endpoint("POST", f"{_SET_TO}return-approved", _return_move("returned", st.RETURN_WAITING, st.RETURNED)),
    Endpoint(
        "POST",
        f"{_SET_TO}return-rejected",
        _return_move("return_rejected", st.RETURN_WAITING, st.RETURN_REJECTED, reason=True),
    ),
)
