"""Work on many orders outlives whoever does it, and no order is done twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from orders import jobs, verbs
from orders.jobs import NewRow, engine
from orders.models import Job, JobFile, JobRow, Order
from orders.status import Status
from tests.factories import WAREHOUSE, make_order

pytestmark = pytest.mark.django_db
Outcome = JobRow.Outcome


@pytest.fixture
def user() -> User:
    return User.objects.create_user("maria", is_staff=True)


def canceling(user: User, orders: list[Order], *, confirmed: bool = True) -> Job:
    job = jobs.draft("cancel", [NewRow(label=order.code, order_id=order.pk) for order in orders], user=user)
    if confirmed:
        jobs.confirm(job, data={"reason": "Sem estoque"})
    return job


def outcomes(job: Job) -> list[str]:
    return list(job.rows.order_by("position").values_list("outcome", flat=True))


def test_a_draft_does_nothing_until_it_is_confirmed(user: User) -> None:
    order = make_order()
    job = canceling(user, [order], confirmed=False)

    jobs.work(job.pk)

    assert jobs.due() == []
    order.refresh_from_db()
    assert order.status == Status.APPROVED


def test_every_row_has_its_own_result_and_the_person_is_named(user: User) -> None:
    good, done, shipped = make_order(), make_order(), make_order(status=Status.SHIPPED)
    verbs.cancel(done, reason="Antes", by=WAREHOUSE)
    job = canceling(user, [good, done, shipped])

    jobs.work(job.pk)

    assert outcomes(job) == [Outcome.DONE, Outcome.UNCHANGED, Outcome.FAILED]
    assert "Enviado" in job.rows.get(position=2).words
    assert good.events.latest("id").by_name == "maria"
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.lease_until is None


def test_confirming_twice_is_confirming_once(user: User) -> None:
    job = canceling(user, [make_order()])

    assert not jobs.confirm(job, data={"reason": "Outro"})
    assert Job.objects.get().data == {"reason": "Sem estoque"}


def test_a_worker_that_is_stopped_leaves_the_rest_for_the_next_one(user: User) -> None:
    job = canceling(user, [make_order() for _ in range(3)])
    looks = iter([False, True])

    jobs.work(job.pk, stopping=lambda: next(looks))

    assert outcomes(job) == [Outcome.DONE, Outcome.WAITING, Outcome.WAITING]
    assert jobs.due() == [job.pk]
    jobs.work(job.pk)
    assert outcomes(job) == [Outcome.DONE] * 3


def test_a_killed_workers_job_is_taken_over_when_its_lease_ends(user: User) -> None:
    job = canceling(user, [make_order() for _ in range(2)])
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=30), lease_token=1)
    JobRow.objects.filter(position=0).update(outcome=Outcome.DONE)

    jobs.work(job.pk)
    assert outcomes(job) == [Outcome.DONE, Outcome.WAITING]
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.due() == [job.pk]
    jobs.work(job.pk)

    assert outcomes(job) == [Outcome.DONE, Outcome.DONE]


def test_a_row_that_meets_a_bug_is_named_and_the_others_go_on(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_order(), make_order()

    def work(task: Any) -> None:
        verbs.cancel(task.order, reason="x", by=task.by)
        if task.order == first:
            raise RuntimeError("a bug")

    monkeypatch.setitem(jobs.KINDS, "cancel", jobs.Kind(name="cancel", work=work))
    job = canceling(user, [first, second])

    jobs.work(job.pk)

    assert outcomes(job) == [Outcome.FAILED, Outcome.DONE]
    first.refresh_from_db()
    assert first.status == Status.APPROVED  # what the bug interrupted is undone


def test_a_finished_job_has_its_file_and_is_forgotten_with_it(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(job: Job) -> JobFile:
        return JobFile(name="x.txt", content_type="text/plain", content=str(job.rows.count()).encode())

    kind = jobs.Kind(name="paper", work=lambda task: None, finish=finish)
    monkeypatch.setitem(jobs.KINDS, "paper", kind)
    job = jobs.draft("paper", [NewRow(label="a"), NewRow(label="b")], user=user)
    jobs.confirm(job, data={})
    jobs.work(job.pk)

    assert bytes(JobFile.objects.get(job=job).content) == b"2"
    assert jobs.forget_old() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert jobs.forget_old() > 0
    assert not JobFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_overlap_do_every_row_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [make_order(items=[("A", 1)]) for _ in range(10)]
    job = canceling(user, orders)
    monkeypatch.setattr(engine, "FREE", engine.Q())  # as if each lease had ended the moment it was taken

    def run() -> None:
        jobs.work(job.pk)
        connection.close()

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    jobs.work(job.pk)
    assert outcomes(job) == [Outcome.DONE] * 10
    assert all(order.events.filter(kind="CANCELED").count() == 1 for order in orders)
