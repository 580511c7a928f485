"""Products and variations, as far as stock goes: a seller tells how much of a SKU is available."""

from typing import Any

from sandbox.call import Call
from sandbox.skyhub.gate import Endpoint
from sandbox.skyhub.reply import Refused, Reply, ok
from sandbox.skyhub.store import Store

Json = dict[str, Any]


def show(store: Store, call: Call) -> Reply:
    return ok(_known(store, call))


def create(store: Store, call: Call) -> Reply:
    posted = _part(call, "product")
    sku = posted.get("sku")
    if not isinstance(sku, str) or not sku:
        raise Refused(400, "Campos obrigatórios ausentes: product.sku")
    if sku in store.products:
        raise Refused(422, f"Produto {sku} já existe")
    store.products[sku] = {"name": "", "price": 0, **posted, "qty": _quantity(posted.get("qty", 0), "product.qty")}
    call.effects.append("product_created")
    return Reply(201)


def update_product(store: Store, call: Call) -> Reply:
    return _update(store, call, "product")


def update_variation(store: Store, call: Call) -> Reply:
    return _update(store, call, "variation")


def _update(store: Store, call: Call, name: str) -> Reply:
    """Only what is sent changes; sending the quantity it already has changes nothing."""
    product = _known(store, call)
    posted = _part(call, name)
    if "qty" in posted and _quantity(posted["qty"], f"{name}.qty") != product["qty"]:
        call.effects.append("stock_updated")
    product.update(posted, sku=product["sku"])
    return Reply(204)


def _known(store: Store, call: Call) -> Json:
    product = store.products.get(call.code or "")
    if product is None:
        raise Refused(404, f"Produto {call.code} não encontrado")
    return product


def _part(call: Call, name: str) -> Json:
    posted = call.document.get(name)
    if not isinstance(posted, dict) or not posted:
        raise Refused(400, f"Campos obrigatórios ausentes: {name}")
    return posted


def _quantity(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Refused(422, f"{name} deve ser um inteiro a partir de zero")
    return value


ENDPOINTS = (
    Endpoint("GET", "/products/{code}", "products", show),
    Endpoint("POST", "/products", "products", create),
    Endpoint("PUT", "/products/{code}", "products", update_product),
    Endpoint("GET", "/variations/{code}", "products", show),
    Endpoint("PUT", "/variations/{code}", "products", update_variation),
)
