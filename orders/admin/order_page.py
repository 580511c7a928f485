"""Everything about one order, ready for its page."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise

from orders import verbs
from orders.admin import extensions, rights
from orders.admin.buttons import FORMS
from orders.admin.deadline import deadline, ship_deadline
from orders.admin.privacy import shown_buyer
from orders.admin.timeline import Entry, timeline
from orders.admin.verb_forms import VerbForm
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


def order_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    """What templates/orders/admin/order.html needs."""
    now = timezone.now()
    lines = list(order.items.order_by("id"))
    events = list(order.events.order_by("-id"))
    invoice = Invoice.objects.filter(order=order).first()
    mine = [form for name, form in FORMS.items() if rights.may(request.user, name)]
    allowed = verbs.possible(order)
    panels = (build(request, order) for build in extensions.order_panels)
    return {
        "order": order,
        "lines": lines,
        "any_returned": any(line.quantity_returned for line in lines),
        "invoice": invoice,
        "money": money(order, sum((line.line_total for line in lines), Decimal(0))),
        "path": path(order, events, invoice),
        "attentions": list(order.attentions.filter(cleared_at__isnull=True).order_by("id")),
        "shipments": order.shipments.prefetch_related("items__item").order_by("id"),
        "buttons": [form for form in mine if form.name in allowed],
        "impossible": impossible(order, mine, allowed),
        "may_resolve": rights.may(request.user, "resolve"),
        "correctable": verbs.correctable(order) if rights.may(request.user, "correct_shipment") else [],
        "buyer": shown_buyer(request, order),
        "notes": list(order.notes.order_by("-id")),
        "may_note": rights.may(request.user, "note"),
        "panels": [panel for panel in panels if panel],
        "ship_by": ship_deadline(order, now),
        "answer_by": deadline(order.cancel_answer_by, now) if order.cancel_answer_by else None,
        "hold": deadline(order.hold_until, now) if order.hold_until and order.hold_until > now else None,
        "timeline": timeline_with_links(request, events),
    }


def impossible(
    order: Order, forms: Iterable[type[VerbForm]], allowed: Collection[str]
) -> list[tuple[str | Promise, str]]:
    """What cannot be done now: the button's words, and why not."""
    closed = (form for form in forms if form.name in verbs.STATUSES and form.name not in allowed)
    return [(form.label, verbs.obstacle(order, form.name)) for form in closed]


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
