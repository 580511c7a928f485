"""The first page: what is waiting for somebody, each figure a link to its list."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.admin import extensions
from orders.admin.deadline import TO_SHIP
from orders.admin.extensions import Tile
from orders.models import Attention, Order
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


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    groups: list[tuple[str, Iterable[Tile]]] = []
    if request.user.has_perm("orders.view_order"):
        groups = [(_("Orders"), order_tiles()), (_("Needs attention"), attention_tiles())]
    added = (build(request) for build in extensions.tile_groups)
    return context | {"title": _("Overview"), "groups": groups + [group for group in added if group]}


def order_tiles() -> list[Tile]:
    url = reverse("admin:orders_order_changelist")
    rows = Order.objects.filter(status__in=WORK).values_list("status").annotate(n=Count("pk"))
    counts = dict(rows.order_by())
    late = Order.objects.filter(status__in=TO_SHIP, ship_by__lt=timezone.now()).count()
    tiles = [
        Tile(
            label=str(STATUS_WORDS[status]),
            count=counts.get(status, 0),
            url=f"{url}?status__exact={status}",
            tone=STATUS_TONES[status],
        )
        for status in WORK
    ]
    return [*tiles, Tile(label=_("Late to ship"), count=late, url=f"{url}?deadline=late", tone="bad")]


def attention_tiles() -> list[Tile]:
    url = reverse("admin:orders_order_changelist")
    waiting = Attention.objects.filter(cleared_at__isnull=True)
    counts = waiting.values_list("reason").annotate(n=Count("pk")).order_by()
    return [
        Tile(label=str(Attention.Reason(reason).label), count=count, url=f"{url}?attention={reason}", tone="bad")
        for reason, count in counts
    ]
