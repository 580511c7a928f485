"""POST /orders/{code}/invoice, as JSON with the access key or as multipart with the XML (protocol §4.1)."""

import email
import re
from typing import Any

from sandbox.call import Call
from sandbox.skyhub import statuses as st
from sandbox.skyhub.checks import asked_move, known_order, part_of, past_moment, positive
from sandbox.skyhub.dates import local
from sandbox.skyhub.gate import JSON, MULTIPART, Endpoint, content_type
from sandbox.skyhub.order import Order
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def invoice(store: Store, call: Call) -> Reply:
    order = known_order(store, call)
    if order.fulfillment:
        raise Refused(422, "Pedido B2W Fulfillment: a nota fiscal é enviada por /fulfillment/b2w/delivery")
    if MULTIPART in content_type(call):
        if order.document["calculation_type"] != "b2wentregadirect":
            raise Refused(422, "Envio do XML disponível apenas para pedidos b2wentregadirect")
        call.document = _form(call)
    posted = part_of(call.document, "invoice")
    target = asked_move(store, order, call, st.INVOICED)
    attach_invoice(store, order, posted)
    order.unavailable = False
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
        "volume_qty": positive(posted.get("volume_qty") or 1, "invoice.volume_qty"),
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


def _form(call: Call) -> Json:
    """The multipart form as the JSON body it stands for, with the key read from the XML."""
    fields: dict[str, bytes] = {}
    message = email.message_from_bytes(b"Content-Type: " + content_type(call).encode() + b"\r\n\r\n" + call.body)
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, email.message.Message):
            name = str(part.get_param("name", "", "content-disposition"))
            payload = part.get_payload(decode=True)
            fields[name] = payload if isinstance(payload, bytes) else b""
    if not fields.get("file"):
        raise Refused(400, "Campos obrigatórios ausentes: file")
    found: Json = {"key": key_in_xml(fields["file"])}
    if fields.get("issue_date"):
        found["issue_date"] = fields["issue_date"].decode()
    if fields.get("volume_qty"):
        found["volume_qty"] = _integer(fields["volume_qty"])
    status = fields.get("status", b"").decode() or None
    return {"invoice": found, **({"status": status} if status else {})}


def key_in_xml(xml: bytes) -> str:
    """The access key an NF-e carries in its id or in its protocol."""
    match = re.search(rb'Id="NFe(\d{44})"|<chNFe>(\d{44})</chNFe>', xml)
    if match is None:
        raise Refused(422, "XML da nota fiscal inválido: chave de acesso não encontrada")
    return (match[1] or match[2]).decode()


def _integer(text: bytes) -> int | None:
    return int(text) if text.strip().isdigit() else 0


ENDPOINTS = (Endpoint("POST", "/orders/{code}/invoice", "orders", invoice, takes=(JSON, MULTIPART)),)
