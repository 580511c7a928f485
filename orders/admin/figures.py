"""The first page's figures, each bounded: counted by index alone, up to a limit, or over two weeks of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from orders.admin.deadline import TO_SHIP
from orders.status import Status

#: Beyond so many a count says "more than": nobody plans by the difference, and counting on costs.
MOST = 10_000
DAYS = 14

BY_STATUS = """
SELECT s.status, (SELECT count(*) FROM (SELECT FROM orders_order WHERE status = s.status LIMIT %(most)s) AS counted)
  FROM unnest(%(statuses)s::text[]) AS s (status)
"""
BY_DEADLINE = """
SELECT s.name, (SELECT count(*) FROM (
           SELECT FROM orders_order
            WHERE ship_by >= s.since AND ship_by < s.until AND status = ANY (%(statuses)s) LIMIT %(most)s) AS counted)
  FROM (VALUES ('late', '-infinity'::timestamptz, %(now)s), ('today', %(now)s, %(midnight)s),
               ('tomorrow', %(midnight)s, %(midnight)s + interval '1 day')) AS s (name, since, until)
"""
BY_DAY = """
SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, count(*)
  FROM orders_order WHERE placed_at >= %(since)s AND placed_at < %(until)s GROUP BY day
"""
SOLD = """
SELECT channel_id, count(*), sum(total), count(*) FILTER (WHERE status = 'CANCELED')
  FROM orders_order WHERE placed_at >= %(since)s AND placed_at < %(until)s GROUP BY channel_id
"""
SHIPPED = """
SELECT o.channel_id, count(DISTINCT o.id)
  FROM orders_shipment AS s JOIN orders_order AS o ON o.id = s.order_id
 WHERE s.shipped_at >= %(since)s GROUP BY o.channel_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What one channel sold today."""

    orders: int
    total: Decimal
    canceled: int


def by_status(statuses: Sequence[Status]) -> Mapping[Status, int]:
    rows = _rows(BY_STATUS, statuses=list(statuses), most=MOST + 1)
    return {Status(status): count for status, count in rows}


def by_deadline(now: datetime) -> Mapping[str, int]:
    """Orders to ship that are late, leave today or tomorrow; the names are those of the list's filter."""
    rows = _rows(
        BY_DEADLINE, now=now, midnight=midnight(now) + timedelta(days=1), statuses=sorted(TO_SHIP), most=MOST + 1
    )
    return dict(rows)


def by_day(now: datetime) -> Mapping[date, int]:
    """Orders placed on each of the last days, today included: from the index alone."""
    span = {"since": midnight(now) - timedelta(days=DAYS - 1), "until": _tonight(now)}
    return dict(_rows(BY_DAY, **span, zone=timezone.get_current_timezone_name()))


def sold_today(now: datetime) -> Mapping[int, Sold]:
    """By channel."""
    rows = _rows(SOLD, since=midnight(now), until=_tonight(now))
    return {
        channel_id: Sold(orders=orders, total=total, canceled=canceled) for channel_id, orders, total, canceled in rows
    }


def shipped_today(now: datetime) -> Mapping[int, int]:
    """Orders of which something was handed over today, by channel."""
    return dict(_rows(SHIPPED, since=midnight(now)))


def midnight(now: datetime) -> datetime:
    """With which the local day of `now` began."""
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time()))


def _tonight(now: datetime) -> datetime:
    return midnight(now) + timedelta(days=1)


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
