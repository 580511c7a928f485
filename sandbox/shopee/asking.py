"""Which order and package a call speaks of; refusals in the words of logistics (protocol §4)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee.gate import arg
from sandbox.shopee.order import Order, Package
from sandbox.shopee.reply import Refused, required, unknown_order
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def asked_order(shop: Shop, call: Call, *, missing: Refused | None = None) -> Order:
    """By `order_sn` in the query of a GET, in the body of a POST."""
    number = arg(call, "order_sn") if call.method == "GET" else call.document.get("order_sn")
    if not isinstance(number, str) or not number:
        raise required("order_sn")
    call.code = number
    if number not in shop.orders:
        raise missing or unknown_order()
    return shop.orders[number]


def asked_package(order: Order, number: object) -> Package:
    """package_number is required for split orders, refused for others, and never an empty text (§4.2)."""
    if number == "":
        raise Refused(
            "error_param",
            "Invalid package number, please get package number from field `package_number` instead of `forder_id`.",
        )
    if order.split:
        return _of_split(order, number)
    if number is not None:
        raise Refused(
            "logistics.ship_order_not_need_pacakge_number",
            "Please don’t request with package_number for this unsplit order.",
        )
    return order.packages[0]


def read_package(order: Order, number: str) -> Package:
    """For reading calls: the package named, or the first one."""
    if not number:
        return order.packages[0]
    found = order.package(number)
    if found is None:
        raise Refused("logistics.package_not_exist", "The package is not exist.")
    return found


def row_package(shop: Shop, row: Json) -> tuple[Order, Package]:
    """One row of a batch call."""
    number = row.get("order_sn")
    order = shop.orders.get(str(number))
    if order is None:
        raise Refused("logistics.order_not_exist", f"The order_sn {number} is not exist.")
    wanted = row.get("package_number")
    if wanted is None and order.split:
        raise Refused("logistics.package_number_not_exist", "Please request with package_number for this split order.")
    found = order.packages[0] if wanted is None else order.package(str(wanted))
    if found is None:
        raise Refused("logistics.package_number_not_found", f"The package_number {wanted} is not exist.")
    return order, found


def failed_row(row: Json, refused: Refused) -> Json:
    """A failed row never has a package number (§4.5)."""
    return {"order_sn": row.get("order_sn", ""), "fail_error": refused.error, "fail_message": refused.message}


def _of_split(order: Order, number: object) -> Package:
    if number is None:
        raise Refused(
            "logistics.ship_order_need_pacakge_number", "Please request with package_number for this split order."
        )
    found = order.package(str(number))
    if found is None:
        raise Refused("logistics.package_not_exist", "The package is not exist.")
    return found
