"""What a webhook is told: the change as the feed shows it, with the order as it is now."""

from collections.abc import Collection

import msgspec

from orders.api import feed
from orders.api.representation import compact_orders
from orders.models import Order, OrderEvent


def messages(event_ids: Collection[int]) -> dict[int, tuple[str, bytes]]:
    """By event: the message's id, the same at every attempt, and its body."""
    events = list(OrderEvent.objects.filter(pk__in=event_ids).values(*feed.COLUMNS))
    known = compact_orders(Order.objects.filter(pk__in={event["order_id"] for event in events}))
    orders = {order["id"]: order for order in known}
    changes = {event["id"]: feed.change(event, orders[event["order_id"]]) for event in events}
    return {
        event_id: (
            f"msg_{change['position']}",
            msgspec.json.encode({"type": f"order.{change['kind'].lower()}", "timestamp": change["at"], "data": change}),
        )
        for event_id, change in changes.items()
    }
