"""GET and DELETE on /queues/orders (protocol §2)."""

from sandbox.call import Call
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

_EMPTY = {
    "204": Reply(204),
    "200-empty": Reply(200),
    "200-null": Reply(200, b"null"),
    "200-object": Reply(200, b"{}"),
}


def lease(store: Store, call: Call) -> Reply:
    """One bare order, as it is now, hidden for five minutes."""
    code = store.queue.lease(now=store.clock.timestamp(), seconds=store.switches.lease_seconds)
    if code is None:
        return _EMPTY[store.switches.empty_queue]
    if call.duplicate:
        store.queue.put(code, at_head=True)
    order = store.orders[code]
    call.code = code
    order.note("leased", by=call)
    return Reply(200, store.body(order))


def acknowledge(store: Store, call: Call) -> Reply:
    """By order code: there is no receipt, so this may hit an entry that came in after the GET."""
    assert call.code is not None
    dropped = store.queue.acknowledge(
        call.code, now=store.clock.timestamp(), all_entries=store.switches.ack_mode == "all"
    )
    if not dropped:
        if store.switches.ack_unknown_404:
            raise Refused(404, f"Pedido {call.code} não está na fila")
        return Reply(store.switches.ack_status)
    order = store.orders[call.code]
    order.document["sync_status"] = "SYNCED"
    order.changed()
    order.note("acknowledged", by=call)
    return Reply(store.switches.ack_status)


ENDPOINTS = (
    Endpoint("GET", "/queues/orders", "queues", lease),
    Endpoint("DELETE", "/queues/orders/{code}", "queues", acknowledge),
)
