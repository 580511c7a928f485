"""Tracking numbers, which come late, and what happened to a package (protocol §4.4)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee.asking import asked_order, read_package
from sandbox.shopee.gate import Endpoint, arg, words
from sandbox.shopee.reply import Refused, Reply, ok
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
HINT = "The tracking number is not available yet. Please call this API again within 5 minutes interval."


def tracking_number(shop: Shop, call: Call) -> Reply:
    """Empty until the carrier has given one; `hint` says why."""
    order = asked_order(shop, call, missing=_unknown())
    package = read_package(order, arg(call, "package_number"))
    number = package.tracking_number
    answer: Json = {"tracking_number": number, "hint": "" if number else HINT}
    wanted = words(call, "response_optional_fields")
    if "plp_number" in wanted:
        answer["plp_number"] = f"PLP{number}" if number and order.channel.carrier == "Correios" else ""
    for name in ("first_mile_tracking_number", "last_mile_tracking_number"):
        if name in wanted:
            answer[name] = ""
    return ok(answer)


def tracking_info(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call, missing=_unknown())
    package = read_package(order, arg(call, "package_number"))
    return ok(
        {
            "order_sn": order.sn,
            "package_number": package.number,
            "logistics_status": package.status,
            "tracking_info": package.events[::-1],
        }
    )


def _unknown() -> Refused:
    return Refused("logistics.invalid_error", "The order is not exist.")


ENDPOINTS = (
    Endpoint("GET", "/logistics/get_tracking_number", shop=tracking_number),
    Endpoint("GET", "/logistics/get_tracking_info", shop=tracking_info, placeholder=True),
)
