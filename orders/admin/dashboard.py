"""The first page: what is waiting for somebody, and how the day goes. Each figure is a link to its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.admin import extensions, figures
from orders.admin.extensions import Tile
from orders.admin.figures import Sold
from orders.models import Attention, Channel
from orders.status import Status
from orders.templatetags.badges import STATUS_TONES
from orders.words import STATUS_WORDS

#: Statuses in which somebody has something to do or to wait for; the others only grow.
WORK = (
    Status.NEW,
    Status.APPROVED,
    Status.INVOICED,
    Status.SHIPPING_ARRANGED,
    Status.SHIPPED,
    Status.DELIVERY_FAILED,
    Status.RETURNING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A channel's day."""

    channel: str
    orders: int
    total: Decimal
    canceled: int
    shipped: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day of the chart."""

    date: date
    orders: int
    percent: int  #: of the best day
    url: str
    is_today: bool


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    now = timezone.now()
    page: dict[str, Any] = {"title": _("Overview"), "groups": [], "refreshed_at": now}
    if request.user.has_perm("orders.view_order"):
        page["today"] = today(now)
        page["chart"] = chart(figures.by_day(now), now)
        page["groups"] = [
            (_("Needs attention"), attention_tiles()),
            (_("To ship"), deadline_tiles(now)),
            (_("Orders"), status_tiles()),
        ]
    added = (build(request) for build in extensions.tile_groups)
    page["groups"] += [group for group in added if group]
    panels = (build(request) for build in extensions.first_page_panels)
    page["panels"] = [panel for panel in panels if panel]
    return context | page


def today(now: datetime) -> list[Today]:
    """Every channel that sold or shipped today, by name; and all of them together, where they are several."""
    local = timezone.localtime(now).date()
    sold = figures.sold_today(now)
    shipped = figures.shipped_today(now)
    names = Channel.objects.filter(pk__in={*sold, *shipped}).order_by("name").values_list("pk", "name")
    rows = []
    for channel_id, name in names:
        day = sold.get(channel_id) or Sold(orders=0, total=Decimal(0), canceled=0)
        url = orders_url(channel__id__exact=channel_id, **_placed_on(local))
        rows.append(
            Today(
                channel=name,
                orders=day.orders,
                total=day.total,
                canceled=day.canceled,
                shipped=shipped.get(channel_id, 0),
                url=url,
            )
        )
    return [*rows, _together(rows, local)] if len(rows) > 1 else rows


def _together(rows: Sequence[Today], local: date) -> Today:
    return Today(
        channel=_("All channels"),
        orders=sum(row.orders for row in rows),
        total=sum((row.total for row in rows), Decimal(0)),
        canceled=sum(row.canceled for row in rows),
        shipped=sum(row.shipped for row in rows),
        url=orders_url(**_placed_on(local)),
    )


def chart(days: Mapping[date, int], now: datetime) -> list[Bar]:
    """Orders per day, the oldest first; days without any have a bar of nothing."""
    last = timezone.localtime(now).date()
    dates = [last - timedelta(days=back) for back in reversed(range(figures.DAYS))]
    counts = {day: days.get(day, 0) for day in dates}
    best = max(counts.values()) or 1
    return [
        Bar(
            date=day,
            orders=count,
            percent=round(100 * count / best),
            url=orders_url(**_placed_on(day)),
            is_today=day == last,
        )
        for day, count in counts.items()
    ]


def status_tiles() -> list[Tile]:
    counts = figures.by_status(WORK)
    return [
        Tile(
            label=str(STATUS_WORDS[status]),
            count=counts[status],
            most=figures.MOST,
            url=orders_url(status__exact=status),
            tone=STATUS_TONES[status],
        )
        for status in WORK
    ]


def deadline_tiles(now: datetime) -> list[Tile]:
    counts = figures.by_deadline(now)
    words = {
        "late": (_("Late to ship"), "bad"),
        "today": (_("Ship today"), "warning"),
        "tomorrow": (_("Ship tomorrow"), "todo"),
    }
    return [
        Tile(label=label, count=counts[name], most=figures.MOST, url=orders_url(deadline=name), tone=tone)
        for name, (label, tone) in words.items()
    ]


def attention_tiles() -> list[Tile]:
    waiting = Attention.objects.filter(cleared_at__isnull=True)
    counts = waiting.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [
        Tile(label=str(Attention.Reason(reason).label), count=count, url=orders_url(attention=reason), tone="bad")
        for reason, count in counts
    ]


def orders_url(**filters: Any) -> str:
    return f"{reverse('admin:orders_order_changelist')}?{urlencode(filters)}"


def _placed_on(day: date) -> dict[str, str]:
    text = date_format(day, "SHORT_DATE_FORMAT")
    return {"placed_at_from": text, "placed_at_to": text}
