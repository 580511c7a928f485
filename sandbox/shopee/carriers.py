"""What carriers do to packages, and others than our caller: arranging, splitting, moving deadlines."""

from typing import Any

from sandbox.call import Call
from sandbox.errors import Conflict, Invalid
from sandbox.shopee import moves
from sandbox.shopee import statuses as st
from sandbox.shopee.buyers import only_from
from sandbox.shopee.order import Order, Package
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def arrange(shop: Shop, order: Order, arguments: Json) -> None:
    """Another system of the seller's was quicker than ours."""
    only_from(order, st.READY_TO_SHIP)
    waiting = [package for package in _packages(order, arguments) if package.waiting]
    if not waiting:
        raise Conflict(f"{order.sn} is arranged already")
    for package in waiting:
        order.note("arranged_elsewhere")
        moves.arranged(shop, order, package, tracking_number="OUTRO123456BR")


def track(shop: Shop, order: Order, arguments: Json) -> None:
    for package in _packages(order, arguments):
        if package.arranged and not package.tracking_number:
            moves.tracked(shop, order, package)


def pickup(shop: Shop, order: Order, arguments: Json) -> None:
    """The carrier scans what was handed over."""
    _move(shop, order, arguments, st.PICKUP_DONE, "picked_up", st.REQUEST_CREATED)


def pickup_failed(shop: Shop, order: Order, arguments: Json) -> None:
    _move(shop, order, arguments, st.PICKUP_RETRY, "pickup_failed", st.REQUEST_CREATED)


def deliver(shop: Shop, order: Order, arguments: Json) -> None:
    _move(shop, order, arguments, st.DELIVERY_DONE, "delivered", st.PICKUP_DONE)


def lose(shop: Shop, order: Order, arguments: Json) -> None:
    """Lost, or with `failed` true not delivered: when nothing else is on its way, the order is canceled."""
    status = st.DELIVERY_FAILED if arguments.get("failed") else st.LOST
    _move(shop, order, arguments, status, "lost", st.REQUEST_CREATED, st.PICKUP_DONE)


def postpone(shop: Shop, order: Order, arguments: Json) -> None:
    """Shopee moves the deadline by `days`, one-sidedly."""
    days = arguments.get("days", 1)
    if isinstance(days, bool) or not isinstance(days, int | float):
        raise Invalid(f"days must be a number, not {days!r}")
    for package in _packages(order, arguments):
        before, package.ship_by = int(package.ship_by), package.ship_by + days * 86_400
        shop.push(
            order,
            47,
            {
                "order_sn": order.sn,
                "package_number": package.number,
                "changed_fields": ["ship_by_date"],
                "old": {"ship_by_date": before},
                "new": {"ship_by_date": int(package.ship_by)},
                "update_time": int(shop.moment),
            },
        )
    moves.touch(shop, order)


def split(shop: Shop, order: Order, arguments: Json) -> None:
    """Shopee splits the order itself, one package per line, or per unit when there is only one line."""
    if order.split or not all(package.waiting for package in order.packages):
        raise Conflict(f"{order.sn} cannot be split any more")
    parts = [[{"line": place, "quantity": line["quantity"]}] for place, line in enumerate(order.lines)]
    if len(parts) == 1:
        quantity = order.lines[0]["quantity"]
        parts = [[{"line": 0, "quantity": 1}], [{"line": 0, "quantity": quantity - 1}]] if quantity > 1 else parts
    if len(parts) == 1:
        raise Conflict(f"{order.sn} has a single unit; there is nothing to split")
    split_into(shop, order, parts)


def split_into(shop: Shop, order: Order, parts: list[list[Json]], *, by: Call | None = None) -> None:
    """New packages, with numbers that follow from the old one's; a single part undoes a split."""
    first = order.packages[0]
    base = first.number[:-1]
    order.packages = [
        Package(number=f"{base}{place}", lines=lines, status=first.status, updated=shop.moment, ship_by=first.ship_by)
        for place, lines in enumerate(parts, start=1)
    ]
    order.note("split" if len(parts) > 1 else "unsplit", by=by)
    moves.touch(shop, order)
    moves.announce(shop, order)


def _move(shop: Shop, order: Order, arguments: Json, status: str, effect: str, *since: str) -> None:
    moved = [package for package in _packages(order, arguments) if package.status in since]
    if not moved or order.status in (st.IN_CANCEL, st.CANCELLED):
        states = ", ".join(package.status for package in order.packages)
        raise Conflict(f"{order.sn} is {order.status} with {states}; it cannot become {status}")
    order.note(effect)
    for package in moved:
        moves.to_package_status(shop, order, package, status)


def _packages(order: Order, arguments: Json) -> list[Package]:
    number = arguments.get("package_number")
    if number is None:
        return order.packages
    package = order.package(str(number))
    if package is None:
        raise Invalid(f"{order.sn} has no package {number!r}")
    return [package]
