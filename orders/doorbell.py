"""The doorbell: whoever delivers channel updates may listen; nothing depends on anybody hearing it."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal

#: Sent after commit with `channel_id` and `due_at`: this channel has something to be told; None is at once.
updates_recorded = Signal()


def ring_on_commit(channel_id: int, *, due_at: datetime | None = None) -> None:
    """Ring once the surrounding transaction is durable. A listener that fails disturbs nobody."""
    transaction.on_commit(
        partial(updates_recorded.send_robust, sender=ring_on_commit, channel_id=channel_id, due_at=due_at),
        robust=True,
    )
