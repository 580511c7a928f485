"""Reading orders: list, detail, and the two narrower lists (protocol §2.1 to §2.3)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee import statuses as st
from sandbox.shopee.gate import Endpoint, arg, cursor, number_arg, page_size, words
from sandbox.shopee.order import Order
from sandbox.shopee.reply import Refused, Reply, ok, required, unknown_order, wrong
from sandbox.shopee.shop import Shop
from sandbox.shopee.view import detail

Json = dict[str, Any]
SPAN = 15 * 86_400
MOST = 50


def order_list(shop: Shop, call: Call) -> Reply:
    """Rows without any time; the cursor is an offset into a list that moves (§2.1)."""
    first, last, field = _window(call)
    size, offset = page_size(call), cursor(call)
    status = arg(call, "order_status")
    if status and status not in st.FILTERS:
        raise wrong("order_status is invalid.")
    channel = arg(call, "logistics_channel_id")
    held = arg(call, "request_order_status_pending").lower() == "true"
    found = [
        order
        for order in shop.orders.values()
        if first <= (int(order.created) if field == "create_time" else int(order.updated)) <= last
        and (not status or _shows_under(shop, order, status))
        and (not channel or str(order.channel.id) == channel)
        and (held or order.status != st.PENDING)
    ]
    return ok(_page(shop, _sorted(shop, found), call, size=size, offset=offset))


def order_detail(shop: Shop, call: Call) -> Reply:
    """Unknown numbers are left out silently, and refused only when no number is known."""
    numbers = words(call, "order_sn_list")
    if not numbers:
        raise required("order_sn_list")
    if len(numbers) > MOST:
        raise wrong(f"order_sn_list must be {MOST} or less.")
    wanted = frozenset(words(call, "response_optional_fields"))
    if arg(call, "request_order_status_pending").lower() == "true":
        wanted |= {"pending"}
    found = [shop.orders[number] for number in dict.fromkeys(numbers) if number in shop.orders]
    if not found:
        raise unknown_order()
    if len(numbers) == 1:
        call.code = numbers[0]
    return Reply({"response": {"order_list": [detail(shop, order, wanted) for order in found]}, "warning": None})


def shipment_list(shop: Shop, call: Call) -> Reply:
    """Packages of orders that wait to be shipped, or to be picked up once more."""
    size, offset = page_size(call), cursor(call)
    rows = [
        {"order_sn": order.sn, "package_number": package.number}
        for order in _sorted(shop, list(shop.orders.values()))
        if order.status in (st.READY_TO_SHIP, st.RETRY_SHIP) and not order.invoice_pending
        for package in order.packages
    ]
    more = len(rows) > offset + size
    return ok(
        {"order_list": rows[offset : offset + size], "more": more, "next_cursor": str(offset + size) if more else ""}
    )


def invoice_pending_list(shop: Shop, call: Call) -> Reply:
    size, offset = page_size(call), cursor(call)
    rows = [{"order_sn": order.sn} for order in _sorted(shop, list(shop.orders.values())) if order.invoice_pending]
    more = len(rows) > offset + size
    return ok(
        {"more": more, "next_cursor": str(offset + size) if more else "", "order_list": rows[offset : offset + size]}
    )


def _window(call: Call) -> tuple[int, int, str]:
    field = arg(call, "time_range_field")
    if not field:
        raise required("time_range_field")
    if field not in ("create_time", "update_time"):
        raise wrong("time_range_field is invalid.")
    first, last = number_arg(call, "time_from"), number_arg(call, "time_to")
    if not 0 <= last - first <= SPAN:
        raise Refused("order.order_list_invalid_time", "Start time must be earlier than end time and diff in 15days.")
    return first, last, field


def _shows_under(shop: Shop, order: Order, status: str) -> bool:
    if status == st.INVOICE_PENDING:
        return order.invoice_pending
    if status == st.READY_TO_SHIP and order.invoice_pending:
        return shop.switches.ready_filter_has_invoice_pending
    return order.status == status


def _sorted(shop: Shop, orders: list[Order]) -> list[Order]:
    if shop.switches.list_order == "oldest_update":
        return sorted(orders, key=lambda order: order.updated)
    return sorted(orders, key=lambda order: (order.created, order.sn), reverse=True)


def _page(shop: Shop, orders: list[Order], call: Call, *, size: int, offset: int) -> Json:
    if shop.switches.short_pages:
        size = max(1, size // 2)
    more = len(orders) > offset + size
    with_status = "order_status" in words(call, "response_optional_fields")
    rows: list[Json] = []
    for order in orders[offset : offset + size]:
        row: Json = {"order_sn": order.sn, "booking_sn": ""}
        if with_status:
            row["order_status"] = shop.switches.invoice_pending_row if order.invoice_pending else order.status
        rows.append(row)
    return {"more": more, "next_cursor": str(offset + size) if more else "", "order_list": rows}


ENDPOINTS = (
    Endpoint("GET", "/order/get_order_list", shop=order_list),
    Endpoint("GET", "/order/get_order_detail", shop=order_detail),
    Endpoint("GET", "/order/get_shipment_list", shop=shipment_list),
    Endpoint("GET", "/order/get_pending_buyer_invoice_order_list", shop=invoice_pending_list),
)
