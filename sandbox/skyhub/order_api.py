"""Reading orders, and the test orders of homologation accounts (protocol §4.7, §4.8)."""

from datetime import date, datetime

from sandbox.call import Call
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move, known_order
from sandbox.skyhub.dates import BRASILIA, local, read_day
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store
from sandbox.skyhub.trial_orders import create_test_order

PAGE = 100


def show(store: Store, call: Call) -> Reply:
    return Reply(200, store.body(known_order(store, call)))


def listing(store: Store, call: Call) -> Reply:
    """{total, orders}; newest first, at most 100 a page, nothing beyond the 10 000th."""
    page, per_page = _page(call, "page", 1), min(_page(call, "per_page", PAGE), PAGE)
    if page * per_page > store.switches.list_limit:
        raise Refused(400, f"A paginação está limitada a {store.switches.list_limit:.0f} registros")
    found = _filtered(store, call)
    bodies = [store.body(order) for order in found[(page - 1) * per_page : page * per_page]]
    return Reply(200, b'{"total":%d,"orders":[%s]}' % (len(found), b",".join(bodies)))


def approve(store: Store, call: Call) -> Reply:
    """Only where test orders exist; on a production account the marketplace alone approves."""
    if store.kind != "homologation":
        raise Refused(403, "Operação disponível apenas em contas de homologação")
    order = known_order(store, call)
    target = asked_move(store, order, call, st.APPROVED)
    if target:
        store.move(order, target)
        order.note("approved", by=call)
        store.enqueue(order)
    return Reply(store.switches.write_status)


def create(store: Store, call: Call) -> Reply:
    if store.kind != "homologation":
        raise Refused(403, "Operação disponível apenas em contas de homologação")
    order = create_test_order(store, call.document)
    call.code = order.code
    call.effects.append("sold")
    return Reply(store.switches.write_status)


def exported(store: Store, call: Call) -> Reply:
    """The mechanism from before the queue; some clients still use it."""
    order = known_order(store, call)
    if not isinstance(call.document.get("exported"), bool):
        raise Refused(400, "Campos obrigatórios ausentes: exported")
    order.document["exported_at"] = local(store.clock.now()) if call.document["exported"] else None
    order.changed()
    order.note("exported", by=call)
    return Reply(204)


def _filtered(store: Store, call: Call) -> list[Order]:
    codes = call.query.get("filters[statuses][]")
    sync = call.query.get("filters[sync_status][]")
    channels = call.query.get("filters[sale_system]")
    since, until = _day(call, "filters[start_date]"), _day(call, "filters[end_date]")
    return [
        order
        for order in reversed(store.orders.values())
        if order.raw is None
        and (codes is None or order.status_code in codes)
        and (sync is None or order.document["sync_status"] in sync)
        and (channels is None or order.document["channel"] in channels)
        and (since is None or _placed(order) >= since)
        and (until is None or _placed(order) <= until)
    ]


def _placed(order: Order) -> date:
    return datetime.fromtimestamp(order.placed, BRASILIA).date()


def _page(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, [str(default)])[-1]
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, f"Parâmetro inválido: {name}")
    return int(text)


def _day(call: Call, name: str) -> date | None:
    if name not in call.query:
        return None
    day = read_day(call.query[name][-1])
    if day is None:
        raise Refused(400, f"Parâmetro inválido: {name} deve ser DD/MM/AAAA")
    return day


ENDPOINTS = (
    Endpoint("GET", "/orders", "order_reads", listing),
    Endpoint("GET", "/orders/{code}", "order_reads", show),
    Endpoint("POST", "/orders", "orders", create),
    Endpoint("POST", "/orders/{code}/approval", "orders", approve),
    Endpoint("PUT", "/orders/{code}/exported", "orders", exported),
)
