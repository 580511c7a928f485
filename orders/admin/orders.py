"""The order list, and the addresses of an order's page and of its verbs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RelatedCheckboxFilter

from orders.admin import bulk, desk, labels, rights, verb_pages
from orders.admin.deadline import ship_deadline
from orders.admin.filters import AttentionFilter, DeadlineFilter, PeriodFilter, open_attention
from orders.admin.order_page import order_context
from orders.admin.screen import ReadScreen
from orders.admin.search import exact, search
from orders.models import Order
from orders.templatetags.badges import badge, status_badge
from orders.templatetags.brazil import brl


@admin.register(Order)
class OrderAdmin(ReadScreen[Order]):
    """A control room, not an editor: orders come from channels and change by verbs."""

    list_display = ("code_and_channel", "buyer", "status_word", "amount", "placed", "ship_by_left")
    page_template = "orders/admin/order.html"
    list_filter = (
        AttentionFilter,
        DeadlineFilter,
        ("status", ChoicesCheckboxFilter),
        ("channel", RelatedCheckboxFilter),
        ("placed_at", PeriodFilter),
    )
    sortable_by = ("placed", "ship_by_left")
    ordering = ("-placed_at", "-id")
    search_fields = ("code",)
    search_help_text = _("Code, CPF/CNPJ, tracking, access key or SKU")
    actions = (labels.print_selected, bulk.deliver_selected, bulk.cancel_selected)
    empty_title = _("No orders yet")
    empty_text = _("Orders appear here by themselves as soon as an account is connected and the channel sells.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("channel").annotate(needs_attention=open_attention())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        return (search(queryset, search_term) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        term = request.GET.get("q", "").strip()
        if request.method == "GET" and term and self.has_view_permission(request):
            ids = exact(term)
            if len(ids) == 1:
                return HttpResponseRedirect(verb_pages.order_url(ids[0]))
        return super().changelist_view(request, extra_context)

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        return order_context(request, row)

    def has_label_permission(self, request: HttpRequest) -> bool:
        """Asked for the action that prints labels."""
        return rights.may(request.user, "ask_label")

    def get_urls(self) -> list[URLPattern]:
        return [*desk.urls(self), *super().get_urls()]

    @admin.display(description=_("Order"))
    def code_and_channel(self, order: Order) -> SafeString:
        # Most codes begin with the storefront's name: it is not said twice.
        storefront = "" if order.code.startswith(order.storefront) else f" · {order.storefront}"
        place = f"{order.channel.name}{storefront}"
        return format_html('<strong>{}</strong><span class="dsp-under">{}</span>', order.code, place)

    @admin.display(description=_("Buyer"))
    def buyer(self, order: Order) -> str:
        return order.buyer_name or "–"

    @admin.display(description=_("Status"))
    def status_word(self, order: Order) -> SafeString:
        flag = badge(_("Attention"), "bad") if getattr(order, "needs_attention", False) else ""
        return format_html('<span class="dsp-flags">{}{}</span>', status_badge(order.status), flag)

    @admin.display(description=_("Total"))
    def amount(self, order: Order) -> SafeString:
        return format_html('<span class="dsp-number">{}</span>', brl(order.total))

    @admin.display(description=_("Placed"), ordering="placed_at")
    def placed(self, order: Order) -> SafeString:
        return format_html('<span class="dsp-nowrap">{}</span>', localize(localtime(order.placed_at)))

    @admin.display(description=_("Ship by"), ordering="ship_by")
    def ship_by_left(self, order: Order) -> SafeString | str:
        deadline = ship_deadline(order, timezone.now())
        if deadline is None:
            return "–"
        at = localize(localtime(deadline.at))
        return format_html(
            '<span class="dsp-stack">{}<span class="dsp-under dsp-nowrap">{}</span></span>',
            badge(deadline.words, deadline.tone),
            at,
        )
