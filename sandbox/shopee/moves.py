"""How orders and packages change, whoever causes it; every change that Shopee announces is pushed here."""

from sandbox.call import Call
from sandbox.shopee import statuses as st
from sandbox.shopee.order import Order, Package
from sandbox.shopee.shop import Shop

_SETTLED = frozenset({st.IN_CANCEL, st.CANCELLED, st.TO_RETURN, st.COMPLETED, st.UNPAID, st.PENDING})
_EVENTS = {
    st.REQUEST_CREATED: ("ORDER_CREATED", "Vendedor organizou o envio"),
    st.PICKUP_RETRY: ("PICKUP_RETRY", "A coleta falhou; será tentada outra vez"),
    st.PICKUP_DONE: ("PICKED_UP", "Pacote coletado pela transportadora"),
    st.DELIVERY_DONE: ("DELIVERED", "Pacote entregue"),
    st.DELIVERY_FAILED: ("FAILED_DELIVERED", "A entrega falhou"),
    st.LOST: ("LOST", "Pacote extraviado"),
}


def to_status(shop: Shop, order: Order, status: str, *, quiet: bool = False) -> None:
    """Push 3 tells of every status but of a hold: UNPAID to PENDING is silent (protocol §2.1)."""
    if order.status == status:
        return
    order.status = status
    touch(shop, order)
    if not quiet:
        announce(shop, order)


def announce(shop: Shop, order: Order) -> None:
    shop.push(
        order,
        3,
        {
            "items": [],
            "ordersn": order.sn,
            "status": order.status,
            "completed_scenario": order.scenario if order.status == st.COMPLETED else "",
            "update_time": int(order.updated),
        },
    )


def touch(shop: Shop, order: Order) -> None:
    order.updated = shop.moment
    order.changed()


def to_package_status(shop: Shop, order: Order, package: Package, status: str) -> None:
    package.status, package.updated = status, shop.moment
    if status in _EVENTS:
        event, text = _EVENTS[status]
        package.events.append({"update_time": int(shop.moment), "description": text, "logistics_status": event})
    if status == st.PICKUP_DONE:
        package.picked_up = shop.moment
    touch(shop, order)
    shop.push(
        order,
        30,
        {
            "ordersn": order.sn,
            "package_number": package.number,
            "fulfillment_status": status,
            "update_time": int(package.updated),
        },
    )
    follow(shop, order)


def follow(shop: Shop, order: Order) -> None:
    """The order's status as its packages have it, unless buyer or seller decided otherwise."""
    if order.status in _SETTLED:
        return
    status = st.status_from([package.status for package in order.packages])
    if order.channel.seller_moves and shop.switches.seller_moves_stay_ready and status == st.PROCESSED:
        status = st.READY_TO_SHIP
    if status == st.CANCELLED:
        order.cancel_by, order.cancel_reason = "system", "BACKEND_LOGISTICS_LOST_OR_FAILED"
    to_status(shop, order, status)


def paid(shop: Shop, order: Order) -> None:
    order.paid = shop.moment
    order.note("paid")
    for package in order.packages:
        package.status = st.READY
    to_status(shop, order, st.READY_TO_SHIP)


def arranged(shop: Shop, order: Order, package: Package, *, tracking_number: str = "", by: Call | None = None) -> None:
    """ship_order took it: the tracking number comes later, unless the seller gave one."""
    package.arranged = True
    order.note("arranged", by=by)
    anchor = max(order.paid, order.created)
    if shop.moment < anchor + shop.switches.window_seconds:
        order.note("arranged_within_the_hour", by=by)
    touch(shop, order)
    if order.channel.method == "non_integrated":
        package.tracking_number, package.tracked = tracking_number, shop.moment
        moves_itself = not order.channel.seller_moves
        to_package_status(shop, order, package, st.PICKUP_DONE if moves_itself else st.REQUEST_CREATED)
        return
    if shop.switches.processed_when == "arranged":
        to_package_status(shop, order, package, st.REQUEST_CREATED)
    shop.schedule(order, f"track {package.number}", seconds=shop.switches.tracking_seconds)


def tracked(shop: Shop, order: Order, package: Package) -> None:
    """The carrier's system gave the package its number."""
    digits = "".join(character for character in package.number if character.isdigit())[-9:]
    package.tracking_number, package.tracked = f"{order.channel.prefix}{digits:0>9}BR", shop.moment
    order.note("tracking_given")
    shop.push(
        order,
        4,
        {
            "ordersn": order.sn,
            "forder_id": package.number,
            "package_number": package.number,
            "tracking_no": package.tracking_number,
        },
    )
    if package.status == st.READY:
        to_package_status(shop, order, package, st.REQUEST_CREATED)
    touch(shop, order)


def canceled(
    shop: Shop, order: Order, *, who: str, reason: str, buyer_reason: str = "", by: Call | None = None
) -> None:
    """Packages die, stock comes back, everything planned is forgotten."""
    order.cancel_by, order.cancel_reason, order.buyer_cancel_reason = who, reason, buyer_reason
    for package in order.packages:
        package.status = st.REQUEST_CANCELED if package.arranged else st.INVALID
        package.updated = shop.moment
    shop.deadlines.clear(order)
    shop.move_stock(order, +1)
    order.note({"buyer": "canceled_by_buyer", "seller": "canceled"}.get(who, "canceled_by_system"), by=by)
    to_status(shop, order, st.CANCELLED)
