"""Do beat and worker live, and is every queue heard?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from config.celery import app
from config.doctor.findings import Finding, bad, good, odd
from marketplaces.models import Heartbeat
from marketplaces.queues import all_queues

#: Beat rings for the sweep every two seconds, and the worker writes down each.
LATE = timedelta(seconds=30)
#: Beat rings for the canary every 30 seconds; what sweeps in beat's place has none.
CANARY_LATE = timedelta(seconds=120)
NEVER = timedelta(days=36_500)
#: Seconds in which workers answer.
PATIENCE = 2
#: What works without either of them.
PUMP = "`python manage.py pump`"


def beat_and_worker_live(*, broker_answers: bool) -> Iterator[Finding]:
    """Whether beat's rings are heard; where they are not, which of the two it is. And whether every queue is heard."""
    queues = _queues_heard() if broker_answers else set()
    # By the database's clock, which wrote them: this machine's may be the one that is wrong.
    ages = dict(Heartbeat.objects.values_list("name", Now() - F("at")))
    heard = f"last heard {max(ages['sweep'].total_seconds(), 0):.0f} s ago" if "sweep" in ages else "never heard"
    if ages.get("sweep", NEVER) <= LATE:
        yield from _swept(ages, heard, answers=bool(queues) or not broker_answers)
    elif not broker_answers:
        yield odd("worker, beat", f"beat was {heard}: see broker", "Both find it again by themselves.")
    else:
        yield from _who_is_silent(ages, heard, answers=bool(queues))
    if queues and (unheard := ",".join(sorted(set(all_queues()) - queues))):
        remedy = f"Start a worker with -Q {unheard}, or correct MARKETPLACE_QUEUES (docs/growing.md)."
        yield bad("queues", f"no worker listens to {unheard}", remedy)


def _swept(ages: dict[str, timedelta], heard: str, *, answers: bool) -> Iterator[Finding]:
    if answers:
        yield good("worker", f"beat was {heard}")
    else:
        says = f"does not answer, though beat was {heard}: it is busy, has just ended, or {PUMP} stands in"
        yield odd("worker", says, "Look again in a minute.")
    if ages.get("canary", timedelta()) <= CANARY_LATE:
        yield good("beat", f"was {heard}")
    else:
        yield odd("beat", f"its canary is late: it began just now, or {PUMP} stands in", "Look again in a minute.")


def _who_is_silent(ages: dict[str, timedelta], heard: str, *, answers: bool) -> Iterator[Finding]:
    """Of a beat that was not heard for too long, and a worker that `answers` or does not."""
    if not answers:
        yield bad("worker", f"no worker answers; beat was {heard}", _start("worker"))
        yield odd("beat", "whether it rings cannot be seen while no worker answers", "See worker, then look again.")
    elif (waiting := _waiting()) or ages.get("canary", NEVER) + LATE < ages.get("sweep", NEVER):
        # What waits has not been worked off, or beat rang for the canary long after the last sweep that was done.
        says = f"answers, but beat was {heard} and {waiting} messages wait: its tasks fail, hang, or are too many"
        yield bad("worker", says, "Look again in a minute, then read its log and restart it, or start more of them.")
        yield odd("beat", "whether it rings cannot be seen while the worker is behind", "See worker, then look again.")
    else:
        yield good("worker", "answers, but nobody rings: see beat")
        yield bad("beat", f"is silent: {heard}, and it should ring every 2 s", _start("beat"))


def _start(subject: str) -> str:
    how = f"`docker compose restart {subject}`, or `celery -A config {subject}` exactly as docker-compose.yml does"
    return f"Start it: {how}. Its log says why it ended. Nothing is lost; until then {PUMP} can stand in."


def _waiting() -> int:
    """How many messages are in the queue that beat rings in."""
    with app.connection_for_read() as connection:
        try:
            channel: Any = connection.default_channel  # kombu's types leave out what its channels do
            return int(channel.queue_declare(queue=settings.CELERY_TASK_DEFAULT_QUEUE, passive=True).message_count)
        except Exception:  # kombu's and amqp's: one that is empty may not exist
            return 0


def _queues_heard() -> set[str]:
    """The queues to which workers listen; none when no worker answers."""
    try:
        answers = app.control.inspect(timeout=PATIENCE).active_queues() or {}
    except (OperationalError, OSError):
        return set()
    return {queue["name"] for queues in answers.values() for queue in queues}
