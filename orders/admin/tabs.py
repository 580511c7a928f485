"""The work tabs of the order list: what each step of the work finds waiting, and how much of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders import replica
from orders.models import Attention, Order
from orders.snapshot import Fulfillment
from orders.status import Status

#: Nobody works through more than these; counting further would only take time.
MOST = 10_000

Rows = QuerySet[Order]
OURS = ~Q(fulfillment=Fulfillment.MARKETPLACE)
#: As Order.has_open_cancel_request, and as the index order_asks_to_cancel.
ASKS_TO_CANCEL = (
    Q(cancel_requested_at__isnull=False)
    & ~Q(status=Status.CANCELED)
    & (Q(cancel_answered_at__isnull=True) | Q(cancel_answered_at__lt=F("cancel_requested_at")))
)


def with_problems() -> Q:
    """By ids, not by OR: of a million orders only those that have a problem are looked at."""
    flagged = Attention.objects.filter(cleared_at__isnull=True).values("order_id")
    failed = Order.objects.filter(status=Status.DELIVERY_FAILED).values("pk")
    return Q(pk__in=flagged.union(failed))


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Promise
    tone: str  #: as in templatetags/badges.py
    condition: Callable[[], Q]

    def of(self, orders: Rows) -> Rows:
        return orders.filter(self.condition())


TABS: Mapping[str, Tab] = {
    tab.name: tab
    for tab in (
        Tab("to_invoice", _("To invoice"), "todo", lambda: Q(status=Status.APPROVED) & OURS),
        Tab(
            "to_arrange",
            _("To arrange shipping"),
            "todo",
            lambda: Q(status=Status.INVOICED, needs_arranging=True) & OURS,
        ),
        Tab(
            "to_ship",
            _("Ready to ship"),
            "todo",
            lambda: (
                Q(status__in=[Status.INVOICED, Status.SHIPPING_ARRANGED])
                & ~Q(status=Status.INVOICED, needs_arranging=True)
                & OURS
            ),
        ),
        Tab("in_transit", _("In transit"), "moving", lambda: Q(status=Status.SHIPPED)),
        Tab("problems", _("Problems"), "bad", with_problems),
        Tab("cancel_requested", _("Buyer asks to cancel"), "warning", lambda: ASKS_TO_CANCEL),
    )
}


def counts() -> Mapping[str, int]:
    """How many orders each tab has, at most MOST + 1; one query, answered by indexes."""
    with replica.connection().cursor() as cursor:
        cursor.execute(*_counting(MOST + 1))
        return dict(zip(TABS, cursor.fetchone() or (), strict=True))


@cache
def _counting(most: int) -> tuple[str, list[Any]]:
    """The statement and its parameters: no tab's condition changes with time."""
    parts: list[str] = []
    params: list[Any] = []
    for tab in TABS.values():
        sql, values = tab.of(Order.objects.order_by()).values("pk")[:most].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS waiting)")  # noqa: S608 - made from the tabs above
        params += values
    return f"SELECT {', '.join(parts)}", params
