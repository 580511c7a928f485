"""What a webhook is told: the change as the feed shows it, with the order as it is now."""

from collections.abc import Collection

import msgspec

from orders.api import feed
from orders.api.positions import Position


def messages(event_ids: Collection[int]) -> dict[int, tuple[str, bytes]]:
    """By event: the message's id, the same at every attempt, and its body."""
    return {
        Position.parse(change.position).event_id: (f"msg_{change.position}", _body(change))
        for change in feed.changes_of(event_ids)
    }


def _body(change: feed.Change) -> bytes:
    return msgspec.json.encode({"type": f"order.{change.kind.lower()}", "timestamp": change.at, "data": change})
