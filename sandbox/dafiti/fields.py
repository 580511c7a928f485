"""Reading bodies and queries strictly: what is missing or of another type is a violation that names it."""

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.call import Call
from sandbox.dafiti.order import Order, Unit
from sandbox.dafiti.reply import Refused, violation
from sandbox.dafiti.seller import Seller

Json = dict[str, Any]
INTEGER = "This value should be of type integer."


def arg(call: Call, name: str) -> str:
    return call.query.get(name, [""])[-1]


def args(call: Call, name: str) -> list[str]:
    """An array: `name[]`, once for each value."""
    return call.query.get(f"{name}[]", [])


def whole(call: Call, name: str, *, most: float = 0) -> int:
    text = arg(call, name)
    if not text:
        raise violation(name, "This value should not be blank.")
    if not text.isdecimal():
        raise violation(name, INTEGER)
    if most and int(text) > most:
        raise violation(name, f"This value should be {most:.0f} or less.")
    return int(text)


def numbers(values: list[str], name: str) -> set[int]:
    if not all(value.isdecimal() for value in values):
        raise violation(f"{name}[]", INTEGER)
    return {int(value) for value in values}


def window(call: Call, first: str, last: str) -> tuple[float, float]:
    """Dates are whole days: from their first to their last second."""
    start, end = arg(call, first), arg(call, last)
    return (_moment(start, first, "T00:00:00Z") if start else 0.0, _moment(end, last, "T23:59:59Z") if end else 1e12)


def _moment(text: str, name: str, time_of_day: str) -> float:
    text = text + time_of_day if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise violation(name, "This value is not a valid datetime.") from None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).timestamp()


def text_of(call: Call, name: str, *, required: bool = False, most: int = 500) -> str:
    value = call.document.get(name)
    if value is None or value == "":
        if required:
            raise violation(name, "This value should not be blank.")
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise violation(name, "This value should be of type string.")
    return value


def ids_of(call: Call, name: str = "orderItemIds") -> list[int]:
    found = call.document.get(name)
    if not isinstance(found, list) or not found:
        raise violation(name, "This value should not be blank.")
    for index, value in enumerate(found):
        if isinstance(value, bool) or not isinstance(value, int):
            raise violation(f"{name}[{index}]", INTEGER)
    return found


def rows_of(call: Call, key: str) -> list[Json]:
    """`orderItems`, whose id is spelled differently from call to call."""
    rows = call.document.get("orderItems")
    if not isinstance(rows, list) or not rows:
        raise violation("orderItems", "This value should not be blank.")
    for index, row in enumerate(rows):
        value = row.get(key) if isinstance(row, dict) else None
        if isinstance(value, bool) or not isinstance(value, int):
            raise violation(f"orderItems[{index}].{key}", INTEGER)
    return rows


def units_of_one_order(seller: Seller, call: Call, ids: list[int]) -> tuple[Order, list[Unit]]:
    """Raises Refused: unknown ids, or ids of several orders."""
    found = [(order, unit) for order in seller.orders.values() for unit in order.units if unit.id in ids]
    known = {unit.id for _, unit in found}
    for unit_id in ids:
        if unit_id not in known:
            raise Refused("Order item was not found", title="Not found", code="E023", unit=unit_id)
    orders = {order.id: order for order, _ in found}
    if len(orders) > 1:
        raise Refused("All order items must be from the same order", code="E029", unit=ids[0])
    (order,) = orders.values()
    call.code = order.code
    return order, [unit for _, unit in found]
