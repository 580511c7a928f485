"""How orders and packages change, whoever causes it; every change that TikTok Shop announces is told here."""

from typing import Any

from sandbox.call import Call
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order, Package
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
CARRIER = "Transportadora simulada"


def touch(shop: Shop, order: Order) -> None:
    order.updated = shop.moment
    order.changed()


def to_status(shop: Shop, order: Order, status: str) -> None:
    if order.status == status:
        return
    order.status = status
    touch(shop, order)
    announce(shop, order)


def announce(shop: Shop, order: Order) -> None:
    data = {
        "order_id": order.id,
        "order_status": st.told_by_webhook(order.status),
        "is_on_hold_order": shop.switches.hold_seconds > 0,
        "update_time": int(order.updated),
    }
    shop.webhook(order, 1, data)


def released(shop: Shop, order: Order) -> None:
    """Free for shipping: it has a package, the address its districts, and TikTok Shop knows whether it wants a note."""
    if not order.packages:
        order.packages = [Package(id=shop.next_id("115800"), units=[unit["id"] for unit in order.units])]
    by_tiktok = order.fulfillment_type == "FULFILLMENT_BY_TIKTOK"
    order.need_invoice = st.NO_NEED if by_tiktok else st.NEED_INVOICE
    to_status(shop, order, st.AWAITING_SHIPMENT)


def follow(shop: Shop, order: Order) -> None:
    """The order's status as its packages have it."""
    if order.status in st.FINISHED or all(package.status == st.PACKAGE_CANCELLED for package in order.packages):
        return
    status = st.status_from([package.status for package in order.packages])
    moment = {st.IN_TRANSIT: "collection_time", st.DELIVERED: "delivery_time", st.AWAITING_COLLECTION: "rts_time"}
    if status in moment:
        order.times.setdefault(moment[status], shop.moment)
    to_status(shop, order, status)


def package_to(shop: Shop, order: Order, package: Package, status: str, sub_status: str) -> None:
    package.status, package.sub_status, package.updated = status, sub_status, shop.moment
    order.changed()
    follow(shop, order)


def shipped(shop: Shop, order: Order, package: Package, how: Json, *, by: Call | None = None) -> None:
    """Arranged: TikTok Shop buys the label, or the seller named his own carrier's number."""
    package.handover = how
    order.note("shipped_by_seller" if "self_shipment" in how else "arranged", by=by)
    if own := how.get("self_shipment"):
        package.tracking_number = str(own["tracking_number"])
        package.carrier = str(own.get("name", ""))
        package_to(shop, order, package, st.PROCESSING, st.RTS)
        if shop.switches.carrier_moves:
            expect_carrier(shop, order, package)
        return
    package_to(shop, order, package, st.PROCESSING, st.RTSING)
    shop.schedule(order, f"label {package.id}", seconds=shop.switches.label_seconds)


def label_bought(shop: Shop, order: Order, package: Package) -> None:
    """The carrier has given its number; the label can be printed."""
    if package.sub_status != st.RTSING:
        return
    package.sub_status, package.carrier, package.updated = st.RTS, CARRIER, shop.moment
    package.tracking_number = f"BR{package.id[-13:]}"
    order.note("label_bought")
    packages = [{"package_id": package.id, "order_id_list": [order.id]}]
    shop.webhook(order, 4, {"sc_type": "", "role_type": "", "package_list": packages, "update_time": int(shop.moment)})


def expect_carrier(shop: Shop, order: Order, package: Package) -> None:
    """What was printed or numbered gets collected, delivered, and some time later completed."""
    planned = {what for _, what in order.due}
    wait = shop.switches.carrier_seconds
    if f"collect {package.id}" in planned:
        return
    shop.schedule(order, f"collect {package.id}", seconds=wait)
    shop.schedule(order, f"deliver {package.id}", seconds=2 * wait)
    if "complete" not in planned:
        shop.schedule(order, "complete", seconds=3 * wait)


def canceled(shop: Shop, order: Order, *, who: str, reason: str, by: Call | None = None) -> None:
    """All units and packages die; what was planned is forgotten; an open request is over."""
    order.cancel = {"initiator": who, "user": who, "reason": reason}
    order.times["cancel_time"] = shop.moment
    order.request = {}
    for package in order.packages:
        package.status, package.sub_status, package.updated = st.PACKAGE_CANCELLED, st.PACKAGE_CANCELLED, shop.moment
    shop.deadlines.clear(order)
    for unit in order.units:
        shop.stock[unit["seller_sku"]] = shop.stock.get(unit["seller_sku"], 0) + 1
    for row in shop.cancellations:
        if row["order_id"] == order.id and row["cancel_status"] in (st.PENDING, st.SUCCESS):
            cancellation_to(shop, order, row, st.COMPLETE)
    names = {"BUYER": "canceled_by_buyer", "SELLER": "canceled"}
    order.note(names.get(who, "canceled_by_system"), by=by)
    to_status(shop, order, st.CANCELLED)


def open_cancellation(shop: Shop, order: Order, *, role: str, kind: str, reason: str, status: str) -> Json:
    now = int(shop.moment)
    row: Json = {
        "cancel_id": shop.next_id("403530"),
        "order_id": order.id,
        "cancel_type": kind,
        "cancel_status": "",
        "role": role,
        "cancel_reason": reason,
        "create_time": now,
        "update_time": now,
    }
    shop.cancellations.append(row)
    cancellation_to(shop, order, row, status)
    return row


def cancellation_to(shop: Shop, order: Order, row: Json, status: str) -> None:
    """The webhook spells the third status CANCELLED, the API CANCEL (§6)."""
    row["cancel_status"], row["update_time"] = status, int(shop.moment)
    data = {
        "order_id": order.id,
        "cancellations_role": row["role"],
        "cancel_status": "CANCELLATION_REQUEST_CANCELLED" if status == st.WITHDRAWN else status,
        "cancel_id": row["cancel_id"],
        "create_time": row["create_time"],
    }
    shop.webhook(order, 11, data)


def invoice_judged(shop: Shop, order: Order, package: Package) -> None:
    """SEFAZ's word on a note that was taken."""
    if package.invoice != "PROCESSING":
        return
    verdict = shop.switches.invoice_verdict
    valid = verdict == "SUCCESS"
    package.invoice = "SUCCESS" if valid else "INVALID"
    order.need_invoice = st.INVOICE_UPLOADED if valid else st.NEED_INVOICE
    order.note("invoiced" if valid else "invoice_refused")
    told = {"invoice_status": "SUCCESS"} if valid else {"invoice_status": "INVALID", "invalid_reason": verdict}
    shop.webhook(order, 36, {"package_id": package.id, "order_ids": [order.id], **told})
