"""Reading orders and items (protocol §4.1, §4.2)."""

from sandbox.call import Call
from sandbox.dafiti import statuses as st
from sandbox.dafiti.fields import arg, args, numbers, whole, window
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.reply import Answered, Reply, violation
from sandbox.dafiti.seller import PROVIDERS, REASONS, Seller
from sandbox.dafiti.view import instant, order_view, unit_view, uuid_of

GROUPS = (
    "economy", "express", "standard", "digital", "sameday", "air", "surface", "missing_external_invoice_access_key",
    "kpi_rejection_rate", "kpi_return_rate", "ready_to_ship_manifested", "ready_to_ship_nonmanifested",
)  # fmt: skip
SECTIONS = frozenset(f"status_{status}" for status in st.ALL) | {f"group_{name}" for name in GROUPS}
PACKED = ("fully_packed", "partially_packed", "not_packed")
ORDERS_QUERY = (
    "limit", "offset", "section", "dateStart", "dateEnd", "updateDateStart", "updateDateEnd", "orderIds[]",
    "orderNumbers[]", "packed", "shipmentType", "shipmentProviders[]", "paymentMethods[]", "productSku[]", "sort",
    "sortDir", "fulfilmentType[]", "customers[]", "tags[]", "warehouses[]", "outlet", "invoiceRequired",
    "printedStatus", "delivery", "cancelationReasons[]", "orderSources[]", "includeVoucherDetails",
)  # fmt: skip
ITEMS_QUERY = (
    "limit", "offset", "orderIds[]", "orderItemIds[]", "orderNumbers[]", "createdAtStart", "createdAtEnd",
    "updatedAtStart", "updatedAtEnd", "status[]", "srcIds[]", "shipmentType", "sort", "sortDir",
)  # fmt: skip


def orders(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Ascending unless told otherwise, and without a total."""
    limit, offset = whole(call, "limit", most=seller.switches.largest_page), whole(call, "offset")
    if not limit:
        raise violation("limit", "This value should be positive.")
    found = [order for order in seller.orders.values() if _matches(call, order)]
    field = _one_of(call, "sort", ("createdAt", "updatedAt"))
    found.sort(key=lambda order: (order.updated if field == "updatedAt" else order.created, order.id))
    if _one_of(call, "sortDir", ("asc", "desc")) == "desc":
        found.reverse()
    page = found[offset : offset + limit]
    pagination = {"limit": limit, "offset": offset, "hasNext": len(found) > offset + limit}
    return Reply({"items": [order_view(seller, order) for order in page], "pagination": pagination})


def order(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    """By its numeric id, never by its number."""
    if where["order"] not in seller.orders:
        raise Answered(404)
    call.code = where["order"]
    return Reply(order_view(seller, seller.orders[where["order"]]))


def order_items(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    limit, offset = whole(call, "limit", most=seller.switches.largest_page), whole(call, "offset")
    orders, items = numbers(args(call, "orderIds"), "orderIds"), numbers(args(call, "orderItemIds"), "orderItemIds")
    names, words = args(call, "orderNumbers"), args(call, "status")
    if not set(words) <= set(st.ALL) - {st.PAYMENT_PENDING}:
        raise violation("status[]", "The value you selected is not a valid choice.")
    first, last = window(call, "updatedAtStart", "updatedAtEnd")
    found: list[tuple[Order, Unit]] = [
        (order, unit)
        for order in seller.orders.values()
        for unit in order.units
        if (not orders or order.id in orders)
        and (not names or order.number in names)
        and (not items or unit.id in items)
        and (not words or unit.status in words)
        and first <= unit.updated <= last
    ]
    if _one_of(call, "sortDir", ("asc", "desc")) == "desc":
        found.reverse()
    page = [unit_view(seller, order, unit) for order, unit in found[offset : offset + limit]]
    more = len(found) > offset + limit
    pagination = {"limit": limit, "offset": offset, "hasNext": more, "totalCount": len(found)}
    return Reply({"items": page, "pagination": pagination})


def packages(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    wanted = numbers(args(call, "orderItemIds"), "orderItemIds")
    rows = [
        {"id": package.id, "srcId": None, "orderItemIds": [unit.id for unit in order.inside(package)]}
        for order in seller.orders.values()
        for package in order.packages
        if wanted & {unit.id for unit in order.inside(package)}
    ]
    return Reply(rows)


def history(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    if where["order"] not in seller.orders:
        raise Answered(404)
    call.code = where["order"]
    rows = seller.orders[where["order"]].history
    return Reply([{**row, "at": instant(row["at"])} for row in rows])


def reasons(_seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    return Reply(
        [
            {"id": place, "type": kind, "name": name, "description": name, "outOfStock": out}
            for place, (kind, name, out) in enumerate(REASONS, start=1)
        ]
    )


def providers(_seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    return Reply(
        [
            {
                "id": place + 1,
                "uuid": uuid_of(place),
                "name": name,
                "default": place == 0,
                "apiIntegrationAvailable": integrated,
                "status": True,
                "cashOnDelivery": False,
                "url": "",
            }
            for place, (name, integrated) in enumerate(PROVIDERS)
        ]
    )


def health(_seller: Seller, _call: Call, _where: dict[str, str]) -> Reply:
    return Reply({"status": "ok"})


def _matches(call: Call, order: Order) -> bool:
    """Update times are those of items: one of them in the window is enough."""
    created_first, created_last = window(call, "dateStart", "dateEnd")
    first, last = window(call, "updateDateStart", "updateDateEnd")
    ids, names = numbers(args(call, "orderIds"), "orderIds"), args(call, "orderNumbers")
    kind = arg(call, "shipmentType")
    return (
        created_first <= order.created <= created_last
        and any(first <= unit.updated <= last for unit in order.units)
        and _in_section(call, order)
        and _is_packed(call, order)
        and (not ids or order.id in ids)
        and (not names or order.number in names)
        and (not kind or order.kind == kind)
    )


def _in_section(call: Call, order: Order) -> bool:
    section = arg(call, "section")
    if section and section not in SECTIONS:
        raise violation("section", "The value you selected is not a valid choice.")
    if not section.startswith("status_"):
        return True
    return section.removeprefix("status_") in {unit.status for unit in order.units}


def _is_packed(call: Call, order: Order) -> bool:
    wanted = _one_of(call, "packed", ("", *PACKED))
    inside = sum(bool(unit.package) for unit in order.units)
    state = PACKED[2] if not inside else PACKED[0] if inside == len(order.units) else PACKED[1]
    return wanted in ("", state)


def _one_of(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    value = arg(call, name) or allowed[0]
    if value not in allowed:
        raise violation(name, "The value you selected is not a valid choice.")
    return value


ENDPOINTS = (
    Endpoint("GET", "/v2/orders", orders, ORDERS_QUERY),
    Endpoint("GET", r"/v2/orders/(?P<order>\d+)", order),
    Endpoint("GET", "/v2/order-items", order_items, ITEMS_QUERY),
    Endpoint("GET", "/v2/order-items/packages", packages, ("orderItemIds[]",)),
    Endpoint("GET", r"/v2/order/(?P<order>\d+)/history", history),
    Endpoint("GET", "/v2/orders-failure-reasons", reasons),
    Endpoint("GET", "/v2/orders-shipment-providers", providers, ("status",)),
    Endpoint("GET", "/v2/health", health),
)
