"""What a test may say about an order it wants; everything left out gets a default."""

from typing import Any

from sandbox.errors import Invalid
from sandbox.shopee import statuses as st
from sandbox.shopee.channels import CHANNELS
from sandbox.shopee.shop import Shop

Json = dict[str, Any]
FIELDS = (
    "count", "code", "status", "channel", "items", "shipping_fee", "message", "age", "paid_ago", "invoiced", "payload",
)  # fmt: skip
_PAID: list[tuple[str, Json]] = [("pay", {})]
_PROCESSED: list[tuple[str, Json]] = [*_PAID, ("arrange", {}), ("track", {})]
_SHIPPED: list[tuple[str, Json]] = [*_PROCESSED, ("pickup", {})]
_DELIVERED: list[tuple[str, Json]] = [*_SHIPPED, ("deliver", {})]
# What happens to a new order until it is in the status it is to be first seen in.
ROUTES: dict[str, list[tuple[str, Json]]] = {
    st.UNPAID: [],
    st.PENDING: [("hold", {})],
    st.READY_TO_SHIP: _PAID,
    st.PROCESSED: _PROCESSED,
    st.RETRY_SHIP: [*_PROCESSED, ("pickup_failed", {})],
    st.SHIPPED: _SHIPPED,
    st.TO_CONFIRM_RECEIVE: _DELIVERED,
    st.COMPLETED: [*_DELIVERED, ("complete", {})],
    st.IN_CANCEL: [*_PAID, ("ask_cancel", {})],
    st.CANCELLED: [("overdue", {})],
    st.TO_RETURN: [*_DELIVERED, ("ask_return", {})],
}


def check_spec(shop: Shop, spec: Json) -> None:
    """Name the first field that is wrong and what it takes."""
    if unknown := sorted(set(spec) - set(FIELDS)):
        raise Invalid(f"unknown field {unknown[0]!r} of an order; known: {', '.join(FIELDS)}")
    if spec.get("status", st.UNPAID) not in ROUTES:
        raise Invalid(f"status must be one of {', '.join(ROUTES)}; not {spec['status']!r}")
    if spec.get("channel", "padrao") not in CHANNELS:
        raise Invalid(f"channel must be one of {', '.join(CHANNELS)}; not {spec['channel']!r}")
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
