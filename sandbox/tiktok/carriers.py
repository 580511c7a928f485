"""What carriers do to packages, and others than our caller: shipping, splitting, losing."""

from typing import Any

from sandbox.errors import Conflict, Invalid
from sandbox.tiktok import moves
from sandbox.tiktok import statuses as st
from sandbox.tiktok.order import Order, Package
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]


def ship(shop: Shop, order: Order, arguments: Json) -> None:
    """Another system of the seller's was quicker than ours."""
    waiting = [package for package in _packages(order, arguments) if package.waits]
    if not waiting or order.status not in st.BEFORE_SHIPPING:
        raise Conflict(f"{order.id} is {order.status}; nothing waits to be shipped")
    for package in waiting:
        order.note("shipped_elsewhere")
        moves.shipped(shop, order, package, {"handover_method": "DROP_OFF"})


def label(shop: Shop, order: Order, arguments: Json) -> None:
    for package in _packages(order, arguments):
        moves.label_bought(shop, order, package)


def collect(shop: Shop, order: Order, arguments: Json) -> None:
    _move(shop, order, arguments, "collected", st.PROCESSING, (st.FULFILLING, st.TTS))


def deliver(shop: Shop, order: Order, arguments: Json) -> None:
    _move(shop, order, arguments, "delivered", st.FULFILLING, (st.PACKAGE_COMPLETED, st.PACKAGE_DELIVERED))


def lose(shop: Shop, order: Order, arguments: Json) -> None:
    """The carrier lost it, or with `refused` true brings it back: TikTok Shop cancels the order in transit."""
    if order.status not in (st.AWAITING_COLLECTION, st.IN_TRANSIT):
        raise Conflict(f"{order.id} is {order.status}; only what was shipped can be lost")
    reason = "returned_to_shipper_refused" if arguments.get("refused") else "package_lost"
    for package in order.packages:
        package.exception = "RETURNED_TO_SHIPPER" if arguments.get("refused") else "PACKAGE_LOST"
    order.note("lost")
    moves.canceled(shop, order, who="SYSTEM", reason=reason)


def split(shop: Shop, order: Order, _arguments: Json) -> None:
    """One package for the first unit, another one for the rest."""
    if order.status != st.AWAITING_SHIPMENT or len(order.packages) != 1 or len(order.units) < 2:
        raise Conflict(f"{order.id} cannot be split")
    ids = [unit["id"] for unit in order.units]
    order.packages = [Package(id=shop.next_id("115800"), units=units) for units in (ids[:1], ids[1:])]
    order.note("split")
    moves.touch(shop, order)
    rows = [{"package_id": package.id, "order_id_list": [order.id]} for package in order.packages]
    shop.webhook(
        order,
        4,
        {"sc_type": "SPLIT", "role_type": "ROLE_SELLER", "package_list": rows, "update_time": int(shop.moment)},
    )


def _move(shop: Shop, order: Order, arguments: Json, effect: str, since: str, to: tuple[str, str]) -> None:
    moved = [package for package in _packages(order, arguments) if package.status == since]
    if not moved or order.status in st.FINISHED:
        states = ", ".join(package.status for package in order.packages)
        raise Conflict(f"{order.id} is {order.status} with {states or 'no package'}; it cannot be {effect}")
    order.note(effect)
    for package in moved:
        moves.package_to(shop, order, package, *to)


def _packages(order: Order, arguments: Json) -> list[Package]:
    number = arguments.get("package_number")
    if number is None:
        return order.packages
    package = order.package(str(number))
    if package is None:
        raise Invalid(f"{order.id} has no package {number!r}")
    return [package]
