"""Do beat and worker live, and is every queue heard?"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from config.celery import app
from config.doctor.findings import Finding, bad, good
from marketplaces.models import Heartbeat
from marketplaces.queues import all_queues

#: Names of heartbeats that beat and the worker owe us, and after how many seconds of silence something is wrong.
OWED = {"sweep": 30, "canary": 120}
#: Seconds in which workers answer.
PATIENCE = 2


def beat_and_worker_live(*, broker_answers: bool) -> Iterator[Finding]:
    """Their heartbeats; where these are old, whether it is beat that is missing. And whether every queue is heard."""
    queues = _queues_heard() if broker_answers else set()
    # By the database's clock, which wrote them: this machine's may be the one that is wrong.
    ages = dict(Heartbeat.objects.values_list("name", Now() - F("at")))
    yield from (_life("worker", "sweep", ages, alive=bool(queues)), _life("beat", "canary", ages, alive=False))
    if queues and (unheard := ",".join(sorted(set(all_queues()) - queues))):
        remedy = f"Start a worker with -Q {unheard}, or correct MARKETPLACE_QUEUES (docs/growing.md)."
        yield bad("queues", f"no worker listens to {unheard}", remedy)


def _life(subject: str, name: str, ages: dict[str, timedelta], *, alive: bool) -> Finding:
    """`alive`: it has just answered, so what its heartbeat lacks is beat's ring."""
    age = ages[name].total_seconds() if name in ages else None
    if age is not None and age <= OWED[name]:
        return good(subject, f"its heartbeat “{name}” is {max(age, 0):.0f} s old")
    if alive:
        return good(subject, "answers, but nobody rings: see beat")
    says = f"is {age:.0f} s old, {OWED[name]} s at most is right" if age is not None else "was never seen"
    remedy = f"Start `celery -A config {subject}`, exactly as docker-compose.yml does."
    return bad(subject, f"its heartbeat “{name}” {says}", remedy)


def _queues_heard() -> set[str]:
    """The queues to which workers listen; none when no worker answers."""
    try:
        answers = app.control.inspect(timeout=PATIENCE).active_queues() or {}
    except (OperationalError, OSError):
        return set()
    return {queue["name"] for queues in answers.values() for queue in queues}
