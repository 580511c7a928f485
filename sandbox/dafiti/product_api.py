"""Products by SKU, and their stock."""

from sandbox.call import Call
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.reply import Answered, Reply, violation
from sandbox.dafiti.seller import Seller


def by_sku(seller: Seller, call: Call, where: dict[str, str]) -> Reply:
    product = seller.product(where["sku"])
    call.code = where["sku"]
    if product is None:
        raise Answered(404)
    return Reply({name: product[name] for name in ("id", "sellerSku", "name")})


def stock(seller: Seller, _call: Call, where: dict[str, str]) -> Reply:
    product = next((product for product in seller.products if product["id"] == int(where["product"])), None)
    if product is None:
        raise Answered(404)
    units = [unit for order in seller.orders.values() for unit in order.units]
    reserved = sum(unit.sku == product["sellerSku"] and unit.status in ("pending", "ready_to_ship") for unit in units)
    told = {name: product[name] for name in ("sellerSku", "name", "quantity")}
    return Reply({**told, "reservedStock": reserved, "available": product["quantity"] - reserved})


def set_stock(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """At most a hundred; what is unknown is ignored, and the answer lists it."""
    rows = call.document.get("")
    if not isinstance(rows, list) or not 0 < len(rows) <= 100:
        raise violation("", "This collection should contain 1 to 100 elements.")
    ignored = []
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get("quantity"), int) or row["quantity"] < 0:
            raise violation(f"[{index}].quantity", "This value should be of type integer.")
        product = next((product for product in seller.products if product["id"] == row.get("productId")), None)
        if product is None:
            ignored.append(row)
        else:
            product["quantity"] = row["quantity"]
            call.code = product["sellerSku"]
            call.effects.append("stock_set")
    return Reply(ignored)


ENDPOINTS = (
    Endpoint("GET", r"/v2/product/seller-sku/(?P<sku>.+)", by_sku),
    Endpoint("GET", r"/v2/stock/product/(?P<product>\d+)", stock),
    Endpoint("PUT", "/v2/stock/product", set_stock),
)
