"""Shipping documents: an address that is good for a day, only after shipping and before the carrier has it (§5)."""

import secrets
from typing import Any

from sandbox.call import Call
from sandbox.pdf import pdf
from sandbox.tiktok import moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.fulfillment_api import PACKAGE, find
from sandbox.tiktok.gate import Endpoint, arg, header
from sandbox.tiktok.order import Order, Package
from sandbox.tiktok.reply import Refused, Reply, wrong
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
TYPES = frozenset({
    "SHIPPING_LABEL", "PACKING_SLIP", "SHIPPING_LABEL_AND_PACKING_SLIP", "SHIPPING_LABEL_PICTURE", "HAZMAT_LABEL",
    "INVOICE_LABEL",
})  # fmt: skip
FILES = "/files/"


def shipping_document(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    order, package = find(shop, call, path["package"])
    kind = arg(call, "document_type")
    if kind not in TYPES:
        raise wrong("document_type is invalid.")
    if arg(call, "document_size") not in ("", "A6", "A5") or arg(call, "document_format") not in ("", "PDF", "ZPL"):
        raise wrong("document_size or document_format is invalid.")
    if order.shipping_type != "TIKTOK" or package.sub_status != st.RTS:
        raise Refused(21011020, f"The document is not available for a package in {package.sub_status}.")
    name = f"{secrets.token_hex(12)}.pdf"
    ends = shop.moment + shop.switches.label_url_seconds
    shop.documents[name] = {"order": order.id, "package": package.id, "kind": kind, "ends": ends}
    order.note("document_given", by=call)
    if shop.switches.carrier_moves:
        moves.expect_carrier(shop, order, package)
    address = f"http://{header(call, 'host')}/tiktok{FILES}{name}"
    return Reply({"doc_url": address, "tracking_number": package.tracking_number})


def file_of(shop: Shop, call: Call, name: str) -> bytes | None:
    """The bytes at an address; None where it is unknown or its day is over."""
    found = shop.documents.get(name)
    if found is None or found["ends"] < shop.moment:
        return None
    order = shop.orders[found["order"]]
    package = order.package(found["package"])
    assert package is not None, "packages stay"
    call.code = order.id
    order.note("document_downloaded", by=call)
    return pdf(_lines(order, package, found["kind"]))


def _lines(order: Order, package: Package, kind: str) -> list[str]:
    to = order.document["recipient_address"]
    names = [unit["product_name"] for unit in order.units if unit["id"] in package.units]
    return [
        f"{package.carrier}   {package.tracking_number}   {kind}",
        f"Pedido {order.id}   Pacote {package.id}",
        f"Para: {to['name']}",
        to["full_address"],
        *(f"{names.count(name)} x {name}" for name in dict.fromkeys(names)),
    ]


ENDPOINTS = (Endpoint("GET", f"{PACKAGE}/shipping_documents", shop=shipping_document),)
