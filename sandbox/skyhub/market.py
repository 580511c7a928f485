"""What marketplace and buyer do to orders. Each change that the seller must learn of enters the queue."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import Conflict, Invalid
from sandbox.skyhub import statuses as st
from sandbox.skyhub.dates import local
from sandbox.skyhub.order import Order
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def pay(store: Store, order: Order, _arguments: Json) -> None:
    _advance(store, order, st.APPROVED, effect="paid")


def overdue(store: Store, order: Order, _arguments: Json) -> None:
    _advance(store, order, st.OVERDUE, effect="overdue")


def cancel(store: Store, order: Order, _arguments: Json) -> None:
    order.unavailable = False
    store.deadlines.clear(order)
    _advance(store, order, st.CANCELED, effect="canceled_by_marketplace")


def ship(store: Store, order: Order, _arguments: Json) -> None:
    """B2W Entrega collects the parcel and says so itself."""
    _advance(store, order, st.SHIPPED, effect="shipped_by_marketplace")
    if order.b2w_entrega and store.switches.b2w_moves:
        store.schedule(order, "deliver", seconds=store.switches.b2w_delay_seconds)


def deliver(store: Store, order: Order, _arguments: Json) -> None:
    _advance(store, order, st.DELIVERED, effect="delivered_by_marketplace")


def requeue(store: Store, order: Order, _arguments: Json) -> None:
    """Another entry in the queue, as after any update at the marketplace."""
    store.enqueue(order)


def patch(store: Store, order: Order, arguments: Json) -> None:
    """Change what the order says, and put it into the queue as the marketplace does after an update."""
    order.patches.append(arguments)
    store.updated(order)
    store.enqueue(order)


def sync_error(store: Store, order: Order, arguments: Json) -> None:
    """A write that was accepted failed later on its way to the marketplace; nothing enters the queue."""
    store.sync_errors.append(
        {
            "entity_id": order.code,
            "message": str(arguments.get("message", "Erro ao sincronizar o pedido com o marketplace")),
            "error_qty": 1,
            "last_accurence": local(store.clock.now()),  # SkyHub's spelling
            "error_code": str(arguments.get("error_code", "order_update_failed")),
            "error_category_code": "sync_order_skyhub_to_mtkp",
        }
    )
    order.document["sync_status"] = "ERROR"
    order.changed()


def set_status(store: Store, order: Order, arguments: Json) -> None:
    """Any status at all, also backwards and also one nobody knows: {type} or {code, label, type}."""
    type = st.canonical(arguments.get("type"))
    if type and "code" not in arguments:
        for laid in order.patches:
            laid.pop("status", None)
        store.move(order, store.status_for(type))
    elif isinstance(arguments.get("code"), str):
        shown = {
            "code": arguments["code"],
            "label": arguments.get("label", ""),
            "type": arguments.get("type"),
        }
        order.patches.append({"status": shown})
    else:
        raise Invalid(f"type must be one of {', '.join(st.TYPES)}, or give code, label and type of your own")
    store.updated(order)
    store.enqueue(order)


def expire(store: Store, order: Order) -> None:
    """The deadline after a seller's INDISPONÍVEL has passed; the seller may have fulfilled it after all."""
    if order.unavailable:
        order.unavailable = False
        _advance(store, order, st.CANCELED, effect="canceled")


VERBS: dict[str, Callable[[Store, Order, Json], None]] = {
    "pay": pay,
    "overdue": overdue,
    "cancel": cancel,
    "ship": ship,
    "deliver": deliver,
    "requeue": requeue,
    "patch": patch,
    "status": set_status,
    "sync_error": sync_error,
}


def act(store: Store, code: str, verb: str, arguments: Json) -> Order:
    if verb not in VERBS:
        raise Invalid(f"the marketplace cannot {verb!r} an order; it can {', '.join(VERBS)}")
    order = store.find(code)
    VERBS[verb](store, order, arguments)
    return order


def keep_deadlines(store: Store) -> None:
    """Everything whose time has come; called before anything looks at the store."""
    while due := store.deadlines.take(store.orders, now=store.clock.timestamp()):
        order, verb = due
        if verb == "expire":
            expire(store, order)
        elif order.type in st.REACHED_FROM[st.SHIPPED if verb == "ship" else st.DELIVERED]:
            VERBS[verb](store, order, {})


def _advance(store: Store, order: Order, type: str, *, effect: str) -> None:
    if order.type not in st.REACHED_FROM[type]:
        raise Conflict(f"{order.code} is {order.type}; it cannot become {type}")
    store.move(order, store.status_for(type))
    order.note(effect)
    store.enqueue(order)
