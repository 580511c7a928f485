"""Stock as the hub sees it: on hand, reserved and by which orders, available; and putting right what was counted."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from orders import stock
from orders.admin.choices import RadioFilter
from orders.admin.screen import ReadScreen, column
from orders.admin.verb_pages import actor
from orders.errors import InvalidFact
from orders.models import OrderItem, StockCount, StockItem
from orders.templatetags.badges import badge

#: Orders and counts on a SKU's page; the order list has the others, by SKU.
SHOWN = 100


class AdjustForm(forms.Form):
    """A count says how many there are; a difference, how many more or fewer were found."""

    way = forms.ChoiceField(
        label=_("What do you know?"),
        choices=[("count", _("How many there are")), ("difference", _("How many more (or fewer, with a minus)"))],
        initial="count",
        widget=UnfoldAdminRadioSelectWidget,
    )
    units = forms.IntegerField(
        label=_("Units"), min_value=-1_000_000, max_value=10_000_000, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)

    def perform(self, sku: str, *, by: Any) -> None:
        units, reason = self.cleaned_data["units"], self.cleaned_data["reason"]
        tell = stock.count if self.cleaned_data["way"] == "count" else stock.adjust
        tell({sku: units}, by=by, reason=reason)


class ScarceFilter(RadioFilter):
    title = _("availability")
    parameter_name = "availability"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("oversold", _("More sold than there is")),
            ("none", _("Nothing left")),
            ("uncounted", _("Never counted")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockItem]) -> QuerySet[StockItem]:
        if self.value() == "oversold":
            return queryset.filter(available__lt=0)
        if self.value() == "none":
            return queryset.filter(available=0)
        return queryset.filter(on_hand__isnull=True) if self.value() == "uncounted" else queryset


@admin.register(StockItem)
class StockAdmin(ReadScreen[StockItem]):
    list_display = (column("sku", _("SKU")), "there", "held", "left", "counted")
    page_template = "orders/admin/stock.html"
    list_filter = (ScarceFilter,)
    search_fields = ("sku",)
    search_help_text = _("SKU, or how it begins")
    sortable_by = ()
    ordering = ("sku",)
    rows_word = _("SKUs")
    empty_title = _("No SKU yet")
    empty_text = _("SKUs appear here with the first order or the warehouse's first count.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockItem], search_term: str
    ) -> tuple[QuerySet[StockItem], bool]:
        term = search_term.replace("\0", "").strip()
        return (queryset.filter(sku__startswith=term) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.adjust_page))
        return [path("adjust/<path:sku>/", page, name="orders_stockitem_adjust"), *super().get_urls()]

    def adjust_page(self, request: HttpRequest, sku: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        item = get_object_or_404(StockItem, pk=sku)
        form = AdjustForm(request.POST)
        if form.is_valid():
            try:
                form.perform(sku, by=actor(request))
            except InvalidFact as error:
                form.add_error("units", error.message)
            else:
                self.log_change(request, item, form.cleaned_data["reason"])
                messages.success(request, gettext("Stock of %(sku)s put right.") % {"sku": sku})
                return HttpResponseRedirect(reverse("admin:orders_stockitem_change", args=[_quoted(sku)]))
        for problem in [sentence for sentences in form.errors.values() for sentence in sentences]:
            messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:orders_stockitem_change", args=[_quoted(sku)]))

    def page_context(self, request: HttpRequest, row: StockItem) -> dict[str, Any]:
        holding = OrderItem.objects.filter(sku=row.sku, reserved__gt=0).select_related("order__channel")
        lines = list(holding.order_by("order__placed_at", "id")[: SHOWN + 1])
        return {
            "item": row,
            "lines": lines[:SHOWN],
            "more": len(lines) > SHOWN,
            "counts": StockCount.objects.filter(sku=row.sku).order_by("-id")[:SHOWN],
            "form": AdjustForm() if self.has_change_permission(request, row) else None,
        }

    @admin.display(description=_("On hand"))
    def there(self, item: StockItem) -> SafeString:
        return _number("–" if item.on_hand is None else item.on_hand)

    @admin.display(description=_("Reserved"))
    def held(self, item: StockItem) -> SafeString:
        return _number(item.reserved)

    @admin.display(description=_("Available"))
    def left(self, item: StockItem) -> SafeString:
        if item.available is None:
            return badge(_("Never counted"), "quiet")
        return badge(item.available, "bad" if item.available < 0 else "warning" if item.available == 0 else "good")

    @admin.display(description=_("Counted"))
    def counted(self, item: StockItem) -> str:
        return str(localize(localtime(item.counted_at))) if item.counted_at else "–"


def _number(value: object) -> SafeString:
    return format_html('<span class="dsp-number">{}</span>', value)


def _quoted(sku: str) -> str:
    quoted: str = admin.utils.quote(sku)
    return quoted
