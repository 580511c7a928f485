"""What a test may say about an order it wants; everything left out gets a default."""

from typing import Any

from sandbox.errors import Invalid
from sandbox.tiktok import statuses as st
from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
FIELDS = (
    "count", "code", "status", "shipping_type", "fulfillment_type", "items", "shipping_fee", "message", "age",
    "paid_ago", "invoiced", "payload",
)  # fmt: skip
CHOICES = {
    "shipping_type": ("TIKTOK", "SELLER", "TIKTOK_DIGITAL"),
    "fulfillment_type": ("FULFILLMENT_BY_SELLER", "FULFILLMENT_BY_TIKTOK"),
}
_FREE = ["pay", "release"]
_ARRANGED = [*_FREE, "invoice", "ship", "label"]
_DELIVERED = [*_ARRANGED, "collect", "deliver"]
#: What happens to a new order until it is in the status it is to be first seen in.
ROUTES: dict[str, list[str]] = {
    st.UNPAID: [],
    st.ON_HOLD: ["pay"],
    st.AWAITING_SHIPMENT: _FREE,
    st.AWAITING_COLLECTION: _ARRANGED,
    st.IN_TRANSIT: [*_ARRANGED, "collect"],
    st.DELIVERED: _DELIVERED,
    st.COMPLETED: [*_DELIVERED, "complete"],
    st.CANCELLED: ["overdue"],
}


def check_spec(shop: Shop, spec: Json) -> None:
    """Name the first field that is wrong and what it takes."""
    if unknown := sorted(set(spec) - set(FIELDS)):
        raise Invalid(f"unknown field {unknown[0]!r} of an order; known: {', '.join(FIELDS)}")
    if spec.get("status", st.UNPAID) not in ROUTES:
        raise Invalid(f"status must be one of {', '.join(ROUTES)}; not {spec['status']!r}")
    for name, allowed in CHOICES.items():
        if spec.get(name, allowed[0]) not in allowed:
            raise Invalid(f"{name} must be one of {', '.join(allowed)}; not {spec[name]!r}")
    count = spec.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 100_000:
        raise Invalid(f"count must be a whole number from 1 to 100000; not {count!r}")
    code = spec.get("code", "")
    if not isinstance(code, str) or code in shop.orders or (code and count > 1):
        raise Invalid(f"code {code!r} must be a text that is new, and for one order only")
    for name in ("age", "paid_ago", "shipping_fee"):
        _check_amount(name, spec.get(name, 0))
    if not isinstance(spec.get("payload", {}), dict):
        raise Invalid("payload must be an object")
    _check_items(spec.get("items", [{"sku": "0071"}]))


def _check_items(items: Any) -> None:
    if not isinstance(items, list) or not items or not all(isinstance(x, dict) and "sku" in x for x in items):
        raise Invalid('items must be a list of objects with at least "sku", and not empty')
    for item in items:
        quantity = item.get("quantity", 1)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            raise Invalid(f"items.quantity must be a whole number from 1; not {quantity!r}")
        for name in ("price", "original_price"):
            _check_amount(f"items.{name}", item.get(name, 0))


def _check_amount(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{name} must be a number from 0; not {value!r}")
