"""How an order ends for the seller: delivery, cancellation, shipment exception (protocol §4.3 to §4.5)."""

from sandbox.call import Call
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move, known_order, latest, part_of, seller_moves
from sandbox.skyhub.dates import BRASILIA, read_day, read_moment
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.statuses import Status
from sandbox.skyhub.store import Store


def deliver(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    seller_moves(order)
    _check_day(store, call.document.get("delivered_date"))
    target = asked_move(store, order, call, st.DELIVERED)
    return _done(store, call, order, target, "delivered")


def report_exception(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    seller_moves(order)
    posted = part_of(call.document, "shipment_exception")
    missing = [name for name in ("occurrence_date", "observation") if not posted.get(name)]
    if missing:
        raise Refused(400, f"Campos obrigatórios ausentes: {', '.join(f'shipment_exception.{n}' for n in missing)}")
    if read_moment(posted["occurrence_date"]) is None:
        raise Refused(422, "shipment_exception.occurrence_date deve ser uma data ISO 8601")
    target = asked_move(store, order, call, st.SHIPMENT_EXCEPTION)
    return _done(store, call, order, target, "exception_reported")


def cancel(store: Store, call: Call) -> Reply:
    """In two steps the order first only becomes INDISPONÍVEL: its status stays until the deadline."""
    order = known_order(store, call)
    target = asked_move(store, order, call, st.CANCELED)
    if not target or not store.switches.two_step_cancel:
        return _done(store, call, order, target, "canceled")
    order.unavailable = True
    store.schedule(order, "expire", seconds=store.switches.cancel_deadline_seconds)
    order.note("cancel_requested", by=call)
    return Reply(store.switches.write_status)


def _done(store: Store, call: Call, order: Order, target: Status | None, effect: str) -> Reply:
    """Without a status in the body nothing changes, and still the answer is a success (protocol §4.10)."""
    if target:
        store.move(order, target)
        order.note(effect, by=call)
        if store.switches.echo_writes:
            store.enqueue(order)
    return Reply(store.switches.write_status)


def _check_day(store: Store, posted: object) -> None:
    if posted is None:
        return
    day = read_day(posted)
    if day is None:
        raise Refused(422, "delivered_date deve ser DD/MM/AAAA")
    if day > latest(store).astimezone(BRASILIA).date():
        raise Refused(422, "delivered_date não pode estar no futuro")


ENDPOINTS = (
    Endpoint("POST", "/orders/{code}/delivery", "orders", deliver, newer=True),
    Endpoint("POST", "/orders/{code}/cancel", "orders", cancel),
    Endpoint("POST", "/orders/{code}/shipment_exception", "orders", report_exception),
)
