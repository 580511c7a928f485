"""What a test may say about an order it wants; everything left out gets a default."""

from typing import Any

from sandbox.errors import Invalid
from sandbox.skyhub import statuses as st
from sandbox.skyhub.quirks import QUIRKS
from sandbox.skyhub.store import Store

Json = dict[str, Any]
FIELDS = (
    "count", "code", "channel", "items", "status", "shipping_cost", "interest", "discount", "tags",
    "calculation_type", "fulfillment", "quirks", "payload", "raw", "enqueue",
)  # fmt: skip
MONEY = ("shipping_cost", "interest", "discount")
# The moves that bring a new order to the status it is to be first seen in.
ROUTES: dict[str, tuple[str, ...]] = {
    st.NEW: (),
    st.OVERDUE: (st.OVERDUE,),
    st.CANCELED: (st.CANCELED,),
    st.APPROVED: (st.APPROVED,),
    st.INVOICED: (st.APPROVED, st.INVOICED),
    st.SHIPPED: (st.APPROVED, st.INVOICED, st.SHIPPED),
    st.SHIPMENT_EXCEPTION: (st.APPROVED, st.INVOICED, st.SHIPPED, st.SHIPMENT_EXCEPTION),
    st.DELIVERED: (st.APPROVED, st.INVOICED, st.SHIPPED, st.DELIVERED),
}


def check_spec(store: Store, spec: Json) -> None:
    """Name the first field that is wrong and what it takes."""
    if unknown := sorted(set(spec) - set(FIELDS)):
        raise Invalid(f"unknown field {unknown[0]!r} of an order; known: {', '.join(FIELDS)}")
    if spec.get("status", st.NEW) not in ROUTES:
        raise Invalid(f"status must be one of {', '.join(ROUTES)}; not {spec['status']!r}")
    count = spec.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 100_000:
        raise Invalid(f"count must be a whole number from 1 to 100000; not {count!r}")
    code = spec.get("code", "")
    if not isinstance(code, str) or code in store.orders or (code and count > 1):
        raise Invalid(f"code {code!r} must be a text that is new, and for one order only")
    if "raw" in spec and not (isinstance(spec["raw"], str) and code):
        raise Invalid("raw must be the text to deliver, with a code beside it to acknowledge it by")
    _check_quirks(spec.get("quirks", []))
    _check_contents(spec)


def _check_quirks(quirks: Any) -> None:
    if not isinstance(quirks, list) or (unknown := sorted(set(map(str, quirks)) - set(QUIRKS))):
        named = f"unknown quirk {unknown[0]!r}" if isinstance(quirks, list) else "quirks must be a list"
        raise Invalid(f"{named}; known: {', '.join(QUIRKS)}")


def _check_contents(spec: Json) -> None:
    lines = spec.get("items", [{"id": "0071"}])
    if not isinstance(lines, list) or not lines or not all(isinstance(x, dict) and "id" in x for x in lines):
        raise Invalid('items must be a list of objects with at least "id" (the SKU), and not empty')
    for line in lines:
        if isinstance(line.get("qty", 1), bool) or not isinstance(line.get("qty", 1), int) or line.get("qty", 1) < 1:
            raise Invalid(f"items.qty must be a whole number from 1; not {line['qty']!r}")
        for name in ("original_price", "special_price"):
            _check_amount(f"items.{name}", line.get(name, 0))
    for name in MONEY:
        _check_amount(name, spec.get(name, 0))
    if not isinstance(spec.get("payload", {}), dict) or not isinstance(spec.get("tags", []), list):
        raise Invalid("payload must be an object, tags a list")


def _check_amount(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Invalid(f"{name} must be a number from 0; not {value!r}")
