"""Everything about one order, ready for its page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from orders import verbs
from orders.admin import extensions
from orders.admin.buttons import FORMS
from orders.admin.deadline import deadline, ship_deadline
from orders.admin.timeline import Entry, timeline
from orders.models import Invoice, Order, OrderEvent
from orders.status import AHEAD, Status
from orders.words import STATUS_WORDS

ROAD = (Status.NEW, Status.APPROVED, Status.INVOICED, Status.SHIPPING_ARRANGED, Status.SHIPPED, Status.DELIVERED)
#: Statuses after which the road behind is told by its dates alone: they can follow almost anything.
DETOURS = frozenset({Status.CANCELED, Status.RETURNING, Status.RETURNED})


@dataclass(frozen=True, slots=True)
class Step:
    word: str
    state: str  #: done, now, detour (now, but off the road) or ahead
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    items: Decimal
    expected: Decimal  #: what the parts add up to
    difference: Decimal


def order_context(request: HttpRequest, order: Order, *, may_change: bool) -> dict[str, Any]:
    """What templates/orders/admin/order.html needs."""
    now = timezone.now()
    lines = list(order.items.order_by("id"))
    events = list(order.events.order_by("-id"))
    invoice = Invoice.objects.filter(order=order).first()
    allowed = verbs.possible(order) if may_change else frozenset()
    panels = (build(request, order) for build in extensions.order_panels)
    return {
        "order": order,
        "lines": lines,
        "invoice": invoice,
        "money": money(order, sum((line.line_total for line in lines), Decimal(0))),
        "path": path(order, events, invoice),
        "attentions": list(order.attentions.filter(cleared_at__isnull=True).order_by("id")),
        "shipments": order.shipments.prefetch_related("items__item").order_by("id"),
        "buttons": [form for name, form in FORMS.items() if name in allowed],
        "panels": [panel for panel in panels if panel],
        "ship_by": ship_deadline(order, now),
        "answer_by": deadline(order.cancel_answer_by, now) if order.cancel_answer_by else None,
        "hold": deadline(order.hold_until, now) if order.hold_until and order.hold_until > now else None,
        "timeline": timeline_with_links(request, events),
    }


def money(order: Order, items: Decimal) -> Money:
    expected = items + order.shipping_cost + order.interest - order.discount
    return Money(items=items, expected=expected, difference=order.total - expected)


def timeline_with_links(request: HttpRequest, events: Iterable[OrderEvent]) -> list[Entry]:
    entries = timeline(events)
    ids = {entry.event.message_id for entry in entries if entry.event.message_id}
    links: dict[str, str] = {}
    for find in extensions.message_links if ids else ():
        links |= find(request, ids)
    return [entry.linked(links.get(entry.event.message_id, "")) for entry in entries]


def path(order: Order, events: Iterable[OrderEvent], invoice: Invoice | None) -> list[Step]:
    """The road of an order, what lies behind it with dates, and where it stands; a detour takes its place on it."""
    status = Status(order.status)
    dates = _dates(order, events, invoice)
    steps = []
    # Not every channel arranges shipping: that step is shown only where it was taken.
    for step in (step for step in ROAD if step is not Status.SHIPPING_ARRANGED or step in dates):
        if step is status:
            steps.append(Step(str(STATUS_WORDS[step]), "now", dates.get(step)))
        elif status in AHEAD[step] and (status not in DETOURS or step in dates):
            steps.append(Step(str(STATUS_WORDS[step]), "done", dates.get(step)))
        elif status not in DETOURS:
            steps.append(Step(str(STATUS_WORDS[step]), "ahead"))
    if status not in ROAD:
        behind = sum(step.state == "done" for step in steps)
        steps.insert(behind, Step(str(STATUS_WORDS[status]), "detour", dates.get(status)))
    return steps


def _dates(order: Order, events: Iterable[OrderEvent], invoice: Invoice | None) -> Mapping[Status, datetime]:
    """When each status was reached: as the facts say, else as the event says."""
    told = {Status(event.after): event.at for event in events if event.moved}
    facts = {
        Status.NEW: order.placed_at,
        Status.APPROVED: order.approved_at,
        Status.INVOICED: (invoice.issued_at or invoice.created_at) if invoice else None,
        Status.SHIPPED: order.shipped_at,
        Status.DELIVERED: order.delivered_at,
        Status.CANCELED: order.canceled_at,
    }
    return told | {status: at for status, at in facts.items() if at}
