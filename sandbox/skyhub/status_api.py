"""/statuses and /status_types (protocol §5)."""

from sandbox.call import Call
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.reply import Refused, Reply, ok
from sandbox.skyhub.statuses import Status, canonical
from sandbox.skyhub.store import Store


def list_statuses(store: Store, _call: Call) -> Reply:
    return ok(
        [{"code": s.code, "label": s.label, "type": store.shown_type(s.type)} for s in store.statuses],
    )


def list_types(store: Store, _call: Call) -> Reply:
    """Plain texts, each type once."""
    return ok(list(dict.fromkeys(store.shown_type(status.type) for status in store.statuses)))


def create(store: Store, call: Call) -> Reply:
    code, label, type = _fields(call, "code", "label", "type")
    if store.status_with(code):
        raise Refused(422, f"Status {code} já existe")
    store.statuses.append(Status(code, label, _type(type)))
    call.effects.append("status_created")
    return Reply(201)


def update(store: Store, call: Call) -> Reply:
    """Label and type; the code never changes."""
    old = store.status_with(call.code)
    if old is None:
        raise Refused(404, f"Status {call.code} não encontrado")
    label, type = _fields(call, "label", "type")
    store.statuses[store.statuses.index(old)] = Status(old.code, label, _type(type))
    for order in store.orders.values():
        order.changed()
    call.effects.append("status_updated")
    return Reply(204)


def _fields(call: Call, *names: str) -> list[str]:
    status = call.document.get("status")
    if not isinstance(status, dict):
        raise Refused(400, "Campos obrigatórios ausentes: status")
    if missing := [name for name in names if not isinstance(status.get(name), str) or not status[name]]:
        raise Refused(400, f"Campos obrigatórios ausentes: {', '.join(f'status.{name}' for name in missing)}")
    return [status[name] for name in names]


def _type(shown: str) -> str:
    type = canonical(shown)
    if type is None:
        raise Refused(422, f"Tipo de status inválido: {shown}")
    return type


ENDPOINTS = (
    Endpoint("GET", "/statuses", "other", list_statuses),
    Endpoint("POST", "/statuses", "other", create),
    Endpoint("PUT", "/statuses/{code}", "other", update),
    Endpoint("GET", "/status_types", "other", list_types),
)
