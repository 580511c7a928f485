"""Notes: the XML of today, the bare data of before, and reading one back (protocol §5.1, §5.2)."""

from datetime import UTC, datetime
from typing import Any

from sandbox.call import Call
from sandbox.form import form_of
from sandbox.shopee import moves, nfe
from sandbox.shopee import statuses as st
from sandbox.shopee.asking import asked_order
from sandbox.shopee.gate import Endpoint, offline
from sandbox.shopee.order import Order
from sandbox.shopee.reply import Refused, Reply, done, required, wrong
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
XML = "4"
DATA = ("number", "series_number", "access_key", "issue_date", "total_value", "products_total_value", "tax_code")


def upload_invoice_doc(shop: Shop, call: Call) -> Reply:
    """One note per order; what SEFAZ finds later stands in get_order_detail's invoice_data."""
    fields = form_of(call)
    if not fields:
        raise wrong("the request is not a multipart form.")
    call.document = {"order_sn": fields.get("order_sn", b"").decode(errors="replace")}
    order = asked_order(shop, call)
    if fields.get("file_type", b"").decode(errors="replace") != XML:
        raise wrong("field file_type type error.")
    xml = fields.get("file", b"")
    if not xml:
        raise required("file")
    if len(xml) > shop.switches.invoice_bytes:
        raise Refused("order.upload_invoice_error", "File error.")
    note = nfe.read(xml, needs_declaration=shop.switches.xml_declaration)
    _check_taken(shop, order, note.key)
    nfe.check(shop, note)
    data = {
        "number": note.number,
        "series_number": note.series,
        "access_key": note.key,
        "issue_date": int(note.issued.timestamp()) if note.issued else 0,
        "total_value": note.total,
        "products_total_value": note.products_total,
        "tax_code": note.cfops[0],
    }
    _accept(shop, order, data, xml=xml.decode(errors="replace"), by=call)
    return done()


def add_invoice_data(shop: Shop, call: Call) -> Reply:
    """Still named by two guides, absent from the API list."""
    if not shop.switches.add_invoice_data:
        raise offline()
    order = asked_order(shop, call)
    given = call.document.get("invoice_data")
    if not isinstance(given, dict):
        raise required("invoice_data")
    for name in DATA:
        if given.get(name) in (None, ""):
            raise required(name)
    key = str(given["access_key"])
    _check_taken(shop, order, key)
    nfe.check_key(key)
    nfe.check_owner(shop, key)
    if isinstance(given["issue_date"], bool) or not isinstance(given["issue_date"], int):
        raise wrong("field issue_date type error.")
    nfe.check_date(shop, datetime.fromtimestamp(given["issue_date"], UTC))
    _accept(shop, order, {name: given[name] for name in DATA}, xml="", by=call)
    return done()


def download_invoice_doc(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call)
    if not order.invoice or not order.invoice["xml"]:
        raise Refused("order.download_invoice_error", "Download invoice failed.")
    return Reply(file=order.invoice["xml"].encode(), media="application/xml")


def _check_taken(shop: Shop, order: Order, key: str) -> None:
    """Neither sent to this order before nor to another one, and an order that wants a note at all."""
    if order.invoice and order.invoice["access_key"] == key:
        raise Refused("error_param", "Access Key already sent to that order.")
    others = (other.invoice for other in shop.orders.values() if other is not order)
    if any(invoice and invoice["access_key"] == key for invoice in others):
        raise Refused("error_param", "Access Key duplicated, please do not use duplicated Access Key.")
    replaceable = order.invoice is None or order.invoice["status"] != "valid"
    if not order.channel.invoice or order.status != st.READY_TO_SHIP or not replaceable:
        raise wrong("The invoice status is invalid to upload invoice data.")


def _accept(shop: Shop, order: Order, data: Json, *, xml: str, by: Call) -> None:
    """The order's status stays what it was; only the lists stop showing it as waiting (trap 6)."""
    seen_from = shop.moment + shop.switches.invoice_lag_seconds
    order.invoice = {**data, "status": "valid", "pending_reason": "", "seen_from": seen_from, "xml": xml}
    order.note("invoiced", by=by)
    moves.touch(shop, order)
    if shop.switches.invoice_verdict == "rejected_later":
        shop.schedule(order, "reject_invoice", seconds=shop.switches.invoice_verdict_seconds)


ENDPOINTS = (
    Endpoint("POST", "/order/upload_invoice_doc", shop=upload_invoice_doc),
    Endpoint("POST", "/order/add_invoice_data", shop=add_invoice_data),
    Endpoint("GET", "/order/download_invoice_doc", shop=download_invoice_doc),
)
