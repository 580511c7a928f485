"""Documents: a task makes them, a file is downloaded, and expires (protocol §5, "Documents")."""

from typing import Any

from sandbox.call import Call
from sandbox.dafiti import statuses as st
from sandbox.dafiti.fields import ids_of, text_of, units_of_one_order
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.reply import Answered, Refused, Reply, violation
from sandbox.dafiti.seller import ENVIOS, Seller
from sandbox.dafiti.view import instant, uuid_of
from sandbox.pdf import pdf

Json = dict[str, Any]
KINDS = (
    "all_documents", "invoice", "exportInvoice", "shippingLabel", "shippingParcel", "carrierManifest", "serialNumber",
    "picklist", "checklist", "creditNote", "manifest",
)  # fmt: skip
LABELS = frozenset({"shippingLabel", "shippingParcel"})


def export_document(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """201 and a task. Dafiti Envios has parcels, others labels; both need a package."""
    kinds = text_of(call, "documentType", required=True).split(",")
    if not set(kinds) <= set(KINDS):
        raise violation("documentType", "The value you selected is not a valid choice.")
    if text_of(call, "format") not in ("", "pdf", "html"):
        raise violation("format", "The value you selected is not a valid choice.")
    order, units = _units(seller, call)
    for kind in LABELS.intersection(kinds):
        _check_label(order, units, kind)
    number = seller.next_id()
    seller.exports[number] = {
        "id": number,
        "uuid": uuid_of(number),
        "order": order.code,
        "kinds": kinds,
        "lines": _lines(order, units, kinds),
        "created": seller.moment,
        "ready": seller.moment + seller.switches.export_seconds,
        "fails": seller.switches.export_fails,
    }
    order.note("document_created", by=call)
    return Reply(_view(seller, seller.exports[number]), 201)


def export(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    task = seller.exports.get(int(where["export"]))
    if task is None:
        raise Answered(404)
    call.code = task["order"]
    return Reply(_view(seller, task))


def exports(seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    rows = [_view(seller, task) for task in reversed(seller.exports.values())]
    return Reply({"items": rows, "pagination": {"limit": 100, "offset": 0, "hasNext": False}})


def file_status(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    task = _by_uuid(seller, call, where["uuid"])
    return Reply({"processStatus": _status(seller, task).upper()})


def download(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    task = _by_uuid(seller, call, where["uuid"])
    if _status(seller, task) != "Finished":
        raise Answered(404)
    seller.find(task["order"]).note("document_downloaded", by=call)
    return Reply(file=pdf(task["lines"]), headers={"Content-Type": "application/octet-stream"})


def _units(seller: Seller, call: Call) -> tuple[Order, list[Unit]]:
    if "orderItemIds" in call.document:
        return units_of_one_order(seller, call, ids_of(call))
    (code, *others) = ids_of(call, "orderIds")
    order = seller.orders.get(str(code))
    if order is None or others:
        raise Refused("Order was not found", title="Not found", code="E035")
    call.code = order.code
    return order, order.units


def _check_label(order: Order, units: list[Unit], kind: str) -> None:
    for unit in units:
        package = order.package_of(unit)
        if package is None or unit.status not in (st.PENDING, st.READY_TO_SHIP, st.SHIPPED):
            raise Refused("Order item must be packed first", title="Document", code="E034", unit=unit.id)
        if (kind == "shippingParcel") != (package.provider == ENVIOS):
            raise Refused(f"Document type {kind} is not available", title="Document", code="E032", unit=unit.id)


def _lines(order: Order, units: list[Unit], kinds: list[str]) -> list[str]:
    package = order.package_of(units[0])
    address = order.document["address"]["shipping"]
    return [
        f"DAFITI {', '.join(kinds)} (simulado)",
        f"Pedido {order.number} ({order.id})",
        f"Transportadora {package.provider if package else '-'}",
        f"Rastreio {package.tracking if package else '-'}",
        f"{address['firstName']} {address['lastName']}",
        ", ".join(row for row in address["address"] if row),
        f"{address['postCode']} {address['city']} {address['region']}",
        *(f"1 x {unit.sku}" for unit in units),
    ]


def _by_uuid(seller: Seller, call: Call, uuid: str) -> Json:
    task = next((task for task in seller.exports.values() if task["uuid"] == uuid), None)
    if task is None:
        raise Answered(404)
    call.code = task["order"]
    return task


def _status(seller: Seller, task: Json) -> str:
    now = seller.moment
    if now < task["ready"]:
        return "Queued" if now < (task["created"] + task["ready"]) / 2 else "Processing"
    if task["fails"]:
        return "Error"
    return "Expired" if now > task["ready"] + seller.switches.export_expires_seconds else "Finished"


def _view(seller: Seller, task: Json) -> Json:
    status = _status(seller, task)
    links = [f"/filemanager/v1/files/download/{task['uuid']}"] if status == "Finished" else []
    return {
        "id": task["id"],
        "userId": 524,
        "sellerId": 4089,
        "status": status,
        "isDeleted": status == "Expired",
        "createdAt": instant(task["created"]),
        "updatedAt": instant(task["ready"]),
        "expiresAt": instant(task["ready"] + seller.switches.export_expires_seconds),
        "requestedFormats": ["pdf"],
        "downloadLinks": links,
        "exportContent": ", ".join(task["kinds"]),
        "uuid": task["uuid"],
        "note": "Document could not be generated" if status == "Error" else "",
    }


_UUID = r"(?P<uuid>[0-9a-fA-F-]{36})"
ENDPOINTS = (
    Endpoint("POST", "/v2/orders/export-document", export_document),
    Endpoint("GET", "/v2/exports", exports, ("limit", "offset")),
    Endpoint("GET", r"/v2/exports/(?P<export>\d+)", export),
    Endpoint("GET", f"/filemanager/v1/files/{_UUID}/status", file_status),
    Endpoint("GET", f"/filemanager/v1/files/download/{_UUID}", download),
)
