"""Returns, to be read only: objects of their own, beside orders that stay delivered."""

from typing import Any

from sandbox.call import Call
from sandbox.tiktok.gate import Endpoint, arg, page_size
from sandbox.tiktok.order_api import page
from sandbox.tiktok.reply import Reply
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]


def search(shop: Shop, call: Call, _path: dict[str, str]) -> Reply:
    """Without `return_orders` where there are none."""
    asked, size = call.document, page_size(call, most=50, default=10)
    rows = [row for row in shop.returns if _fits(row, asked)]
    rows.sort(key=lambda row: row["update_time"], reverse=arg(call, "sort_order") == "DESC")
    shown, token = page(shop, rows, arg(call, "page_token"), size=size, key=lambda row: row["return_id"])
    data: Json = {"next_page_token": token, "total_count": len(rows)}
    return Reply(data | ({"return_orders": shown} if shown else {}))


def _fits(row: Json, asked: Json) -> bool:
    if asked.get("order_ids") and row["order_id"] not in asked["order_ids"]:
        return False
    return all(
        asked.get(f"{field}_ge", 0) <= row[field] < asked.get(f"{field}_lt", 2**40)
        for field in ("create_time", "update_time")
    )


ENDPOINTS = (Endpoint("POST", "/return_refund/202309/returns/search", shop=search, scope="returns"),)
