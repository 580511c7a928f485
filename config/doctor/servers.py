"""Do broker and database answer, as we need them?"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config import brokers
from config.celery import app
from config.doctor.findings import TIMEOUT, Finding, bad, clock, first_line, good, odd

OLDEST_POSTGRES = 15


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
        yield bad(subject, f"{where} does not answer: {first_line(error)}", remedy)
        return
    yield good(subject, f"{where} answers in {took * 1000:.0f} ms")
    if problem := _rabbit_problem(settings.BROKER_URL):
        yield bad(subject, f"RabbitMQ does not answer: {problem}", "Start it, or correct BROKER_URL.")
    if policy not in ("", "noeviction"):
        yield odd(subject, f"maxmemory-policy is {policy}: it may throw rings away", "Set it to noeviction.")
    yield clock("broker", datetime.fromtimestamp(seconds + micros / 1e6, UTC))


def _rabbit_problem(url: str) -> str:
    """Why it cannot be used; "" when it answers, or there is none."""
    if not brokers.is_rabbit(url):
        return ""
    try:
        with app.connection_for_read(url, connect_timeout=TIMEOUT) as connection:
            connection.connect()
    except Exception as error:  # whatever kombu and amqp raise is told in their words
        return str(error) or type(error).__name__
    return ""


def database_answers() -> Iterator[Finding]:
    subject = "database"
    if problem := _unreachable():
        yield bad(subject, problem, "Start PostgreSQL, or correct DATABASE_URL.")
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp(), current_setting('server_version_num')::int / 10000")
            now, version = cursor.fetchone()
            cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
            commit, fsync = cursor.fetchone()
        plan = MigrationExecutor(connection)
        waiting = plan.migration_plan(plan.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield bad(subject, f"does not answer: {first_line(error)}", "Start PostgreSQL, or correct DATABASE_URL.")
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
    yield clock("database", now)


def _unreachable() -> str:
    """Why no connection can be made; "" when one can. Django's pool would try for ten seconds, and not tell."""
    known = connection.settings_dict
    place = {"host": known["HOST"], "port": known["PORT"], "dbname": known["NAME"]}
    login = {"user": known["USER"], "password": known["PASSWORD"]}
    try:
        psycopg.connect(**place, **login, connect_timeout=int(TIMEOUT)).close()
    except psycopg.Error as error:
        return first_line(error)
    return ""
