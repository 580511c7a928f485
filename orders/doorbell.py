"""The doorbell: whoever delivers channel updates or works on jobs may listen; nothing depends on being heard."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal

#: Sent after commit with `channel_id` and `due_at`: this channel has something to be told; None is at once.
updates_recorded = Signal()
#: Sent after commit with `job_id`: there is a job to work on.
job_confirmed = Signal()


def ring_on_commit(channel_id: int, *, due_at: datetime | None = None) -> None:
    """Ring once the surrounding transaction is durable. A listener that fails disturbs nobody."""
    transaction.on_commit(
        partial(updates_recorded.send_robust, sender=ring_on_commit, channel_id=channel_id, due_at=due_at),
        robust=True,
    )


def ring_for_job_on_commit(job_id: int) -> None:
    transaction.on_commit(partial(job_confirmed.send_robust, sender=ring_for_job_on_commit, job_id=job_id), robust=True)
