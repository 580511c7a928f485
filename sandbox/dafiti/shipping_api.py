"""Packing and ready to ship; carrier and tracking number afterwards; pickup requests (protocol §5)."""

import re

from sandbox.call import Call
from sandbox.dafiti import moves
from sandbox.dafiti import statuses as st
from sandbox.dafiti.fields import ids_of, rows_of, text_of, units_of_one_order
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.invoice_api import check_key, key_in_xml
from sandbox.dafiti.order import Order, Package, Unit
from sandbox.dafiti.reply import Answered, Refused, Reply, violation
from sandbox.dafiti.seller import ENVIOS, PROVIDERS, Seller

DELIVERY = ("dropship", "pickup", "send_to_warehouse")
_SERIAL = re.compile(r"[a-zA-Z0-9]{1,26}")


def packed(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Here the key is `orderItemId`. The items stay pending."""
    rows = rows_of(call, "orderItemId")
    order, units = units_of_one_order(seller, call, [row["orderItemId"] for row in rows])
    _only_pending(units)
    if taken := [unit for unit in units if unit.package]:
        raise Refused("Order item is already packed", code="E121", unit=taken[0].id)
    delivery = _delivery(call, required=True)
    provider = _provider(call, order, required=delivery != "pickup")
    tracking = text_of(call, "trackingNumber", most=80)
    if not tracking and not dict(PROVIDERS)[provider]:
        raise Refused("Tracking number is required for this shipment provider", code="E026", unit=units[0].id)
    _check_tracking(seller, tracking, None)
    package = moves.packed(seller, order, units, provider=provider, tracking=tracking, by=call)
    if seller.switches.settle_seconds:
        package.packed = seller.moment
    return _done(units)


def ready_to_ship(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Here the key is `id`. One package, one tracking number."""
    rows = rows_of(call, "id")
    order, units = units_of_one_order(seller, call, [row["id"] for row in rows])
    _only_pending(units)
    _set_serials(units, rows)
    package = _one_package(order, units)
    if package and seller.moment < package.packed + seller.switches.settle_seconds:
        raise Refused("Order is not yet ready to be processed, try later", code="E119", unit=units[0].id)
    delivery = _delivery(call, required=False)
    provider = _provider(call, order, required=True)
    tracking = text_of(call, "trackingNumber", most=80)
    _check_ready_tracking(seller, package, provider=provider, tracking=tracking, delivery=delivery)
    access_key = _access_key(seller, call, package)
    if package is None:
        package = moves.packed(seller, order, units, provider=provider, tracking=tracking)
    package.access_key = access_key or package.access_key
    if access_key:
        order.note("invoiced", by=call)
    order.note("arranged", by=call)
    moves.to_status(seller, order, units, st.READY_TO_SHIP)
    return _done(units)


def set_tracking(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    """For the whole package."""
    order, package = _arranged_package(seller, call, where)
    tracking = text_of(call, "trackingCode", required=True, most=80)
    _check_tracking(seller, tracking, package)
    package.tracking = tracking
    order.note("tracking_set", by=call)
    moves.touch(seller, order, order.inside(package))
    return Reply({"trackingCode": tracking})


def set_provider(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    order, package = _arranged_package(seller, call, where)
    package.provider = _provider(call, order, required=True)
    if tracking := text_of(call, "trackingCode", most=80):
        _check_tracking(seller, tracking, package)
        package.tracking = tracking
    order.note("provider_set", by=call)
    moves.touch(seller, order, order.inside(package))
    return Reply({"shippingProvider": package.provider})


def request_pickup(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """ "Fechar PLP": refusals have a shape of their own."""
    ids = ids_of(call)
    try:
        order, units = units_of_one_order(seller, call, ids)
        for unit in units:
            package = order.package_of(unit)
            if unit.status != st.READY_TO_SHIP or unit.pickup_requested or package is None:
                raise Refused("Pickup request cannot be created for the order item", unit=unit.id)
            if package.provider != ENVIOS:
                raise Refused("Order item contains not allowed shipment type", unit=unit.id)
    except Refused as refused:
        raise Answered(422, {"errors": [{"orderItemId": refused.unit, "detail": refused.detail}]}) from refused
    for unit in units:
        unit.pickup_requested = True
    order.note("pickup_requested", by=call)
    moves.touch(seller, order, units)
    if seller.switches.carrier_moves:
        seller.schedule(order, "ship", seconds=seller.switches.carrier_seconds)
    return Reply({"orderItemIds": ids, "errors": []}, 201)


def _only_pending(units: list[Unit]) -> None:
    for unit in units:
        if unit.status != st.PENDING:
            raise Refused(f"Status '{unit.status}' is not valid status for order item.", code="E073", unit=unit.id)


def _set_serials(units: list[Unit], rows: list[dict[str, object]]) -> None:
    serials = {row["id"]: row.get("serialNumber") for row in rows}
    for unit in units:
        serial = serials[unit.id]
        if serial is not None and not (isinstance(serial, str) and _SERIAL.fullmatch(serial)):
            raise Refused("Serial number is not valid", code="E094", unit=unit.id)
        unit.serial = str(serial or unit.serial)


def _one_package(order: Order, units: list[Unit]) -> Package | None:
    """None when nothing is packed yet."""
    packages = {unit.package for unit in units}
    if len(packages) > 1:
        raise Refused("Tracking number can not be set to multiple packages", code="E031", unit=units[0].id)
    return order.package(packages.pop())


def _delivery(call: Call, *, required: bool) -> str:
    told = text_of(call, "deliveryType", required=required)
    if told and told not in DELIVERY:
        raise Refused(f"Delivery type '{told}' is not valid", title="Validation Failed", code="E024")
    return told


def _provider(call: Call, order: Order, *, required: bool) -> str:
    told = text_of(call, "shippingProvider")
    if told and told not in dict(PROVIDERS):
        raise Refused(f"Shipment provider '{told}' is not valid", title="Validation Failed", code="E025")
    if not told and required:
        raise violation("shippingProvider", "This value should not be blank.")
    return told or order.foreseen or PROVIDERS[0][0]


def _check_ready_tracking(
    seller: Seller, package: Package | None, *, provider: str, tracking: str, delivery: str
) -> None:
    if not tracking:
        if not dict(PROVIDERS)[provider]:
            raise Refused("Tracking number is required for this shipment provider", code="E026")
        if delivery != "pickup":
            raise Refused("Without a tracking number the delivery type should be pickup", code="E024")
    if package and tracking and package.tracking and tracking != package.tracking:
        raise Refused("Tracking number differs from that of the package", code="E063")
    _check_tracking(seller, tracking, package)
    if package:
        package.tracking, package.provider = tracking or package.tracking, provider


def _check_tracking(seller: Seller, tracking: str, own: Package | None) -> None:
    if tracking and any(
        package.tracking == tracking and package is not own
        for order in seller.orders.values()
        for package in order.packages
    ):
        raise Refused(f"Tracking number '{tracking}' is already used", code="E063")


def _access_key(seller: Seller, call: Call, package: Package | None) -> str:
    """As text or inside the NF-e itself, which wins over nothing but an empty key."""
    key = text_of(call, "accessKey") or key_in_xml(text_of(call, "invoiceEncodedXml", most=2_000_000))
    if not key:
        if seller.switches.access_key_required:
            raise violation("accessKey", "This value should not be blank.")
        return ""
    check_key(seller, key, package)
    return key


def _arranged_package(seller: Seller, call: Call, where: dict[str, str]) -> tuple[Order, Package]:
    order, units = units_of_one_order(seller, call, [int(where["item"])])
    package = order.package_of(units[0])
    if units[0].status != st.READY_TO_SHIP or package is None:
        raise Refused("Order item is not ready to ship", code="E073", unit=units[0].id)
    return order, package


def _done(units: list[Unit]) -> Reply:
    return Reply({"orderItemIds": [unit.id for unit in units]})


ENDPOINTS = (
    Endpoint("POST", "/v2/orders/statuses/set-to-packed-by-marketplace", packed),
    Endpoint("POST", "/v2/orders/statuses/set-to-ready-to-ship", ready_to_ship),
    Endpoint("POST", r"/v2/order-item/(?P<item>\d+)/tracking-code", set_tracking),
    Endpoint("POST", r"/v2/order-item/(?P<item>\d+)/shipping-provider", set_provider),
    Endpoint("POST", "/v2/order-pickup-requests", request_pickup),
)
