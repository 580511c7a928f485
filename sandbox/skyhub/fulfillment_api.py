"""POST /fulfillment/b2w/delivery: the invoice of an order that B2W ships from its own warehouse (protocol §3.8)."""

import re
from typing import Any

from sandbox.call import Call
from sandbox.form import content_type, form_of
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move
from sandbox.skyhub.gate import JSON, MULTIPART, Endpoint
from sandbox.skyhub.invoice_api import attach_invoice, key_in_xml
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def deliver_invoice(store: Store, call: Call) -> Reply:
    """The XML names its order by `xPed` and so is the only address; `recipient_document` is B2W's CNPJ."""
    recipient, xml = _posted(call)
    if not re.fullmatch(r"\d{14}", recipient, re.ASCII):
        raise Refused(422, "recipient_document deve ser um CNPJ com 14 dígitos")
    order = _named_in(store, xml)
    call.code = order.code
    asked_move(store, order, call, st.INVOICED)
    attach_invoice(store, order, {"key": key_in_xml(xml)})
    order.xml = True
    store.move(order, store.status_for(st.INVOICED))
    order.note("invoiced", by=call)
    return Reply(store.switches.write_status)


def _posted(call: Call) -> tuple[str, bytes]:
    if MULTIPART in content_type(call):
        fields = form_of(call)
        recipient, xml = fields.get("recipient_document", b"").decode(errors="replace"), fields.get("file", b"")
    else:
        invoice = call.document.get("invoice")
        payload = invoice.get("payload") if isinstance(invoice, dict) else None
        recipient, xml = str(call.document.get("recipient_document") or ""), str(payload or "").encode()
    if not recipient or not xml:
        raise Refused(400, "Campos obrigatórios ausentes: recipient_document, invoice")
    return recipient, xml


def _named_in(store: Store, xml: bytes) -> Order:
    match = re.search(rb"<xPed>\s*([^<]+?)\s*</xPed>", xml)
    if match is None:
        raise Refused(422, "XML da nota fiscal inválido: xPed ausente")
    code = match[1].decode(errors="replace")
    for order in store.orders.values():
        if order.fulfillment and code in (order.code, order.document["import_info"]["remote_code"]):
            return order
    raise Refused(404, f"Pedido {code} não encontrado")


ENDPOINTS = (Endpoint("POST", "/fulfillment/b2w/delivery", "fulfillment", deliver_invoice, takes=(JSON, MULTIPART)),)
