"""What ship_order demands of an order, and of the one way to ship it (protocol §4.2)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee import moves
from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order, Package
from sandbox.shopee.pickups import known_slot
from sandbox.shopee.reply import Refused
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
WAYS = ("pickup", "dropoff", "non_integrated")


def arrange(shop: Shop, order: Order, package: Package, how: Json, *, by: Call) -> None:
    """Exactly once per package. Raises Refused."""
    check_shippable(shop, order, package)
    way = _way(order, how)
    given = how[way]
    if way == "pickup":
        check_pickup(shop, given)
        package.pickup = {"address_id": given["address_id"], "pickup_time_id": given["pickup_time_id"]}
    number = given.get("tracking_number", "")
    if way == "non_integrated" and not number:
        raise Refused("logistics.ship_order_need_tracking_number", "Parameter tracking_number can not be null.")
    moves.arranged(shop, order, package, tracking_number=str(number), by=by)


def check_shippable(shop: Shop, order: Order, package: Package) -> None:
    if order.channel.id == 91007:
        raise Refused("logistics.ship_order_pff_init", "You can not ship warehouse order.")
    if package.arranged and not package.failed:
        raise Refused(  # the code is printed with a leading space
            " logistics.package_already_shipped",
            "This package has already been arranged shipment and you can't call this API again.",
        )
    if order.status not in (st.READY_TO_SHIP, st.PROCESSED, st.RETRY_SHIP) or package.status != st.READY:
        raise Refused("logistics.ship_order_not_ready_to_ship", "The order is not ready to ship.")
    check_invoice(order)
    if shop.moment < order.created + shop.switches.allocation_seconds:
        raise Refused(
            "logistics.error_param", "The order is being allocated, please wait until the allocate is completed."
        )
    anchor = max(order.paid, order.created)
    if shop.switches.early_shipment == "refuse" and shop.moment < anchor + shop.switches.window_seconds:
        raise Refused("logistics.error_param", "The order status is not ready to ship.")


def check_invoice(order: Order) -> None:
    """Already get_shipping_parameter asks for the note (§4.1)."""
    if not order.channel.invoice or (order.invoice and order.invoice["status"] == "valid"):
        return
    text = (
        "Please upload the invoice or verify the details of the document already submitted, which is currently flagged "
        "as invalid by SEFAZ. Correction is required to release the shipment."
        if order.invoice
        else "Pending invoice data, can not arrange shipment."
    )
    raise Refused("logistics.lack_of_invoice_data", text)


def check_pickup(shop: Shop, given: Json) -> None:
    if not given.get("address_id") or not given.get("pickup_time_id"):
        raise Refused(
            "logistics.ship_order_need_address_pickup_time", "Parameter address_id and pickup_time_id are required."
        )
    if not isinstance(given["pickup_time_id"], str):
        raise Refused("error_param", "Wrong parameters, detail: field pickup_time_id type error.")
    if not known_slot(shop, given):
        raise Refused(
            "logistics.ship_order_pickup_time_invalid", "Invalid pickup time id. Please check the pick up time id."
        )


def _way(order: Order, how: Json) -> str:
    named = [way for way in WAYS if isinstance(how.get(way), dict)]
    if len(named) != 1:
        raise Refused(
            "logistics.ship_order_only_support_one_type",
            "Please select just one way to ship order: pickup or dropoff or non_integrated.",
        )
    if named[0] != order.channel.method:
        raise Refused(
            f"logistics.ship_order_unsupport_{named[0]}", f"This order does not support ship with {named[0]}."
        )
    return named[0]
