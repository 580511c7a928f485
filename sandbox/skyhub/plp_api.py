"""B2W Entrega: group invoiced orders into a label list (PLP), print it, ungroup it, confirm collection (§4.9)."""

from datetime import timedelta
from typing import Any

from sandbox.call import Call
from sandbox.skyhub.checks import known_order
from sandbox.skyhub.dates import BRASILIA
from sandbox.skyhub.gate import JSON, PDF, Endpoint, wants_pdf
from sandbox.skyhub.grouping import (
    awaits_xml,
    brief,
    drop_expired,
    groupable,
    kind_of,
    orders_in,
    remote_code,
    today,
)
from sandbox.skyhub.labels import SERVICES, as_pdf, label
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply, encoded, ok
from sandbox.skyhub.store import Store

Json = dict[str, Any]
PAGE = 20
MOST = 25
DAYS_VALID = 7


def to_group(store: Store, call: Call) -> Reply:
    """Remote codes, 20 a page; `offset` is a page number from 1."""
    ready = [order for order in store.orders.values() if groupable(order)]
    return ok({"orders": [{**brief(order), "shipping": kind_of(order)} for order in _page(call, ready)]})


def group(store: Store, call: Call) -> Reply:
    codes = _codes(call, "order_remote_codes")
    if len(codes) > MOST:
        raise Refused(422, f"Uma PLP agrupa no máximo {MOST} pedidos")
    orders = [_find(store, code) for code in codes]
    if stray := [order.code for order in orders if not groupable(order)]:
        raise Refused(422, f"Pedido {stray[0]} não está pronto para ser agrupado")
    kinds = {kind_of(order) for order in orders}
    if len(kinds) > 1:
        raise Refused(422, "Os pedidos de uma PLP devem ter o mesmo tipo de envio")
    number = store.open_plp(kinds.pop(), today(store) + timedelta(days=DAYS_VALID))
    for order in orders:
        order.plp = number
        order.note("grouped", by=call)
    return Reply(201, encoded({"message": f"Plp {number} agrupada com sucesso."}))


def listing(store: Store, _call: Call) -> Reply:
    drop_expired(store)
    return ok(
        {
            "plp": [
                {
                    "id": number,
                    "expiration_date": plp["expiration_date"],
                    "type": plp["type"],
                    "orders": [{"code": remote_code(order)} for order in orders_in(store, number)],
                }
                for number, plp in store.plps.items()
            ]
        }
    )


def view(store: Store, call: Call) -> Reply:
    number = _number(store, call)
    labels = [label(order) for order in orders_in(store, number)]
    if wants_pdf(call):
        return Reply(200, as_pdf(f"PLP {number} - {store.plps[number]['type']}", labels), PDF)
    service, name = SERVICES[store.plps[number]["type"]]
    volumes = sum(found["qtVolumes"] for found in labels)
    head = {
        "id": number,
        "codExterno": str(240_000_000 + number % 1_000_000),
        "dtEnvio": store.clock.now().astimezone(BRASILIA).strftime("%d/%m/%Y %H:%M:%S"),
        "tpAgrupamento": "PLP",
        "resumoServicos": [{"codServico": service, "nomeServico": name, "quantidadeAwbs": volumes}],
    }
    return ok({"plp": head, "docsExternos": labels})


def ungroup(store: Store, call: Call) -> Reply:
    """The number comes in the body; a known client puts it into the query."""
    number = _number(store, call)
    for order in orders_in(store, number):
        order.plp, order.collection = None, False
        order.note("ungrouped", by=call)
    del store.plps[number]
    return Reply(200, encoded({"message": f"Plp {number} desagrupada com sucesso."}))


def collectables(store: Store, call: Call) -> Reply:
    """Grouped Direct orders, those whose collection was confirmed already with `requested=true`."""
    requested = call.query.get("requested", ["false"])[-1] == "true"
    found = [
        order
        for order in store.orders.values()
        if order.plp is not None and kind_of(order) == "DIRECT" and order.collection == requested
    ]
    return ok({"orders": [brief(order) for order in _page(call, found)]})


def confirm_collection(store: Store, call: Call) -> Reply:
    orders = [_find(store, code) for code in _codes(call, "order_codes")]
    if stray := [order.code for order in orders if order.plp is None or kind_of(order) != "DIRECT"]:
        raise Refused(422, f"Pedido {stray[0]} não está pronto para coleta Direct")
    for order in orders:
        if not order.collection:
            order.collection = True
            order.note("collection_confirmed", by=call)
    return Reply(201)


def shipment_label(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    if not order.b2w_entrega or not order.document["invoices"] or awaits_xml(order):
        raise Refused(422, f"Pedido {order.code} não possui etiqueta")
    if wants_pdf(call):
        return Reply(200, as_pdf(f"Etiqueta {order.code}", [label(order)]), PDF)
    return ok({"docsExternos": [label(order)]})


def _find(store: Store, code: str) -> Order:
    """By remote code, as the PLP calls name orders, or by the whole one."""
    found = store.orders.get(code) or next((o for o in store.orders.values() if remote_code(o) == code), None)
    if found is None:
        raise Refused(422, f"Pedido {code} não encontrado")
    return found


def _codes(call: Call, name: str) -> list[str]:
    codes = call.document.get(name)
    if not isinstance(codes, list) or not codes or not all(isinstance(code, str) for code in codes):
        raise Refused(400, f"Campos obrigatórios ausentes: {name}")
    return list(dict.fromkeys(codes))


def _page(call: Call, orders: list[Order]) -> list[Order]:
    text = call.query.get("offset", ["1"])[-1]
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, "Parâmetro inválido: offset")
    return orders[(int(text) - 1) * PAGE : int(text) * PAGE]


def _number(store: Store, call: Call) -> int:
    drop_expired(store)
    given = str(call.document.get("plp_id") or call.query.get("plp_id", [""])[-1])
    if not given.isdecimal() or int(given) not in store.plps:
        raise Refused(404, f"Plp {given} não encontrada")
    return int(given)


ENDPOINTS = (
    Endpoint("GET", "/shipments/b2w/to_group", "shipments", to_group),
    Endpoint("POST", "/shipments/b2w", "shipments", group),
    Endpoint("GET", "/shipments/b2w", "shipments", listing),
    Endpoint("GET", "/shipments/b2w/view", "shipments", view, accepts=(JSON, PDF)),
    Endpoint("DELETE", "/shipments/b2w", "shipments", ungroup),
    Endpoint("GET", "/shipments/b2w/collectables", "shipments", collectables),
    Endpoint("POST", "/shipments/b2w/confirm_collection", "shipments", confirm_collection),
    Endpoint("GET", "/orders/{code}/shipment_labels", "order_reads", shipment_label, accepts=(JSON, PDF)),
)
