"""The list of orders: the SQL for what a query asks. Django would take longer to compose it than it takes to run."""

from collections.abc import Collection
from typing import Any

from orders import replica
from orders.api.compact import Members, Shown, select, shown

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


def listed(asked: dict[str, Any], channels: Collection[int], form: Members) -> list[Shown]:
    """The page, newest first, and one order more where there is one; of all channels or of some."""
    conditions = [condition for name, condition in _CONDITIONS.items() if name in asked]
    values = {**asked, "channels": list(channels), "limit": asked["limit"] + 1}
    if channels:
        conditions.append("channel_id = ANY(%(channels)s)")
    if cursor := asked.get("cursor"):
        values |= {"placed_at": cursor.placed_at, "order_id": cursor.order_id}
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"{select(form)}{where} ORDER BY placed_at DESC, id DESC LIMIT %(limit)s"
    with replica.connection().cursor() as database:  # not prepared: the best plan depends on what is asked for
        database.execute(statement, values)
        return shown(database.fetchall())
