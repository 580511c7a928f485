"""Shipping documents: asked for, made a little later, downloaded (protocol §4.5)."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from sandbox.call import Call
from sandbox.pdf import pdf
from sandbox.shopee import statuses as st
from sandbox.shopee.asking import failed_row, row_package
from sandbox.shopee.gate import Endpoint, body_list
from sandbox.shopee.order import Order, Package
from sandbox.shopee.reply import Refused, Reply, batch
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
NORMAL = "NORMAL_AIR_WAYBILL"
THERMAL = "THERMAL_AIR_WAYBILL"
TYPES = (NORMAL, THERMAL)
FIRST = "The package can not print now, please create shipping document first.Detail: "


def parameter(shop: Shop, call: Call) -> Reply:
    def answer(row: Json) -> Json:
        order, package = row_package(shop, row)
        return {
            "order_sn": order.sn,
            "package_number": package.number,
            "suggest_shipping_document_type": THERMAL,
            "selectable_shipping_document_type": list(TYPES),
        }

    return _each(call, answer)


def create(shop: Shop, call: Call) -> Reply:
    """In Brazil a row needs the tracking number; the carrier must have validated the package."""

    def answer(row: Json) -> Json:
        order, package = row_package(shop, row)
        _check_printable(shop, order, package)
        if not package.tracking_number or row.get("tracking_number") != package.tracking_number:
            raise Refused(
                "logistics.tracking_number_invalid",
                "The tracking number is invalid. Please check the tracking number.",
            )
        kind = _kind(row)
        if kind not in package.documents:
            package.documents[kind] = {"status": "PROCESSING", "empty": int(shop.switches.empty_downloads)}
            order.note("document_created", by=call)
            shop.schedule(order, f"document {package.number} {kind}", seconds=shop.switches.document_seconds)
        return {"order_sn": order.sn, "package_number": package.number}

    return _each(call, answer)


def result(shop: Shop, call: Call) -> Reply:
    def answer(row: Json) -> Json:
        order, package = row_package(shop, row)
        job = package.documents.get(_kind(row))
        if job is None:
            raise Refused("logistics.shipping_document_should_print_first", f"{FIRST}order_sn")
        return {"order_sn": order.sn, "package_number": package.number, "status": job["status"]}

    return _each(call, answer)


def download(shop: Shop, call: Call) -> Reply:
    """One merged file; now and then the first answer is 200 with nothing in it."""
    kind = _kind(call.document)
    found = [row_package(shop, row) for row in body_list(call, "order_list", most=50)]
    call.code = found[0][0].sn if len(found) == 1 else None
    for order, package in found:
        _check_printable(shop, order, package)
        job = package.documents.get(kind)
        if job is None:
            raise Refused(
                "logistics.shipping_document_should_print_first", f"{FIRST}these orders: {order.sn} should print"
            )
        if job["status"] != "READY":
            raise Refused("logistics.download_later", f"Processing, please download later. Detail: {order.sn}")
    file, media = _file(found, kind)
    if _still_empty(found, kind):
        return Reply(file=b"", media="application/force-download")
    for order, package in found:
        order.note("document_downloaded", by=call)
        _expect_pickup(shop, order, package)
    name = f"shipping-documents.{'zip' if kind == THERMAL else 'pdf'}"
    return Reply(file=file, media=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _each(call: Call, answer: Callable[[Json], Json]) -> Reply:
    rows, failed = [], []
    asked = body_list(call, "order_list", most=50)
    call.code = str(asked[0].get("order_sn")) if len(asked) == 1 else None
    for row in asked:
        try:
            rows.append(answer(row))
        except Refused as refused:
            rows.append(failed_row(row, refused))
            failed.append(rows[-1])
    return batch(rows, failed)


def _check_printable(shop: Shop, order: Order, package: Package) -> None:
    """Printing ends when the carrier has the parcel, and needs an arranged one that the carrier knows (§4.5)."""
    if package.status in (st.PICKUP_DONE, st.DELIVERY_DONE) or package.failed or order.status == st.IN_CANCEL:
        raise Refused("logistics.order_status_error", "Order status does not support awb printing.")
    validated = package.tracked and shop.moment >= package.tracked + shop.switches.validation_seconds
    if not package.arranged or (package.tracking_number and not validated):
        raise Refused("logistics.package_can_not_print", "The package can not print now. ")


def _kind(row: Json) -> str:
    kind = row.get("shipping_document_type", NORMAL)
    if kind not in TYPES:
        raise Refused(
            "logistics.shipping_document_type_invalid",
            "The shipping_document_type is not invalid. Please check the shipping_document_type.",
        )
    return str(kind)


def _still_empty(found: list[tuple[Order, Package]], kind: str) -> bool:
    empty = False
    for order, package in found:
        if package.documents[kind]["empty"] > 0:
            package.documents[kind]["empty"] -= 1
            order.changed()
            empty = True
    return empty


def _expect_pickup(shop: Shop, order: Order, package: Package) -> None:
    """A labeled parcel gets collected, delivered, and some time later confirmed."""
    planned = {what for _, what in order.due}
    if not shop.switches.carrier_moves or f"pickup {package.number}" in planned or order.channel.seller_moves:
        return
    wait = shop.switches.carrier_seconds
    shop.schedule(order, f"pickup {package.number}", seconds=wait)
    shop.schedule(order, f"deliver {package.number}", seconds=2 * wait)
    if "complete" not in planned:
        shop.schedule(order, "complete", seconds=3 * wait)


def _file(found: list[tuple[Order, Package]], kind: str) -> tuple[bytes, str]:
    if kind == NORMAL:
        lines = [line for order, package in found for line in _label(order, package)]
        return pdf(lines), "application/pdf"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        zpl = "".join(
            f"^XA^FO50,50^FDPedido {order.sn}^FS^FO50,90^BC^FD{package.tracking_number}^FS^XZ\n"
            for order, package in found
        )
        archive.writestr("labels.txt", zpl)
        archive.writestr("declaration.pdf", pdf([line for order, package in found for line in _label(order, package)]))
    return held.getvalue(), "application/zip"


def _label(order: Order, package: Package) -> list[str]:
    to = order.document["recipient_address"]
    return [
        f"{order.channel.carrier}   {package.tracking_number}",
        f"Pedido {order.sn}   Pacote {package.number}",
        f"Para: {to['name']}",
        to["full_address"],
        *(f"{part['quantity']} x {order.lines[part['line']]['name']}" for part in package.lines),
        "",
    ]


ENDPOINTS = (
    Endpoint("POST", "/logistics/get_shipping_document_parameter", shop=parameter),
    Endpoint("POST", "/logistics/create_shipping_document", shop=create),
    Endpoint("POST", "/logistics/get_shipping_document_result", shop=result),
    Endpoint("POST", "/logistics/download_shipping_document", shop=download),
)
