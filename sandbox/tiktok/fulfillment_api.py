"""Invoices, handing over, packages and tracking (protocol §5)."""

from typing import Any

from sandbox.call import Call
from sandbox.tiktok import moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.gate import Endpoint, page_size
from sandbox.tiktok.nfe import key_of
from sandbox.tiktok.order import Order, Package
from sandbox.tiktok.order_api import page, read_order
from sandbox.tiktok.providers import PROVIDERS, provider_name
from sandbox.tiktok.reply import Refused, Reply, wrong
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.slots import known_slot, time_slots
from sandbox.tiktok.view import package_detail

Json = dict[str, Any]
MOST_INVOICES = 500


def upload_invoices(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Code 0 even where single files failed: those stand in `errors`."""
    rows = call.document.get("invoices")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_INVOICES:
        raise wrong(f"invoices must hold between 1 and {MOST_INVOICES} entries.")
    errors = []
    for row in rows:
        try:
            _upload(shop, call, row if isinstance(row, dict) else {})
        except Refused as refused:
            detail = {"package_id": row.get("package_id", ""), "order_ids": row.get("order_ids", [])}
            errors.append({"code": refused.code, "message": refused.message, "detail": detail})
    return Reply({"errors": errors} if errors else {})


def ship(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    order, package = find(shop, call, path["package"])
    _ship(shop, order, package, call.document, call)
    return Reply()


def batch_ship(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    rows = call.document.get("packages")
    if not isinstance(rows, list) or not rows:
        raise wrong("packages is required.")
    errors = []
    for row in rows:
        try:
            order, package = find(shop, call, str(row.get("id", "")))
            _ship(shop, order, package, row, call)
        except Refused as refused:
            detail = {"package_id": row.get("id", "")}
            errors.append({"code": refused.code, "message": refused.message, "detail": detail})
    return Reply({"errors": errors} if errors else {})


def slots(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    _order, package = find(shop, call, path["package"])
    if not package.waits:
        raise Refused(21011012, "The package has been shipped.")
    return Reply(time_slots(shop))


def read_package(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    return Reply(package_detail(*find(shop, call, path["package"])))


def search_packages(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    size = page_size(call, most=50, default=20)
    wanted = call.document.get("package_status")
    pairs = [(order, package) for order in shop.orders.values() for package in order.packages]
    rows = [pair for pair in pairs if wanted in (None, "", pair[1].status)]
    shown, token = page(shop, rows, "", size=size, key=lambda pair: pair[1].id)
    found = [{"id": package.id, "order_ids": [order.id], "status": package.status} for order, package in shown]
    return Reply({"packages": found, "next_page_token": token, "total_count": len(rows)})


def tracking(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    """The only times in milliseconds."""
    order = read_order(shop, call, path["order"])
    words = {
        "paid_time": "Pedido pago", "rts_time": "Vendedor organizou o envio", "collection_time": "Coletado",
        "delivery_time": "Entregue",
    }  # fmt: skip
    rows = [
        {"description": words[name], "update_time_millis": int(order.times[name] * 1000)}
        for name in words
        if name in order.times
    ]
    return Reply({"tracking": rows[::-1]})


def providers(_shop: Shop, _call: Call, _path: dict[str, str]) -> Reply:
    return Reply({"shipping_providers": [{"id": number, "name": name} for number, name in PROVIDERS.items()]})


def warehouses(_shop: Shop, _call: Call, _path: dict[str, str]) -> Reply:
    row = {"id": "7000000000000000001", "name": "Depósito de exemplo", "type": "SALES_WAREHOUSE", "is_default": True}
    return Reply({"warehouses": [row]})


def find(shop: Shop, call: Call, number: str) -> tuple[Order, Package]:
    for order in shop.orders.values():
        if package := order.package(number):
            call.code = order.id
            return order, package
    raise Refused(21011001, "The package does not exist.")


def _upload(shop: Shop, call: Call, row: Json) -> None:
    order, package = find(shop, call, str(row.get("package_id", "")))
    if row.get("order_ids") != [order.id]:
        raise Refused(10007013, "The order_ids do not match the package.")
    if row.get("file_type") != "XML":
        raise Refused(10007015, "The file_type is not supported.")
    key = key_of(row.get("file"))
    if package.invoice in ("PROCESSING", "SUCCESS"):
        raise Refused(10007014, "The invoice of the package already exists.")
    if order.need_invoice == st.NO_NEED or order.status not in st.BEFORE_SHIPPING:
        raise Refused(10007016, "The order does not need an invoice in its status.")
    package.invoice, package.access_key = "PROCESSING", key
    order.need_invoice = st.INVOICE_PROCESSING
    order.note("invoice_uploaded", by=call)
    told = {"package_id": package.id, "order_ids": [order.id], "invoice_status": "PROCESSING"}
    shop.webhook(order, 36, told)
    shop.schedule(order, f"judge_invoice {package.id}", seconds=shop.switches.invoice_seconds)


def _ship(shop: Shop, order: Order, package: Package, how: Json, call: Call) -> None:
    """Exactly once per package. The code for a missing note is made up: nobody wrote it down (§12)."""
    if order.fulfillment_type == "FULFILLMENT_BY_TIKTOK":
        raise Refused(21011003, "Orders fulfilled by TikTok cannot be shipped by the seller.")
    if not package.waits:
        raise Refused(21011012, "The package has been shipped.")
    if order.request:
        raise Refused(21011013, "The buyer has requested to cancel the order.")
    if order.status not in st.BEFORE_SHIPPING:
        raise Refused(21011014, "The order status does not support shipping.")
    accepted = order.need_invoice in (st.INVOICE_UPLOADED, st.NO_NEED)
    if not accepted and shop.switches.ship_without_invoice == "refuse":
        raise Refused(21011015, "The invoice of the order has not been uploaded.")
    moves.shipped(shop, order, package, _how(shop, order, how), by=call)


def _how(shop: Shop, order: Order, how: Json) -> Json:
    own = how.get("self_shipment")
    if order.shipping_type == "SELLER":
        if not isinstance(own, dict) or not own.get("tracking_number") or not own.get("shipping_provider_id"):
            raise wrong("self_shipment with tracking_number and shipping_provider_id is required.")
        return {"self_shipment": {**own, "name": provider_name(str(own["shipping_provider_id"]))}}
    if own is not None:
        raise wrong("self_shipment is not supported for this package.")
    method = how.get("handover_method")
    allowed = {"PICKUP": shop.switches.can_pickup, "DROP_OFF": shop.switches.can_drop_off}
    if not allowed.get(str(method)):
        raise Refused(21011016, "The handover_method is not supported for this package.")
    if method == "PICKUP" and not known_slot(shop, how.get("pickup_slot")):
        raise Refused(21011017, "The pickup_slot is not available.")
    return {name: how[name] for name in ("handover_method", "pickup_slot") if name in how}


PACKAGE = "/fulfillment/202309/packages/(?P<package>[^/]+)"
ENDPOINTS = (
    Endpoint("POST", "/fulfillment/202502/invoice/upload", shop=upload_invoices),
    Endpoint("POST", "/fulfillment/202309/packages/ship", shop=batch_ship),
    Endpoint("POST", "/fulfillment/202309/packages/search", shop=search_packages),
    Endpoint("POST", f"{PACKAGE}/ship", shop=ship),
    Endpoint("GET", f"{PACKAGE}/handover_time_slots", shop=slots),
    Endpoint("GET", PACKAGE, shop=read_package),
    Endpoint("GET", "/fulfillment/202309/orders/(?P<order>[^/]+)/tracking", shop=tracking),
    Endpoint("GET", "/logistics/202309/delivery_options/(?P<option>[^/]+)/shipping_providers", shop=providers),
    Endpoint("GET", "/logistics/202309/warehouses", shop=warehouses),
)
