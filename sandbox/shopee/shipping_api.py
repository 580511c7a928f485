"""Arranging shipments: parameters, ship_order and its batch forms, a pickup's second try (protocol §4.1 to §4.4)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee import moves
from sandbox.shopee import statuses as st
from sandbox.shopee.arranging import arrange, check_invoice, check_pickup
from sandbox.shopee.asking import asked_order, asked_package, failed_row, read_package, row_package
from sandbox.shopee.channels import CHANNELS, Channel
from sandbox.shopee.gate import Endpoint, arg, body_list
from sandbox.shopee.order import Order, Package
from sandbox.shopee.pickups import address_list
from sandbox.shopee.reply import Refused, Reply, batch, done, ok
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
STANDARD = CHANNELS["padrao"].id


def shipping_parameter(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call)
    package = read_package(order, arg(call, "package_number"))
    if package.status not in (st.READY, st.PICKUP_RETRY) or order.status not in st.BEFORE_HAND_OVER:
        raise Refused("logistics.error_param", "Logistic status is not supported.")
    check_invoice(order)
    return ok(_parameters(shop, order.channel, package))


def ship_order(shop: Shop, call: Call) -> Reply:
    order = asked_order(shop, call)
    package = asked_package(order, call.document.get("package_number"))
    arrange(shop, order, package, call.document, by=call)
    return done()


def batch_ship_order(shop: Shop, call: Call) -> Reply:
    """In Brazil for the channel Padrão only."""
    rows, failed = [], []
    for row in body_list(call, "order_list", most=150):
        try:
            order, package = row_package(shop, row)
            if order.channel.id != STANDARD:
                raise Refused("logistics.error_param", "Invalid logistics channel. Please check the logictics channel.")
            arrange(shop, order, package, call.document, by=call)
            rows.append(dict(row))
        except Refused as refused:
            rows.append(failed_row(row, refused))
            failed.append(rows[-1])
    return batch(rows, failed)


def mass_shipping_parameter(shop: Shop, call: Call) -> Reply:
    found, failed = _mass_rows(shop, call)
    if not found:
        return _mass_answer(shop, [], failed)
    fields = _parameters(shop, found[0][0].channel, found[0][1])
    success = [{"package_number": package.number} for _, package in found]
    return ok({**fields, "success_list": success, "fail_list": failed})


def mass_ship_order(shop: Shop, call: Call) -> Reply:
    found, failed = _mass_rows(shop, call)
    success = []
    for order, package in found:
        try:
            arrange(shop, order, package, call.document, by=call)
            success.append({"package_number": package.number})
        except Refused as refused:
            failed.append({"package_number": package.number, "fail_reason": refused.message})
    return _mass_answer(shop, success, failed)


def update_shipping_order(shop: Shop, call: Call) -> Reply:
    """A new pickup after the first one failed (status RETRY_SHIP)."""
    order = asked_order(shop, call)
    number = call.document.get("package_number")
    package = asked_package(order, number)
    if package.status != st.PICKUP_RETRY or order.status == st.IN_CANCEL:
        raise Refused("logistics.order_not_ready_to_update", "The order status is not ready to update.")
    given = call.document.get("pickup")
    given = given if isinstance(given, dict) else {}
    check_pickup(shop, given)
    chosen = {name: given[name] for name in ("address_id", "pickup_time_id")}
    if chosen == package.pickup:
        raise Refused(
            "logistics.update_shipping_order_no_param_change",
            "You can’t update shipping with all the same parameters.",
        )
    package.pickup = chosen
    order.note("rearranged", by=call)
    moves.to_package_status(shop, order, package, st.REQUEST_CREATED)
    return done()


def update_tracking_status(shop: Shop, call: Call) -> Reply:
    """Sellers who deliver themselves; a refusal stands only in `update_result` (§1.4)."""
    steps = {
        "logistics_pickup_done": (st.REQUEST_CREATED, st.PICKUP_DONE, "picked_up"),
        "logistics_delivery_done": (st.PICKUP_DONE, st.DELIVERY_DONE, "delivered"),
        "logistics_delivery_failed": (st.PICKUP_DONE, st.DELIVERY_FAILED, "delivery_failed"),
    }
    order = asked_order(shop, call)
    package = read_package(order, str(call.document.get("package_number") or ""))
    since, status, effect = steps.get(str(call.document.get("logistics_status")), ("", "", ""))
    if not order.channel.seller_moves or package.status != since:
        return ok({"update_result": "failed"})
    order.note(effect, by=call)
    moves.to_package_status(shop, order, package, status)
    return ok({"update_result": "success"})


def channel_list(_shop: Shop, _call: Call) -> Reply:
    rows = [
        {
            "logistics_channel_id": channel.id,
            "logistics_channel_name": channel.carrier,
            "cod_enabled": False,
            "enabled": True,
            "mask_channel_id": 0,
            "logistics_capability": {"seller_logistics": channel.seller_moves},
        }
        for channel in CHANNELS.values()
    ]
    return ok({"logistics_channel_list": rows})


def _parameters(shop: Shop, channel: Channel, package: Package) -> Json:
    """Which keys `info_needed` has says which ways there are."""
    needed = {
        "pickup": ["address_id", "pickup_time_id"],
        "dropoff": [],
        "non_integrated": ["tracking_number"],
    }.get(channel.method, [])
    return {
        "info_needed": {channel.method: needed},
        "dropoff": {"branch_list": None, "slug_list": None} if channel.method == "dropoff" else None,
        "pickup": {"address_list": address_list(shop, ship_by=package.ship_by)} if channel.method == "pickup" else None,
    }


def _mass_rows(shop: Shop, call: Call) -> tuple[list[tuple[Order, Package]], list[Json]]:
    """The packages named that share the first one's channel; why the others do not come along."""
    known = {package.number: (order, package) for order in shop.orders.values() for package in order.packages}
    found: list[tuple[Order, Package]] = []
    failed = []
    for row in body_list(call, "package_list", most=50):
        number = str(row.get("package_number"))
        hit = known.get(number)
        channel = call.document.get("logistics_channel_id") or (found[0][0].channel.id if found else None)
        if hit is None:
            failed.append({"package_number": number, "fail_reason": "The package is not exist."})
        elif channel not in (None, hit[0].channel.id):
            reason = "Package is not under the specified fulfilment channel"
            failed.append({"package_number": number, "fail_reason": reason})
        else:
            found.append(hit)
    return found, failed


def _mass_answer(shop: Shop, success: list[Json], failed: list[Json]) -> Reply:
    lists = {"success_list": success, "fail_list": failed}
    return Reply(lists) if shop.switches.mass_answer == "top" else ok(lists)


ENDPOINTS = (
    Endpoint("GET", "/logistics/get_shipping_parameter", shop=shipping_parameter),
    Endpoint("POST", "/logistics/ship_order", shop=ship_order),
    Endpoint("POST", "/logistics/batch_ship_order", shop=batch_ship_order),
    Endpoint("POST", "/logistics/get_mass_shipping_parameter", shop=mass_shipping_parameter),
    Endpoint("POST", "/logistics/mass_ship_order", shop=mass_ship_order),
    Endpoint("POST", "/logistics/update_shipping_order", shop=update_shipping_order),
    Endpoint("POST", "/logistics/update_tracking_status", shop=update_tracking_status),
    Endpoint("GET", "/logistics/get_channel_list", shop=channel_list),
)
