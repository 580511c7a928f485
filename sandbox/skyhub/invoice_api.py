"""POST /orders/{code}/invoice, as JSON with the access key or as multipart with the XML (protocol §4.1)."""

import re
from typing import Any

from sandbox.call import Call
from sandbox.form import content_type, form_of
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move, known_order, part_of, past_moment, positive
from sandbox.skyhub.dates import local
from sandbox.skyhub.gate import JSON, MULTIPART, Endpoint
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def invoice(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    if order.fulfillment:
        raise Refused(422, "Pedido B2W Fulfillment: a nota fiscal é enviada por /fulfillment/b2w/delivery")
    as_xml = MULTIPART in content_type(call)
    if as_xml:
        if order.document["calculation_type"] != "b2wentregadirect":
            raise Refused(422, "Envio do XML disponível apenas para pedidos b2wentregadirect")
        call.document = _from_form(call)
    posted = part_of(call.document, "invoice")
    target = asked_move(store, order, call, st.INVOICED)
    attach_invoice(store, order, posted)
    order.unavailable = False
    order.xml = order.xml or as_xml
    if target:
        store.move(order, target)
    order.note("invoiced" if target else "invoice_attached", by=call)
    if store.switches.echo_writes:
        store.enqueue(order)
    return Reply(store.switches.write_status)


def attach_invoice(store: Store, order: Order, posted: Json) -> None:
    """Check the invoice and write it into the order, in the shape it is read back in."""
    key = posted.get("key")
    if key is None or key == "":
        raise Refused(400, "Campos obrigatórios ausentes: invoice.key")
    if not isinstance(key, str) or not re.fullmatch(r"\d{44}", key, re.ASCII):
        raise Refused(422, "invoice.key deve ser um texto com 44 dígitos")
    if any(key == known["key"] for known in order.document["invoices"]):
        raise Refused(422, "Nota fiscal já informada para este pedido")
    attached = {
        "key": key,
        "number": str(int(key[25:34])),
        "line": str(int(key[22:25])),
        "issue_date": _issue_date(store, order, posted.get("issue_date")),
        "volume_qty": positive(posted.get("volume_qty", 1), "invoice.volume_qty"),
    }
    order.document["invoices"].append(attached)
    store.updated(order)


def _issue_date(store: Store, order: Order, posted: object) -> str:
    """The time of the call when omitted; never in the future nor before the payment (since 2020-02-20)."""
    if posted is None:
        return local(store.clock.now())
    moment = past_moment(store, posted, "invoice.issue_date")
    if order.paid is not None and moment.timestamp() < int(order.paid):
        raise Refused(422, "invoice.issue_date não pode ser anterior ao pagamento")
    return local(moment)


def key_in_xml(xml: bytes) -> str:
    """The access key, from the id of the NF-e or from its protocol."""
    match = re.search(rb'Id="NFe(\d{44})"|<chNFe>(\d{44})</chNFe>', xml)
    if match is None:
        raise Refused(422, "XML da nota fiscal inválido: chave de acesso não encontrada")
    return (match[1] or match[2]).decode()


def _from_form(call: Call) -> Json:
    """The multipart form as the JSON body it stands for, with the key read from the XML."""
    fields = form_of(call)
    if not fields.get("file"):
        raise Refused(400, "Campos obrigatórios ausentes: file")
    given = {name: fields[name].decode(errors="replace") for name in ("status", "issue_date") if fields.get(name)}
    volumes = fields.get("volume_qty") or b"1"
    invoice = {
        "key": key_in_xml(fields["file"]),
        "issue_date": given.get("issue_date"),
        "volume_qty": int(volumes) if volumes.isdigit() else None,
    }
    return {"status": given.get("status"), "invoice": invoice}


ENDPOINTS = (Endpoint("POST", "/orders/{code}/invoice", "orders", invoice, takes=(JSON, MULTIPART)),)
