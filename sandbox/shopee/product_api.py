"""Products: which there are, and how many the seller has of them."""

from typing import Any

from sandbox.call import Call
from sandbox.shopee.gate import Endpoint, number_arg, page_size, words
from sandbox.shopee.reply import Refused, Reply, ok, required
from sandbox.shopee.shop import Shop

Json = dict[str, Any]


def update_stock(shop: Shop, call: Call) -> Reply:
    """Per model; rows that fail stand beside those that do not, all failed is an error of its own."""
    item = call.document.get("item_id")
    rows = call.document.get("stock_list")
    if item is None:
        raise Refused("product.error_param", "invalid field ItemId: value must  Not Null")
    if not isinstance(rows, list) or not rows:
        raise required("stock_list")
    models = {product["model_id"]: product for product in shop.products if product["item_id"] == item}
    if not models:
        raise Refused("product.error_item_not_found", "Product not found")
    success, failure = [], []
    for row in rows:
        model, stock = row.get("model_id", 0), _stock(row)
        if model not in models or stock is None:
            reason = "Wrong model_id." if model not in models else "Parameter is not match the constraints, stock."
            failure.append({"model_id": model, "failed_reason": reason})
            continue
        models[model]["stock"] = stock
        call.effects.append("stock_set")
        call.code = models[model]["sku"]
        success.append({"model_id": model, "location_id": "", "stock": stock})
    answer = {"failure_list": failure, "success_list": success}
    if failure and not success:
        raise Refused(
            "product.error_busi_update_stock_failed",
            "Update stock failed, please check failure_list for detailed reason",
            fields={"response": answer},
        )
    return Reply({"response": answer, "warning": ""})


def item_list(shop: Shop, call: Call) -> Reply:
    size, offset = page_size(call), number_arg(call, "offset")
    items = list(dict.fromkeys(product["item_id"] for product in shop.products))
    more = len(items) > offset + size
    rows = [{"item_id": item, "item_status": "NORMAL", "update_time": 0} for item in items[offset : offset + size]]
    answer: Json = {"item": rows, "total_count": len(items), "has_next_page": more}
    return Reply({"response": answer | ({"next_offset": offset + size} if more else {}), "warning": ""})


def item_base_info(shop: Shop, call: Call) -> Reply:
    wanted = words(call, "item_id_list")
    if not wanted:
        raise required("item_id_list")
    rows = []
    for item in dict.fromkeys(product["item_id"] for product in shop.products):
        models = [product for product in shop.products if product["item_id"] == item]
        if str(item) in wanted:
            rows.append(
                {
                    "item_id": item,
                    "item_name": models[0]["name"],
                    "item_sku": models[0]["parent"],
                    "item_status": "NORMAL",
                    "has_model": models[0]["model_id"] != 0,
                }
            )
    return Reply({"response": {"item_list": rows}, "warning": ""})


def model_list(shop: Shop, call: Call) -> Reply:
    item = number_arg(call, "item_id")
    models = [product for product in shop.products if product["item_id"] == item]
    if not models:
        raise Refused("product.error_item_not_found", "Product not found")
    rows = [
        {
            "model_id": product["model_id"],
            "model_sku": product["sku"],
            "stock_info_v2": {"seller_stock": [{"location_id": "", "stock": product["stock"]}]},
        }
        for product in models
        if product["model_id"]
    ]
    return ok({"model": rows})


def _stock(row: Json) -> int | None:
    given = row.get("seller_stock")
    first = given[0] if isinstance(given, list) and given else None
    stock = first.get("stock") if isinstance(first, dict) else None
    return stock if isinstance(stock, int) and not isinstance(stock, bool) and stock >= 0 else None


ENDPOINTS = (
    Endpoint("POST", "/product/update_stock", shop=update_stock),
    Endpoint("GET", "/product/get_item_list", shop=item_list),
    Endpoint("GET", "/product/get_item_base_info", shop=item_base_info),
    Endpoint("GET", "/product/get_model_list", shop=model_list),
)
