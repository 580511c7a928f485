"""What an operator would look at first, looked at in one go: `manage.py doctor`. Every finding says what to do.

Nothing is changed, and every look is bounded in time.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.db import DatabaseError

from config.doctor.findings import Finding, Verdict, bad, first_line, good, odd
from config.doctor.outside import accounts_answer, credentials_can_be_read, webhooks_arrive
from config.doctor.servers import broker_answers, database_answers
from config.doctor.workers import beat_and_worker_live

__all__ = ["Finding", "Verdict", "examine"]

#: Django's checks that HTTPS=1 answers, all of them.
PLAIN_HTTP = {"security.W004", "security.W008", "security.W012", "security.W016"}


def examine() -> Iterator[Finding]:
    """All findings, in the order in which they depend on each other. Without a database the rest is left out."""
    yield from settings_are_right()
    broker = list(broker_answers())
    yield from broker
    database = list(database_answers())
    yield from database
    if _is_well("database", database):
        yield from _guarded(partial(beat_and_worker_live, broker_answers=_is_well("broker", broker)))
        for look in (credentials_can_be_read, accounts_answer, webhooks_arrive):
            yield from _guarded(look)


def _is_well(subject: str, findings: Iterable[Finding]) -> bool:
    return not any(finding.subject == subject and finding.verdict is Verdict.BAD for finding in findings)


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A look that breaks is a finding as well: the others still happen."""
    try:
        yield from look()
    except DatabaseError as error:
        yield bad("database", first_line(error), "Run `python manage.py migrate`, then look again.")


def settings_are_right() -> Iterator[Finding]:
    problems = [message for message in run_checks(include_deployment_checks=not settings.DEBUG) if message.level >= 30]
    if not problems:
        yield good("settings", "Django's checks find nothing")
    if any(problem.id in PLAIN_HTTP for problem in problems):
        says = "HTTPS is 0: passwords and sessions can be read on their way"
        yield odd(
            "settings", says, "Set HTTPS=1, behind a proxy that speaks HTTPS. At home on one machine it may be 0."
        )
    for problem in problems:
        if problem.id not in PLAIN_HTTP:
            yield odd("settings", f"{problem.msg} ({problem.id})", problem.hint or "See docs/configuration.md.")
    if finders.find("orders/backoffice.css") is None:
        yield bad("settings", "the admin's style sheets are not found", "Install the whole tree, static/ included.")
