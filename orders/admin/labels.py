"""Labels in the back office: the order's panel, printing many at once, and asking the channel for them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from orders import printing, verbs
from orders.admin import extensions, rights
from orders.admin.extensions import LabelSource, Panel
from orders.admin.screen import BaseAdmin
from orders.admin.verb_pages import actor, order_url
from orders.errors import OrderError
from orders.models import Label, Order
from orders.printing import Sheet
from orders.serving import PDF, document
from orders.status import Status

MOST = 200


@admin.action(description=_("Print labels"), permissions=["label"])
def print_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
    """What would be printed, what was before, and what has no label; the button there prints."""
    ids = list(queryset.values_list("pk", flat=True)[: MOST + 1])
    return choose(model_admin.admin_site, model_admin.opts, request, ids)


def choose(site: Any, opts: Any, request: HttpRequest, ids: Sequence[int]) -> HttpResponse | None:
    if len(ids) > MOST:
        messages.error(request, gettext("Choose at most %(most)s orders at a time.") % {"most": MOST})
        return None
    sheets = _sheets(ids)
    ready = [sheet for sheet in sheets if sheet.labels]
    sources = [(sheet, source_of(sheet.order)) for sheet in sheets]
    context = {
        **site.each_context(request),
        "opts": opts,
        "title": gettext("Print labels"),
        "ready": ready,
        "missing": [(sheet, why_missing(sheet, source)) for sheet, source in sources if not sheet.labels],
        "printed": [sheet for sheet in ready if sheet.printed],
        "windows": sorted({source.print_window for _sheet, source in sources if source and source.print_window}),
        "has_pdf": any(label.is_pdf for sheet in ready for label in sheet.labels),
        "has_text": any(not label.is_pdf for sheet in ready for label in sheet.labels),
    }
    return TemplateResponse(request, "orders/admin/print_labels.html", context)


def why_missing(sheet: Sheet, source: LabelSource | None) -> str:
    """The reason, as exactly as anybody knows it."""
    if sheet.order.status != Status.SHIPPING_ARRANGED or sheet.order.labels.all():
        return sheet.obstacle
    if source is None:
        return gettext("This channel makes no labels that can be fetched from here.")
    return " ".join(filter(None, (sheet.obstacle, source.waiting)))


def source_of(order: Order) -> LabelSource | None:
    return next(filter(None, (source(order) for source in extensions.label_sources)), None)


def labels_panel(request: HttpRequest, order: Order) -> Panel | None:
    """Nothing where the channel makes no labels, and where there is none to be made yet."""
    sheet, source = printing.sheet(order), source_of(order)
    labels = list(order.labels.order_by("package", "-kind"))
    if not labels and (source is None or order.status != Status.SHIPPING_ARRANGED):
        return None
    context = {
        "order": order,
        "labels": labels,
        "obstacle": sheet.obstacle if labels else "",
        "source": source,
        "printed": sheet.printed,
        "has_pdf": any(label.is_pdf for label in sheet.labels),
        "has_text": any(not label.is_pdf for label in sheet.labels),
        "may_print": rights.may(request.user, "ask_label"),
        "may_ask": source is not None and not source.waiting and order.status == Status.SHIPPING_ARRANGED,
    }
    return Panel("orders/admin/labels.html", context)


@admin.register(Label)
class LabelAdmin(BaseAdmin[Label]):
    """No list of its own: labels are found at their orders."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def page(view: Any) -> Any:
            return self.admin_site.admin_view(never_cache(view))

        return [
            path("print/", page(require_POST(self.print_labels)), name="orders_label_print"),
            path("choose/<int:order_id>/", page(self.choose_one), name="orders_label_choose"),
            path("ask/<int:order_id>/", page(require_POST(self.ask)), name="orders_label_ask"),
        ]

    def print_labels(self, request: HttpRequest) -> HttpResponse:
        """One file with the labels of all `order`s; they count as printed from then on."""
        demand_right(request)
        ids = [int(text) for text in request.POST.getlist("order")[:MOST] if text.isdecimal() and len(text) < 19]
        again, pdf = "again" in request.POST, request.POST.get("format") != "text"
        with transaction.atomic():
            # By code, as everybody locks them: the order that is canceled meanwhile is not printed.
            list(Order.objects.filter(pk__in=ids).order_by("code").select_for_update(no_key=True).values_list("pk"))
            sheets = [sheet for sheet in _sheets(ids) if again or not sheet.printed]
            labels = [label for sheet in sheets for label in sheet.labels if label.is_pdf == pdf]
            verbs.note_printing(labels, by=actor(request))
        if not labels:
            messages.warning(request, gettext("None of these labels can be printed now."))
            return HttpResponseRedirect(order_url(ids[0]) if len(ids) == 1 else "../../order/")
        return _file(printing.merged_pdf(labels) if pdf else printing.joined_text(labels), pdf=pdf)

    def choose_one(self, request: HttpRequest, order_id: int) -> HttpResponse | None:
        """The same page as for many: it warns of what was printed already."""
        demand_right(request)
        get_object_or_404(Order, pk=order_id)
        return choose(self.admin_site, Order._meta, request, [order_id])

    def ask(self, request: HttpRequest, order_id: int) -> HttpResponse:
        demand_right(request)
        order = get_object_or_404(Order, pk=order_id)
        try:
            verbs.ask_label(order, by=actor(request))
        except OrderError as error:
            messages.warning(request, error.message)
        else:
            messages.success(request, gettext("The label is asked for; it appears here as soon as the channel has it."))
        return HttpResponseRedirect(order_url(order_id))


def demand_right(request: HttpRequest) -> None:
    if not rights.may(request.user, "ask_label"):
        raise PermissionDenied


def _sheets(ids: Sequence[int]) -> list[Sheet]:
    """In the order of their deadlines, as parcels are packed."""
    orders = Order.objects.filter(pk__in=ids).select_related("channel").prefetch_related("labels")
    return [printing.sheet(order) for order in orders.order_by("ship_by", "id")]


def _file(content: bytes, *, pdf: bool) -> HttpResponse:
    name = f"etiquetas-{timezone.localtime():%Y-%m-%d-%H%M}.{'pdf' if pdf else 'zpl'}"
    # A PDF opens beside the list, ready to be printed.
    return document(content, content_type=PDF if pdf else "text/plain", filename=name, shown=True)


extensions.order_panels.append(labels_panel)
