"""What a webhook is told: the change as the feed shows it, with the order as it is now."""

from collections.abc import Collection

import msgspec

from orders.api import feed
from orders.models import OrderEvent


def messages(event_ids: Collection[int]) -> dict[int, tuple[str, bytes]]:
    """By event: the message's id, the same at every attempt, and its body."""
    events = list(OrderEvent.objects.filter(pk__in=event_ids).values(*feed.COLUMNS))
    return {
        event["id"]: (
            f"msg_{change['position']}",
            msgspec.json.encode({"type": f"order.{change['kind'].lower()}", "timestamp": change["at"], "data": change}),
        )
        for event, change in zip(events, feed.with_orders(events), strict=True)
    }
