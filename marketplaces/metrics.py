"""What an operator watches, as Prometheus reads it: from the tables at the moment of asking, broker or no broker."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from marketplaces import budgets
from marketplaces.models import Account, Heartbeat

UPDATES = """
SELECT c.code, u.kind, u.state, count(*), sum(u.attempts)::bigint,
       coalesce(extract(epoch FROM statement_timestamp() - min(u.due_at)
           FILTER (WHERE u.state = 'PENDING' AND u.due_at <= statement_timestamp())), 0)::float8
  FROM orders_channelupdate AS u JOIN orders_channel AS c ON c.id = u.channel_id
 WHERE u.state IN ('PENDING', 'FAILED')
 GROUP BY c.code, u.kind, u.state
"""
QUARANTINE = """
SELECT c.code, count(m.id) FROM marketplaces_account AS a
  JOIN orders_channel AS c ON c.id = a.channel_id
  LEFT JOIN marketplaces_inboundmessage AS m ON m.account_id = a.id AND m.state = 'QUARANTINED'
 GROUP BY c.code
"""
HINTS = """
SELECT c.code, count(*), extract(epoch FROM statement_timestamp() - min(h.received_at))::float8
  FROM marketplaces_hint AS h
  JOIN marketplaces_account AS a ON a.id = h.account_id JOIN orders_channel AS c ON c.id = a.channel_id
 WHERE h.done_at IS NULL GROUP BY c.code
"""
DIFFERENCES = """
SELECT c.code, d.kind, count(*) FROM marketplaces_difference AS d
  JOIN marketplaces_account AS a ON a.id = d.account_id JOIN orders_channel AS c ON c.id = a.channel_id
 WHERE d.found_at > statement_timestamp() - interval '1 day' GROUP BY c.code, d.kind
"""


def exposition() -> bytes:
    """The text that /metrics answers with."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Tables())
    return generate_latest(registry)


class _Tables(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _updates()
        yield from _by_channel("despacho_messages_quarantined", "Messages that could not be read.", QUARANTINE)
        yield from _hints()
        yield from _differences()
        accounts = list(Account.objects.select_related("channel", "access_token"))
        yield from _accounts(accounts)
        yield from _budgets(accounts)
        yield _heartbeats()


def _updates() -> Iterator[GaugeMetricFamily]:
    labels = ("channel", "kind")
    waiting = GaugeMetricFamily("despacho_updates_waiting", "Updates that are not sent yet.", labels=labels)
    failed = GaugeMetricFamily("despacho_updates_failed", "Updates that wait for a person.", labels=labels)
    attempts = GaugeMetricFamily("despacho_updates_attempts", "Attempts made for those.", labels=(*labels, "state"))
    age = GaugeMetricFamily("despacho_updates_oldest_due_seconds", "How long the oldest is overdue.", labels=labels)
    for channel, kind, state, count, tried, overdue in _rows(UPDATES):
        attempts.add_metric([channel, kind, state], tried)
        if state == "PENDING":
            waiting.add_metric([channel, kind], count)
            age.add_metric([channel, kind], overdue)
        else:
            failed.add_metric([channel, kind], count)
    yield from (waiting, failed, attempts, age)


def _hints() -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily(
        "despacho_webhooks_waiting", "Webhooks whose orders are to be read.", labels=("channel",)
    )
    age = GaugeMetricFamily("despacho_webhooks_oldest_seconds", "Age of the oldest of them.", labels=("channel",))
    for channel, count, seconds in _rows(HINTS):
        waiting.add_metric([channel], count)
        age.add_metric([channel], seconds)
    yield from (waiting, age)


def _differences() -> Iterator[GaugeMetricFamily]:
    name, about = "despacho_differences_last_day", "What comparing with the marketplace found."
    found = GaugeMetricFamily(name, about, labels=("channel", "kind"))
    for channel, kind, count in _rows(DIFFERENCES):
        found.add_metric([channel, kind], count)
    yield found


def _by_channel(name: str, about: str, statement: str) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily(name, about, labels=("channel",))
    for channel, value in _rows(statement):
        family.add_metric([channel], value)
    yield family


def _accounts(accounts: list[Account]) -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    paused = GaugeMetricFamily("despacho_account_paused", "1 while paused, and why.", labels=("channel", "reason"))
    for account in accounts:
        paused.add_metric([account.channel.code, account.pause_reason], int(account.is_paused))
    yield paused
    moments: Mapping[str, tuple[str, Callable[[Account], float | None]]] = {
        "last_pull_age": ("Seconds since the marketplace last answered.", lambda a: _since(a.last_pull_at, now)),
        "last_order_age": ("Seconds since a new order came in.", lambda a: _since(a.last_order_at, now)),
        "behind": ("Seconds up to which a poller does not know the orders yet.", lambda a: _since(a.reached_at, now)),
        "compared_age": ("Seconds since open orders were compared.", lambda a: _since(a.reconciled_at, now)),
        "token_left": ("Seconds until the access token ends.", lambda a: _until(a, "expires_at", now)),
        "authorization_left": ("Seconds until the seller must allow it.", lambda a: _until(a, "authorized_until", now)),
    }
    for name, (about, seconds_of) in moments.items():
        family = GaugeMetricFamily(f"despacho_account_{name}_seconds", about, labels=("channel",))
        for account in accounts:
            if (seconds := seconds_of(account)) is not None:
                family.add_metric([account.channel.code], seconds)
        yield family


def _since(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else (now - at).total_seconds()


def _until(account: Account, name: str, now: datetime) -> float | None:
    at = getattr(getattr(account, "access_token", None), name, None)
    return None if at is None else (at - now).total_seconds()


def _budgets(accounts: list[Account]) -> Iterator[GaugeMetricFamily]:
    """Calls a second that may be made, and how long the next one would have to wait for its turn."""
    labels = ("channel", "bucket")
    rates = GaugeMetricFamily("despacho_rate_limit", "Calls a second that may be made.", labels=labels)
    waits = GaugeMetricFamily("despacho_rate_limit_wait_seconds", "How far ahead turns are taken.", labels=labels)
    buckets = budgets.buckets_of(accounts)
    for account, name, rate in buckets:
        rates.add_metric([account.channel.code, name], rate)
    for (account, name, _rate), wait in zip(buckets, budgets.waits(buckets), strict=False):
        waits.add_metric([account.channel.code, name], wait)
    yield from (rates, waits)


def _heartbeats() -> GaugeMetricFamily:
    now = timezone.now()
    family = GaugeMetricFamily(
        "despacho_heartbeat_age_seconds", "Seconds since something that must keep happening happened.", labels=("name",)
    )
    for heartbeat in Heartbeat.objects.all():
        family.add_metric([heartbeat.name], (now - heartbeat.at).total_seconds())
    return family


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
