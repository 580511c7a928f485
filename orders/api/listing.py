"""The list of orders: the SQL for what a query asks. Django would take longer to compose it than it takes to run."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders import replica
from orders.api.compact import SELECT, compact
from orders.api.positions import Cursor
from orders.api.queries import View
from orders.api.representation import SELECT_WHOLE, whole

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


@dataclass(frozen=True, slots=True)
class Listed:
    order: Any  #: as the renderer passes it on
    cursor: Cursor  #: its place


def listed(asked: dict[str, Any], channels: Collection[int]) -> list[Listed]:
    """The page, newest first, and one order more where there is one; of all channels or of some."""
    if asked["view"] == View.FULL:
        orders = [whole(text) for (text,) in _found(SELECT_WHOLE, asked, channels)]
        return [Listed(order, _cursor(order["placed_at"], order["id"])) for order in orders]
    return [Listed(order, _cursor(order.placed_at, order.id)) for order in compact(_found(SELECT, asked, channels))]


def _cursor(placed_at: str, order_id: int) -> Cursor:
    return Cursor(datetime.fromisoformat(placed_at), order_id)


def _found(select: str, asked: dict[str, Any], channels: Collection[int]) -> list[Any]:
    conditions = [condition for name, condition in _CONDITIONS.items() if name in asked]
    values = {**asked, "channels": list(channels), "limit": asked["limit"] + 1}
    if channels:
        conditions.append("channel_id = ANY(%(channels)s)")
    if cursor := asked.get("cursor"):
        values |= {"placed_at": cursor.placed_at, "order_id": cursor.order_id}
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    with replica.connection().cursor() as database:  # not prepared: the best plan depends on what is asked for
        database.execute(f"{select} {where} ORDER BY placed_at DESC, id DESC LIMIT %(limit)s", values)
        found: list[Any] = database.fetchall()
    return found
