"""What drf-spectacular does not say by itself: where an answer leads, and the two forms of a page of orders."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]

#: From an answer of one operation (status) to the operations that its body addresses: parameter and expression.
ORDER = {"order_id": "$response.body#/id"}
FIRST_ORDER = {"order_id": "$response.body#/orders/0/id"}
CHANGED_ORDER = {"order_id": "$response.body#/changes/0/order/id"}
FIRST_SKU = {"sku": "$response.body#/stock/0/sku"}
LINKS: dict[str, dict[str, dict[str, str]]] = {
    "list_orders": {
        "list_orders": {"cursor": "$response.body#/next_cursor"},
        "read_order": FIRST_ORDER,
        "list_documents": FIRST_ORDER,
        "list_shipping_options": FIRST_ORDER,
        "put_invoice": FIRST_ORDER,
        "post_shipment": FIRST_ORDER,
        "put_cancellation": FIRST_ORDER,
    },
    "list_changes": {"list_changes": {"after": "$response.body#/next"}, "read_order": CHANGED_ORDER},
    "list_channels": {"list_orders": {"channel": "$response.body#/channels/0/code"}},
    "list_stock": {
        "list_stock": {"cursor": "$response.body#/next_cursor"},
        "read_stock": FIRST_SKU,
        "put_stock": FIRST_SKU,
    },
    "put_stock": {"read_stock": {"sku": "$response.body#/sku"}},
    "put_stock_list": {"read_stock": FIRST_SKU},
    "post_stock_adjustment": {"read_stock": FIRST_SKU},
    "put_invoice": {"read_order": ORDER, "post_shipment": ORDER, "list_documents": ORDER},
    "post_shipment": {"read_order": ORDER, "put_delivery": ORDER, "put_delivery_failure": ORDER},
    "put_delivery": {"read_order": ORDER},
    "put_delivery_failure": {"read_order": ORDER, "put_delivery": ORDER},
    "put_cancellation": {"read_order": ORDER},
    "put_cancellation_answer": {"read_order": ORDER},
    "put_arrange_shipping": {"read_order": ORDER, "post_shipment": ORDER},
    "list_shipping_options": {
        "put_arrange_shipping": {"order_id": "$request.path.order_id"},
    },
    "list_documents": {
        "read_document": {"order_id": "$request.path.order_id", "name": "$response.body#/documents/0/name"}
    },
}


def complete(result: Schema, generator: SchemaGenerator, request: object, public: bool) -> Schema:
    """A hook of drf-spectacular."""
    for operation in _operations(result):
        for target, parameters in LINKS.get(operation["operationId"], {}).items():
            link = {"operationId": target, "parameters": parameters}
            for status in {"200", "201"} & operation["responses"].keys():
                operation["responses"][status].setdefault("links", {})[target] = link
    pages = result["components"]["schemas"]["OrderPages"]
    # A whole order is a compact one, too.
    pages["anyOf"] = pages.pop("oneOf")
    return result


def _operations(result: Schema) -> Iterator[Schema]:
    for path in result["paths"].values():
        yield from path.values()
