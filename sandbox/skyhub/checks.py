"""What every write must satisfy before it changes anything; each check raises Refused in SkyHub's words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.call import Call
from sandbox.skyhub import statuses as st
from sandbox.skyhub.dates import read_moment
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused
from sandbox.skyhub.statuses import Status
from sandbox.skyhub.store import Store

Json = dict[str, Any]
TOLERANCE = timedelta(seconds=1)


def known_order(store: Store, call: Call) -> Order:
    order = store.orders.get(call.code or "")
    if order is None:
        raise Refused(404, f"Pedido {call.code} não encontrado")
    return order


def asked_move(store: Store, order: Order, call: Call, type: str, *, also_from: str | None = None) -> Status | None:
    """The status the body asks for, checked; None when it names none and so moves nothing (protocol §4.10).

    `also_from` is a type this one call may start from beside the usual ones.
    """
    status = _named_status(store, call, type)
    target = status or store.status_for(type)
    legal = order.type in st.REACHED_FROM.get(target.type, ()) or (order.type == also_from and target.type == type)
    if not legal or (order.unavailable and target.type == st.CANCELED):
        raise _invalid_transition(store, order, target)
    if target.type != type:
        raise Refused(422, f"Status {target.code} inválido para esta operação")
    return status


def part_of(document: Json, name: str) -> Json:
    part = document.get(name)
    if not isinstance(part, dict) or not part:
        raise Refused(400, f"Campos obrigatórios ausentes: {name}")
    return part


def seller_moves(order: Order) -> None:
    """B2W Entrega and fulfillment orders are moved by B2W once invoiced (protocol §4.9)."""
    if order.b2w_entrega or order.fulfillment:
        raise Refused(422, "Pedido B2W Entrega: envio e entrega são atualizados pelo marketplace")


def past_moment(store: Store, value: object, name: str) -> datetime:
    """An ISO date-time that is not in the future."""
    moment = read_moment(value)
    if moment is None:
        raise Refused(422, f"{name} deve ser uma data ISO 8601")
    if moment > latest(store) + TOLERANCE:
        raise Refused(422, f"{name} não pode estar no futuro")
    return moment


def latest(store: Store) -> datetime:
    """Now by whichever clock is ahead: callers have only real ones, the sandbox's may have been advanced."""
    return max(store.clock.now(), datetime.now(UTC))


def positive(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Refused(422, f"{name} deve ser um inteiro maior que zero")
    return value


def _named_status(store: Store, call: Call, type: str) -> Status | None:
    code = call.document.get("status")
    if code is None:
        return store.status_for(type) if store.switches.omitted_status == "move" else None
    status = store.status_with(code)
    if status is None and store.switches.unknown_status_422:
        raise Refused(422, f"Status {code} não encontrado")
    return status


def _invalid_transition(store: Store, order: Order, target: Status) -> Refused:
    """The two wordings seen: types, or codes with a full stop (protocol §4.11)."""
    current = store.status_for(st.CANCELED) if order.unavailable else store.status_of(order)
    if store.switches.transition_wording == "code":
        return Refused(422, f"Transição inválida: {current.code} -> {target.code}.")
    return Refused(422, f"Transição inválida: {store.shown_type(current.type)} -> {store.shown_type(target.type)}")
