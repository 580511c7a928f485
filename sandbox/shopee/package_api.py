"""Packages: searching, reading, splitting an order into them (protocol §2.3)."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee import statuses as st
from sandbox.shopee.carriers import split_into
from sandbox.shopee.gate import Endpoint, words
from sandbox.shopee.masking import address
from sandbox.shopee.order import Order, Package
from sandbox.shopee.reply import Refused, Reply, done, ok, required, unknown_order, wrong
from sandbox.shopee.shop import Shop
from sandbox.shopee.view import package_row

Json = dict[str, Any]
MOST = 50
_FILTERS: dict[int, frozenset[str] | None] = {
    0: None,
    1: frozenset({st.NOT_START}),
    2: frozenset({st.READY, st.PICKUP_RETRY}),
    3: frozenset({st.REQUEST_CREATED}),
}


def search(shop: Shop, call: Call) -> Reply:
    wanted = call.document.get("filter") or {}
    paging = call.document.get("pagination") or {}
    order_by = call.document.get("sort") or {}
    size = paging.get("page_size")
    if not isinstance(size, int) or not 1 <= size <= 100:
        raise wrong("page_size must be 100 or less.")
    rows = [
        (order, package)
        for order in shop.orders.values()
        for package in order.packages
        if _fits(wanted, order, package)
    ]
    kind = order_by.get("sort_type", 1)
    key = {1: lambda row: row[1].ship_by, 2: lambda row: row[0].created, 3: lambda row: row[0].paid}.get(kind)
    if key is None:
        raise wrong("sort_type is invalid.")
    rows.sort(key=key, reverse=not order_by.get("ascending", True))
    offset = _offset(str(paging.get("cursor") or ""))
    shown, more = rows[offset : offset + size], len(rows) > offset + size
    return ok(
        {
            "packages_list": [_search_row(order, package) for order, package in shown],
            "pagination": {
                "total_count": len(rows),
                "next_cursor": f"{int(shop.moment)},{offset + size}" if more else "",
                "more": more,
            },
            "sort": {"sort_type": kind, "is_asc": bool(order_by.get("ascending", True))},
        }
    )


def package_detail(shop: Shop, call: Call) -> Reply:
    numbers = words(call, "package_number_list")
    if not numbers:
        raise required("package_number_list")
    if len(numbers) > MOST:
        raise wrong(f"package_number_list must be {MOST} or less.")
    found = [(o, p) for o in shop.orders.values() for p in o.packages if p.number in numbers]
    if not found:
        raise Refused("error_not_found", "Wrong parameters, detail: the package is not found.")
    if len(numbers) == 1:
        call.code = found[0][0].sn
    return ok({"package_list": [_detail_row(shop, order, package) for order, package in found]})


def split_order(shop: Shop, call: Call) -> Reply:
    order = _order(shop, call)
    if order.split:
        raise Refused("order.order_has_been_split", "This order has already been split.")
    if order.channel.id == 91007:
        raise Refused("order.order_cannot_split_pff", "Cannot split this warehouse order.")
    if order.status != st.READY_TO_SHIP or not order.packages[0].waiting:
        raise Refused("order.order_split_failed", "Split order failed, please try again.")
    split_into(shop, order, _parts(order, call), by=call)
    rows = [package_row(shop, order, package) for package in order.packages]
    names = ("package_number", "item_list")
    return ok({"order_sn": order.sn, "package_list": [{name: row[name] for name in names} for row in rows]})


def unsplit_order(shop: Shop, call: Call) -> Reply:
    order = _order(shop, call)
    if not order.split or not all(package.waiting for package in order.packages):
        raise Refused("order.order_cannot_undo_split", "Cannot undo split this order.")
    split_into(
        shop, order, [[{"line": n, "quantity": line["quantity"]} for n, line in enumerate(order.lines)]], by=call
    )
    return done()


def _fits(wanted: Json, order: Order, package: Package) -> bool:
    statuses = _FILTERS.get(wanted.get("package_status", 2), frozenset())
    by_shopee = order.channel.id == 91007
    channels = wanted.get("logistics_channel_ids") or []
    return (
        (statuses is None or package.status in statuses)
        and wanted.get("fulfillment_type", 2) in (0, 1 if by_shopee else 2)
        and (not channels or order.channel.id in channels)
        and ("invoice_pending" not in wanted or wanted["invoice_pending"] == order.invoice_pending)
        and order.status not in (st.UNPAID, st.PENDING)
    )


def _offset(cursor: str) -> int:
    _, _, text = cursor.strip('"').partition(",")
    if cursor.strip('"') and not text.isdecimal():
        raise wrong("cursor is invalid.")
    return int(text or 0)


def _search_row(order: Order, package: Package) -> Json:
    return {
        "order_sn": order.sn,
        "package_number": package.number,
        "logistics_channel_id": order.channel.id,
        "product_location_id": "BR0001EXA",
        "sorting_group": "",
        "is_shipment_arranged": package.arranged,
    }


def _detail_row(shop: Shop, order: Order, package: Package) -> Json:
    row = package_row(shop, order, package)
    status = row.pop("logistics_status")
    invoice = order.invoice or {}
    return {
        **row,
        "order_sn": order.sn,
        "fulfillment_status": status,
        "update_time": int(package.updated),
        "days_to_ship": 2,
        "ship_by_date": int(package.ship_by),
        "pending_terms": [],
        "pending_description": [],
        "tracking_number": package.tracking_number,
        "tracking_number_expiration_date": 0,
        "pickup_done_time": int(package.picked_up),
        "is_split_up": order.split,
        "recipient_address": address(shop, order),
        "is_shipment_arranged": package.arranged,
        "can_split_order": not order.split and package.waiting,
        "can_unsplit_order": order.split and package.waiting,
        "can_full_cancel_order": order.status == st.READY_TO_SHIP,
        "invoice_pending": {
            "status": order.invoice_pending,
            "pending_reason": invoice.get("pending_reason", "") if order.invoice_pending else "",
        },
    }


def _order(shop: Shop, call: Call) -> Order:
    number = call.document.get("order_sn")
    if not isinstance(number, str) or not number:
        raise required("order_sn")
    call.code = number
    if number not in shop.orders:
        raise unknown_order()
    return shop.orders[number]


def _parts(order: Order, call: Call) -> list[list[Json]]:
    packages = call.document.get("package_list")
    if not isinstance(packages, list) or not packages:
        raise required("package_list")
    places = {(line["item_id"], line["model_id"]): place for place, line in enumerate(order.lines)}
    left = [line["quantity"] for line in order.lines]
    parts: list[list[Json]] = []
    for package in packages:
        part = []
        for row in package.get("item_list") or []:
            place = places.get((row.get("item_id"), row.get("model_id", 0)))
            if place is None:
                raise Refused("order.order_split_item_not_exist", "Cannot split order with invalid items.")
            quantity = row.get("model_quantity") or left[place]
            left[place] -= quantity
            if quantity < 1 or left[place] < 0:
                raise Refused("order.order_split_wrong_item_quantity", "Cannot split order with wrong model quantity")
            part.append({"line": place, "quantity": quantity})
        if not part:
            raise required("item_list")
        parts.append(part)
    if any(left):
        raise Refused("order.order_split_package_missing_item", "Cannot split order with missing items.")
    return parts


ENDPOINTS = (
    Endpoint("POST", "/order/search_package_list", shop=search),
    Endpoint("GET", "/order/get_package_detail", shop=package_detail),
    Endpoint("POST", "/order/split_order", shop=split_order),
    Endpoint("POST", "/order/unsplit_order", shop=unsplit_order),
)
