"""What an operator would look at first, looked at in one go: `manage.py doctor`. Every finding says what to do.

Nothing is changed, and every look is bounded in time.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from urllib.parse import urlsplit

import httpx
import redis
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from config import doctor_queues
from marketplaces import registry
from marketplaces.connection import check
from marketplaces.models import AccessToken, Account, Heartbeat

OLDEST_POSTGRES = 15
TIMEOUT = 5.0  #: seconds for one look at something that may not answer
#: Marketplaces refuse a signature that is five minutes old, leases count in seconds.
CLOCK_TOLERANCE = timedelta(seconds=5)
#: Names of heartbeats that beat and the worker owe us, and after how many seconds of silence something is wrong.
OWED = {"sweep": 30, "canary": 120}


class Verdict(Enum):
    GOOD = "ok"
    ODD = "warning"
    BAD = "PROBLEM"


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    verdict: Verdict
    says: str
    remedy: str = ""


def good(subject: str, says: str) -> Finding:
    return Finding(subject, Verdict.GOOD, says)


def odd(subject: str, says: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.ODD, says, remedy)


def bad(subject: str, says: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.BAD, says, remedy)


def examine() -> Iterator[Finding]:
    """All findings, in the order in which they depend on each other. Without a database the rest is left out."""
    yield from settings_are_right()
    yield from broker_answers()
    reached = True
    for finding in database_answers():
        reached = reached and not (finding.subject == "database" and finding.verdict is Verdict.BAD)
        yield finding
    if reached:
        looks = beat_and_worker_live, every_queue_is_heard, credentials_can_be_read, accounts_answer, webhooks_arrive
        for look in looks:
            yield from _guarded(look)


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A look that breaks is a finding as well: the others still happen."""
    try:
        yield from look()
    except DatabaseError as error:
        yield bad("database", _first_line(error), "Run `python manage.py migrate`, then look again.")


def settings_are_right() -> Iterator[Finding]:
    problems = [message for message in run_checks(include_deployment_checks=not settings.DEBUG) if message.level >= 30]
    for problem in problems:
        yield odd("settings", f"{problem.msg} ({problem.id})", problem.hint or "See docs/configuration.md.")
    if not problems:
        yield good("settings", "Django's checks find nothing")
    if finders.find("orders/backoffice.css") is None:
        yield bad("settings", "the admin's style sheets are not found", "Install the whole tree, static/ included.")


def broker_answers() -> Iterator[Finding]:
    place = urlsplit(settings.REDIS_URL)
    subject, where = "broker", f"{place.hostname}:{place.port or 6379}"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as broker:
            asked = time.monotonic()
            seconds, micros = broker.time()
            took = time.monotonic() - asked
            policy = broker.config_get("maxmemory-policy").get("maxmemory-policy", "")
    except (redis.RedisError, OSError) as error:
        remedy = "Start it, or correct REDIS_URL. Meanwhile nothing is lost; `python manage.py pump` works without it."
        yield bad(subject, f"{where} does not answer: {_first_line(error)}", remedy)
        return
    yield good(subject, f"{where} answers in {took * 1000:.0f} ms")
    if problem := doctor_queues.rabbit_problem(settings.BROKER_URL, seconds=TIMEOUT):
        yield bad(subject, f"RabbitMQ does not answer: {problem}", "Start it, or correct BROKER_URL.")
    if policy not in ("", "noeviction"):
        yield odd(subject, f"maxmemory-policy is {policy}: it may throw rings away", "Set it to noeviction.")
    yield _clock("broker", datetime.fromtimestamp(seconds + micros / 1e6, UTC))


def database_answers() -> Iterator[Finding]:
    subject = "database"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp(), current_setting('server_version_num')::int / 10000")
            now, version = cursor.fetchone()
            cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
            commit, fsync = cursor.fetchone()
        plan = MigrationExecutor(connection)
        waiting = plan.migration_plan(plan.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield bad(subject, f"does not answer: {_first_line(error)}", "Start PostgreSQL, or correct DATABASE_URL.")
        return
    if version < OLDEST_POSTGRES:
        yield bad(subject, f"PostgreSQL {version} is too old", f"Upgrade to {OLDEST_POSTGRES} or newer.")
    else:
        yield good(subject, f"PostgreSQL {version} answers")
    if waiting:
        yield bad(subject, f"{len(waiting)} migrations are missing", "Run `python manage.py migrate`.")
    if commit == "off" or fsync == "off":
        yield odd(
            subject,
            f"synchronous_commit is {commit}, fsync is {fsync}: a crash would lose orders that were acknowledged",
            "Set both to on, except where the data may be lost (tests).",
        )
    yield _clock("database", now)


def beat_and_worker_live() -> Iterator[Finding]:
    known = dict(Heartbeat.objects.values_list("name", "at"))
    for name, seconds in OWED.items():
        subject = {"sweep": "worker", "canary": "beat"}[name]
        remedy = "Start `celery -A config worker` and `celery -A config beat` (exactly as docker-compose.yml does)."
        at = known.get(name)
        if at is None:
            yield bad(subject, f"its heartbeat “{name}” was never seen", remedy)
        elif (age := (timezone.now() - at).total_seconds()) > seconds:
            yield bad(subject, f"its heartbeat “{name}” is {age:.0f} s old, {seconds} s at most is right", remedy)
        else:
            yield good(subject, f"its heartbeat “{name}” is {max(age, 0):.0f} s old")


def every_queue_is_heard() -> Iterator[Finding]:
    """A marketplace whose queue nobody listens to stands still. Silent where no worker answers: others told that."""
    unheard = ",".join(doctor_queues.unheard_queues(seconds=2))
    if unheard:
        remedy = f"Start a worker with -Q {unheard}, or correct MARKETPLACE_QUEUES (docs/growing.md)."
        yield bad("queues", f"no worker listens to {unheard}", remedy)


def credentials_can_be_read() -> Iterator[Finding]:
    """Stored secrets open with the keys of this process."""
    try:
        read = len(list(Account.objects.all())) + len(list(AccessToken.objects.all()))
    except ImproperlyConfigured as error:
        yield bad("keys", str(error), "FIELD_ENCRYPTION_KEYS takes several keys, newest first, separated by commas.")
    else:
        yield good("keys", f"{read} stored secrets can be decrypted")


def accounts_answer() -> Iterator[Finding]:
    try:
        accounts = list(Account.objects.select_related("channel").order_by("channel__code"))
    except ImproperlyConfigured:
        return  # credentials_can_be_read told
    if not accounts:
        yield odd("accounts", "none is connected", "Connect one in the back office under “Contas”.")
    for account in accounts:
        subject = f"account {account.channel.code}"
        if account.is_paused:
            yield odd(
                subject, f"is paused: {account.get_pause_reason_display()}", "Resume it on its page in the admin."
            )
        elif problem := check(account):
            yield bad(subject, problem, "Correct address and credentials on its page in the admin.")
        else:
            yield good(subject, "address and credentials are right")
        if account.production and not account.effective_base_url.startswith("https://"):
            yield odd(
                subject, "speaks plain HTTP: credentials can be read on the way", "Let its address begin with https://."
            )
        if drift := _marketplace_clock(account):
            yield drift


def _marketplace_clock(account: Account) -> Finding | None:
    """Every web server tells the time in its answers, whatever it answers."""
    url = account.base_url or registry.adapter_class(account.connector).base_url
    try:
        told = httpx.get(url, timeout=TIMEOUT).headers.get("date", "")
        finding = _clock(f"account {account.channel.code}", parsedate_to_datetime(told))
    except (httpx.HTTPError, ValueError):
        return None  # its own check tells more
    return finding if finding.verdict is Verdict.BAD else None


def webhooks_arrive() -> Iterator[Finding]:
    """Ask for our own door by the address that marketplaces know."""
    ringing = [name for name in registry.CONNECTORS if registry.adapter_class(name).overrides("verify")]
    channels = list(
        Account.objects.filter(connector__in=ringing).order_by("channel__code").values_list("channel__code", flat=True)
    )
    if not channels:
        return
    if not settings.PUBLIC_URL:
        remedy = (
            "Set PUBLIC_URL to the address by which marketplaces reach this hub. Until then polling finds all orders."
        )
        yield odd("webhooks", "PUBLIC_URL is not set", remedy)
        return
    url = settings.PUBLIC_URL + reverse("webhook", args=[channels[0]])
    try:
        answer = httpx.get(url, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        yield bad("webhooks", f"{url} cannot be reached: {_first_line(error)}", "Check name, certificate and proxy.")
        return
    # The door takes POST alone and says so: nobody else on that address would.
    if answer.status_code == httpx.codes.METHOD_NOT_ALLOWED and "POST" in answer.headers.get("allow", ""):
        yield good("webhooks", f"{url} leads here")
    else:
        remedy = "Let the proxy pass /webhooks/ on unchanged, and check ALLOWED_HOSTS."
        yield bad("webhooks", f"{url} answers {answer.status_code}: that is not this hub's door", remedy)


def _clock(whose: str, theirs: datetime) -> Finding:
    drift = timezone.now() - theirs
    # A Date header is cut to the second, and the answer took a moment.
    if abs(drift) <= CLOCK_TOLERANCE:
        return good("clock", f"agrees with the {whose}'s")
    seconds = drift.total_seconds()
    says = f"is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} the {whose}'s"
    return bad("clock", says, "Let NTP (chrony, systemd-timesyncd) set the clocks of all machines.")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
