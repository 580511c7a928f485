"""The list of orders: the SQL for what a query asks. Django would take longer to compose it than it takes to run."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orders import replica
from orders.api.compact import SELECT, compact
from orders.api.positions import Cursor
from orders.api.queries import View
from orders.api.representation import SELECT_WHOLE, whole
from orders.statements import execute

#: By the name of a parameter (queries.OrderQuery); together they all must hold.
_CONDITIONS = {
    "status": "status = ANY(%(status)s)",
    "fulfillment": "fulfillment = %(fulfillment)s",
    "channel": "channel_id = %(channel)s",
    "code": "code = %(code)s",
    "updated_since": "changed_at >= %(updated_since)s",
    "ship_by_before": "ship_by < %(ship_by_before)s",
    "ship_by_from": "ship_by >= %(ship_by_from)s",
    "sku": "EXISTS (SELECT 1 FROM orders_orderitem AS i WHERE i.order_id = orders_order.id AND i.sku = %(sku)s)",
    "cursor": "(placed_at, id) < (%(placed_at)s, %(order_id)s)",
}


#: The whole list: one plan serves every page of it. Where more is asked for the best plan depends on the values.
_WHOLE = {"cursor"}


def listed(asked: dict[str, Any], channels: Collection[int]) -> tuple[list[Any], Cursor | None]:
    """The page, newest first, of all channels or of some, as the renderer passes it on; and where the next goes on."""
    rows, limit = _found(asked, channels), asked["limit"]
    page = rows[:limit]
    orders: list[Any] = [whole(text) for (text,) in page] if asked["view"] == View.FULL else compact(page)
    return orders, _place(orders[-1]) if len(rows) > limit else None


def _place(order: Any) -> Cursor:
    at, pk = (order["placed_at"], order["id"]) if isinstance(order, dict) else (order.placed_at, order.id)
    return Cursor(datetime.fromisoformat(at), pk)


def _found(asked: dict[str, Any], channels: Collection[int]) -> list[Any]:
    """The page and, where there is one, an order more."""
    select = SELECT_WHOLE if asked["view"] == View.FULL else SELECT
    filters = {name: condition for name, condition in _CONDITIONS.items() if name in asked}
    values = {**asked, "channels": list(channels)}
    if channels:
        filters["channels"] = "channel_id = ANY(%(channels)s)"
    if cursor := asked.get("cursor"):
        values |= {"placed_at": cursor.placed_at, "order_id": cursor.order_id}
    where = f"WHERE {' AND '.join(filters.values())}" if filters else ""
    # A number, for a plan that does not know how few are wanted would read and sort them all.
    statement = f"{select} {where} ORDER BY placed_at DESC, id DESC LIMIT {asked['limit'] + 1:d}"
    if filters.keys() <= _WHOLE:
        return execute(statement, using=replica.connection(), **values)
    with replica.connection().cursor() as database:
        database.execute(statement, values)
        found: list[Any] = database.fetchall()
    return found
