"""/sync_errors: writes that were accepted and failed later, on the way to the marketplace (protocol §4.11)."""

from collections import Counter
from typing import Any

from sandbox.call import Call
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.reply import Refused, Reply, ok
from sandbox.skyhub.store import Store

Json = dict[str, Any]
IDENTITY = ("entity_id", "error_category_code", "error_code")


def categories(store: Store, _call: Call) -> Reply:
    counted = Counter(str(error["error_category_code"]) for error in store.sync_errors)
    return ok([{"code": code, "error_qty": count} for code, count in counted.items()])


def errors(store: Store, call: Call) -> Reply:
    wanted = call.query.get("error_category_code")
    return ok([e for e in store.sync_errors if wanted is None or e["error_category_code"] in wanted])


def dismiss(store: Store, call: Call) -> Reply:
    """The body's one list names errors by entity, category and code; an order without errors is in sync again."""
    named = next((value for value in call.document.values() if isinstance(value, list)), None)
    if not named or not all(isinstance(item, dict) and set(IDENTITY) <= set(item) for item in named):
        raise Refused(400, f"Campos obrigatórios ausentes: {', '.join(IDENTITY)}")
    gone = {_identity(item) for item in named}
    for error in [error for error in store.sync_errors if _identity(error) in gone]:
        store.sync_errors.remove(error)
        call.effects.append("sync_error_dismissed")
        order = store.orders.get(error["entity_id"])
        if order and not any(other["entity_id"] == order.code for other in store.sync_errors):
            order.document["sync_status"] = "SYNCED"
            order.changed()
    return Reply(204)


def _identity(error: Json) -> tuple[str, ...]:
    return tuple(str(error[name]) for name in IDENTITY)


ENDPOINTS = (
    Endpoint("GET", "/sync_errors/categories", "other", categories),
    Endpoint("GET", "/sync_errors/orders", "other", errors),
    Endpoint("PATCH", "/sync_errors/orders", "other", dismiss),
)
