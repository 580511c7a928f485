"""Reading orders: search by a window, and details by fifty (protocol §4.1, §4.2)."""

import base64
import json
from typing import Any

from sandbox.call import Call
from sandbox.tiktok import statuses as st
from sandbox.tiktok.gate import Endpoint, arg, page_size
from sandbox.tiktok.order import Order
from sandbox.tiktok.reply import Refused, Reply, no_path, unknown_order, wrong
from sandbox.tiktok.shop import Shop
from sandbox.tiktok.view import detail

Json = dict[str, Any]
MOST = 50
FILTERS = frozenset({
    "order_status", "create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt", "shipping_type",
    "buyer_user_id", "is_buyer_request_cancel", "warehouse_ids",
})  # fmt: skip


def search(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Whole orders; newest first unless it is asked otherwise. There is no has_more."""
    asked = call.document
    size = page_size(call, most=100, default=20)
    if not asked and shop.switches.empty_search_body == "refuse":
        raise wrong("The request body is required.")
    if unknown := sorted(set(asked) - FILTERS):
        raise wrong(f"Unknown field {unknown[0]} in the request body.")
    field, direction = arg(call, "sort_field") or "create_time", arg(call, "sort_order") or "DESC"
    if field not in ("create_time", "update_time") or direction not in ("ASC", "DESC"):
        raise wrong("sort_field or sort_order is invalid.")
    if asked.get("order_status") not in (None, "", *st.STATUSES):
        raise wrong("order_status is invalid.")
    found = [order for order in shop.orders.values() if _fits(shop, order, asked)]
    found.sort(key=lambda order: (_time(order, field), order.id), reverse=direction == "DESC")
    rows, token = page(shop, found, arg(call, "page_token"), size=size, key=lambda o: [_time(o, field), o.id])
    data: Json = {"orders": [detail(shop, order, fiscal=False) for order in rows], "total_count": len(found)}
    return Reply(data | {"next_page_token": token})


def order_detail(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    if path["version"] == "202507" and not shop.switches.newer_details:
        raise no_path()
    ids = [word for word in arg(call, "ids").split(",") if word]
    if not ids or len(ids) > MOST:
        raise wrong(f"ids must hold between 1 and {MOST} order ids.")
    found = [shop.orders[code] for code in dict.fromkeys(ids) if code in shop.orders]
    if not found:
        raise unknown_order()
    if len(ids) == 1:
        call.code = ids[0]
    return Reply({"orders": [detail(shop, order, fiscal=path["version"] == "202507") for order in found]})


def price_detail(shop: Shop, call: Call, path: dict[str, str]) -> Reply:
    call.code = path["order"]
    if path["order"] not in shop.orders:
        raise unknown_order()
    return Reply(dict(shop.orders[path["order"]].document["payment"]))


def page(shop: Shop, rows: list[Any], token: str, *, size: int, key: Any) -> tuple[list[Any], str]:
    """Tokens are opaque, and hold + and /. Whether they are places or offsets nobody says (switch page_tokens)."""
    by_key = shop.switches.page_tokens == "keyset"
    start = 0
    if token:
        place = _decoded(token)
        start = next((n for n, row in enumerate(rows) if key(row) == place), 0) + 1 if by_key else int(place)
    shown = rows[start : start + size]
    if start + size >= len(rows):
        return shown, ""
    return shown, _encoded(key(shown[-1]) if by_key else start + size)


def _encoded(place: Any) -> str:
    """With a + and a / in every one, so that whoever signs it escaped is found out."""
    return "+/" + base64.b64encode(json.dumps(place).encode()).decode()


def _decoded(token: str) -> Any:
    try:
        return json.loads(base64.b64decode(token.removeprefix("+/")))
    except ValueError as error:
        raise wrong("page_token is invalid.") from error


def _time(order: Order, field: str) -> int:
    return int(order.created if field == "create_time" else order.updated)


def _fits(shop: Shop, order: Order, asked: Json) -> bool:
    slack = 600 if shop.switches.outside_window else 0
    for field in ("create_time", "update_time"):
        first, last = asked.get(f"{field}_ge", 0), asked.get(f"{field}_lt", 2**40)
        if not isinstance(first, int) or not isinstance(last, int):
            raise wrong(f"{field} must be a number of seconds.")
        if not first - slack <= _time(order, field) < last + slack:
            return False
    return (
        asked.get("order_status") in (None, "", order.status)
        and asked.get("shipping_type") in (None, "", order.shipping_type)
        and asked.get("is_buyer_request_cancel") in (None, bool(order.request))
    )


def read_order(shop: Shop, call: Call, code: object) -> Order:
    """One that a call names; somebody else's is not known here."""
    if not isinstance(code, str) or not code:
        raise wrong("order_id is required.")
    call.code = code
    if code not in shop.orders:
        raise Refused(21008111, "The order does not belong to this seller.")
    return shop.orders[code]


ENDPOINTS = (
    Endpoint("POST", "/order/202309/orders/search", shop=search),
    Endpoint("GET", "/order/(?P<version>202309|202507)/orders", shop=order_detail),
    Endpoint("GET", "/order/202407/orders/(?P<order>[^/]+)/price_detail", shop=price_detail),
)
