"""How jobs are worked on: by one worker at a time, row by row, and by another one where the first was killed."""

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from orders.doorbell import ring_for_job_on_commit
from orders.errors import AlreadyDone, OrderError
from orders.jobs.kinds import KINDS, Kind, NewRow, Outcome, Result, Task
from orders.models import Actor, Job, JobFile, JobRow

logger = logging.getLogger(__name__)

#: A killed worker's job is taken over after so long.
LEASE = timedelta(seconds=30)
RENEW_SECONDS = 5.0
#: A worker's turn at a long job; then others come first.
TURN_SECONDS = 20.0
DRAFTS_KEPT = timedelta(days=1)
KEPT = timedelta(days=30)
FREE = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())


@transaction.atomic
def draft(kind: str, rows: Iterable[NewRow], *, user: Any, data: Mapping[str, Any] | None = None) -> Job:
    """Write down what is asked for; nothing happens before it is confirmed."""
    job = Job.objects.create(kind=kind, user=user, by_name=user.get_username(), data=dict(data or {}))
    JobRow.objects.bulk_create(
        (
            JobRow(
                job=job,
                position=position,
                order_id=row.order_id,
                label=row.label[:200],
                data=dict(row.data),
                content=row.content,
            )
            for position, row in enumerate(rows)
        ),
        batch_size=500,
    )
    return job


@transaction.atomic
def confirm(
    job: Job, *, data: Mapping[str, Any], rows: Mapping[int, Mapping[str, Any]] | None = None, ring: bool = True
) -> bool:
    """Let it be worked on; False when it was confirmed before. `rows` has what single rows need, by position.

    Who works on it at once, in the same process, need not `ring`.
    """
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.DRAFT)
    if not waiting.update(state=Job.State.QUEUED, confirmed_at=Now(), data={**job.data, **data}):
        return False
    if rows:
        changed = list(job.rows.filter(position__in=rows.keys()))
        for row in changed:
            row.data = dict(rows[row.position])
        JobRow.objects.bulk_update(changed, ["data"], batch_size=500)
    if ring:
        ring_for_job_on_commit(job.pk)
    return True


def due() -> list[int]:
    """Jobs that nobody works on, the oldest first."""
    return list(Job.objects.filter(FREE, state=Job.State.QUEUED).order_by("id").values_list("pk", flat=True)[:100])


def work(job_id: int, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Work on a job for a while; does nothing where another worker does. What is left is due again."""
    token = secrets.randbits(62)
    mine = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if not mine.filter(FREE).update(lease_until=Now() + LEASE, lease_token=token):
        return
    held = mine.filter(lease_token=token)
    with translation.override(settings.LANGUAGE_CODE):
        finished = _work_rows(
            Job.objects.get(pk=job_id), lambda: bool(held.update(lease_until=Now() + LEASE)), stopping
        )
    if finished:
        _finish(Job.objects.get(pk=job_id), token)
    elif held.update(lease_until=None):
        ring_for_job_on_commit(job_id)


def _work_rows(job: Job, renew: Callable[[], bool], stopping: Callable[[], bool]) -> bool:
    """True once no row is waiting."""
    kind, by = KINDS[job.kind], Actor.user(job.by_name)
    started = renewed = time.monotonic()
    for row_id in job.rows.filter(outcome=Outcome.WAITING).order_by("position").values_list("pk", flat=True):
        now = time.monotonic()
        if stopping() or now - started > TURN_SECONDS:
            return False
        if now - renewed > RENEW_SECONDS:
            renewed = now
            if not renew():
                return False
        _work_row(kind, job, row_id, by)
    return True


@transaction.atomic
def _work_row(kind: Kind, job: Job, row_id: int, by: Actor) -> None:
    # Locked and looked at again: a worker that overslept its lease and its successor do no row twice.
    rows = JobRow.objects.select_for_update(of=("self",)).select_related("order__channel")
    row = rows.filter(pk=row_id, outcome=Outcome.WAITING).first()
    if row is None:
        return
    result = _result(kind, Task(job, row, by))
    row.outcome, row.words, row.content = result.outcome, result.words, result.content
    row.order = result.order or row.order
    row.save(update_fields=["outcome", "words", "content", "order"])


def _result(kind: Kind, task: Task) -> Result:
    try:
        with transaction.atomic():
            return kind.work(task) or Result(_("Done."))
    except AlreadyDone as error:
        return Result(error.message, Outcome.UNCHANGED)
    except OrderError as error:
        return Result(error.message, Outcome.FAILED)
    except Exception:
        # One row's bug is not the others'; the log has it whole.
        logger.exception("job.row_failed job=%s row=%s", task.job.pk, task.row.pk)
        return Result(_("Despacho failed with this one; nothing was changed. Try it alone."), Outcome.FAILED)


@transaction.atomic
def _finish(job: Job, token: int) -> None:
    done = Job.objects.filter(pk=job.pk, lease_token=token, state=Job.State.QUEUED)
    if not done.update(state=Job.State.DONE, finished_at=Now(), lease_until=None):
        return
    if file := KINDS[job.kind].finish(job):
        JobFile.objects.filter(job=job).delete()
        file.job = job
        file.save(force_insert=True)
        job.rows.filter(content__isnull=False).update(content=None)


def forget_old() -> int:
    """Drafts that nobody confirmed and jobs long done, with their files; returns how many."""
    old = Q(state=Job.State.DRAFT, created_at__lt=Now() - DRAFTS_KEPT)
    old |= Q(state=Job.State.DONE, finished_at__lt=Now() - KEPT)
    gone, _by_table = Job.objects.filter(old).delete()
    return gone
