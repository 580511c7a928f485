"""The doorbell: whoever delivers channel updates may listen; nothing depends on anybody hearing it."""

from functools import partial

from django.db import transaction
from django.dispatch import Signal

#: Sent after commit with `channel_id`: this channel has something to be told, due now or soon.
updates_recorded = Signal()


def ring_on_commit(channel_id: int) -> None:
    """Ring once the surrounding transaction is durable. A listener that fails disturbs nobody."""
    transaction.on_commit(
        partial(updates_recorded.send_robust, sender=ring_on_commit, channel_id=channel_id), robust=True
    )
