"""POST /orders/{code}/shipments, alone or with the invoice in the same call (protocol §4.2)."""

from collections import Counter
from typing import Any

from sandbox.call import Call
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move, known_order, part_of, past_moment, positive, seller_moves
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.invoice_api import attach_invoice
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

Json = dict[str, Any]
URL_LIMIT = 200


def ship(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    seller_moves(order)
    inline = part_of(call.document, "invoice") if "invoice" in call.document else None
    target = asked_move(store, order, call, st.SHIPPED, also_from=_also_from(store, order, inline))
    shipment = shipment_of(store, order, call.document)
    if inline:
        attach_invoice(store, order, inline)
        order.note("invoiced" if target else "invoice_attached", by=call)
    order.unavailable = False
    order.document["shipments"].append(shipment)
    if target:
        store.move(order, target)
    else:
        store.updated(order)
    order.note("shipped" if target else "shipment_attached", by=call)
    if store.switches.echo_writes:
        store.enqueue(order)
    return Reply(store.switches.write_status)


def shipment_of(store: Store, order: Order, body: Json) -> Json:
    """The shipment as it will be read back: `track` goes in, `tracks` comes out."""
    shipment = part_of(body, "shipment")
    lines = shipment.get("items")
    if lines is None and store.switches.lenient_shipment_items:
        lines = body.get("items")  # where the official PHP SDK puts them
    code = shipment.get("code")
    if not isinstance(code, str) or not code:
        raise Refused(400, "Campos obrigatórios ausentes: shipment.code")
    if any(code == shipped["code"] for shipped in order.document["shipments"]):
        raise Refused(422, f"shipment.code {code} já existe neste pedido")
    collected = shipment.get("delivered_carrier_date")
    if collected is not None:
        past_moment(store, collected, "shipment.delivered_carrier_date")
    return {
        "code": code,
        "delivered_carrier_date": collected,
        "items": _lines_of(store, order, lines),
        "tracks": [_track_of(shipment)],
    }


def _also_from(store: Store, order: Order, inline: Json | None) -> str | None:
    """From APPROVED with an invoice at hand; from SHIPPED where a store may ship in several parcels."""
    if order.type == st.SHIPPED:
        return st.SHIPPED if store.switches.second_shipment else None
    invoiced = inline or order.document["invoices"] or store.switches.ship_without_invoice
    return st.APPROVED if invoiced else None


def _lines_of(store: Store, order: Order, lines: object) -> list[Json]:
    if not isinstance(lines, list) or not lines:
        raise Refused(400, "Campos obrigatórios ausentes: shipment.items")
    left = _unshipped(order)
    taken = []
    for line in lines:
        sku = line.get("sku") if isinstance(line, dict) else line
        if not isinstance(sku, str) or sku not in left:
            raise Refused(422, f"shipment.items.sku {sku} não pertence ao pedido")
        qty = positive(line.get("qty"), "shipment.items.qty")
        left[sku] -= qty
        if left[sku] < 0:
            raise Refused(422, f"shipment.items.qty maior que a quantidade do item {sku}")
        taken.append({"sku": sku, "qty": qty})
    if not store.switches.partial_shipment and any(left.values()):
        raise Refused(422, "shipment.items deve conter todos os itens do pedido")
    return taken


def _unshipped(order: Order) -> Counter[str]:
    """Per sold SKU (items[].id, never product_id) what no shipment has carried yet."""
    left = Counter[str]()
    for item in order.document["items"]:
        left[item["id"]] += item["qty"]
    for shipment in order.document["shipments"]:
        for line in shipment["items"]:
            left[line["sku"]] -= line["qty"]
    return left


def _track_of(shipment: Json) -> Json:
    track = part_of(shipment, "track")
    missing = [name for name in ("code", "carrier") if not isinstance(track.get(name), str) or not track[name]]
    if missing:
        raise Refused(400, f"Campos obrigatórios ausentes: {', '.join(f'shipment.track.{n}' for n in missing)}")
    if any(not isinstance(track.get(name) or "", str) for name in ("method", "url")):
        raise Refused(422, "shipment.track.method e url devem ser textos")
    if len(track.get("url") or "") > URL_LIMIT:
        raise Refused(422, f"shipment.track.url deve ter no máximo {URL_LIMIT} caracteres")
    return {name: track.get(name) for name in ("code", "carrier", "method", "url")}


ENDPOINTS = (Endpoint("POST", "/orders/{code}/shipments", "orders", ship),)
