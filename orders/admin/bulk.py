"""What may be done with many orders at once: first a page that says what will happen, then one line per order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import verbs
from orders.admin.buttons import FORMS
from orders.admin.verb_forms import VerbForm
from orders.admin.verb_pages import actor
from orders.errors import AlreadyDone, OrderError
from orders.models import Order

MOST = 200


@dataclass(frozen=True, slots=True)
class Result:
    order: Order
    tone: str  #: as in templatetags/badges.py
    words: str


@admin.action(description=_("Mark as delivered"), permissions=["change"])
def deliver_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
    return _page(model_admin, request, queryset, "deliver")


@admin.action(description=_("Cancel, with a reason"), permissions=["change"])
def cancel_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
    return _page(model_admin, request, queryset, "cancel")


def _page(model_admin: Any, request: HttpRequest, queryset: QuerySet[Order], verb: str) -> HttpResponse | None:
    orders = list(queryset.select_related("channel").order_by("-placed_at", "-id")[: MOST + 1])
    if len(orders) > MOST:
        messages.error(request, gettext("Choose at most %(most)s orders at a time.") % {"most": MOST})
        return None
    confirmed = "confirmed" in request.POST
    form = FORMS[verb](orders[0], request.POST if confirmed else None)
    form.forget_units()
    results = _run(request, orders, form, verb) if confirmed and form.is_valid() else []
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": form.label,
        "form": form,
        "media": model_admin.media + form.media,
        "orders": [] if results else [(order, verb in verbs.possible(order)) for order in orders],
        "results": results,
        "done": sum(result.tone == "good" for result in results),
        "action": request.POST.get("action"),
    }
    return TemplateResponse(request, "orders/admin/bulk.html", context)


def _run(request: HttpRequest, orders: Iterable[Order], form: VerbForm, verb: str) -> list[Result]:
    return [_run_one(request, order, form, verb) for order in orders]


def _run_one(request: HttpRequest, order: Order, form: VerbForm, verb: str) -> Result:
    one = FORMS[verb](order)
    one.cleaned_data = {name: value for name, value in form.cleaned_data.items() if name in one.base_fields}
    try:
        one.perform(by=actor(request))
    except AlreadyDone as error:
        return Result(order, "quiet", error.message)
    except OrderError as error:
        return Result(order, "bad", error.message)
    return Result(order, "good", str(one.done))
