"""The order list as people work with it: tabs, views, search, columns, and what can be done with many orders."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from orders.admin import bulk, exports, invoice_files, pasted, saved_views, sheets
from orders.admin.choices import ChoicesFilter, RelatedFilter
from orders.admin.filters import AttentionFilter, CarrierFilter, DeadlineFilter, PeriodFilter, SkuFilter
from orders.admin.order_list import OrderChangeList, list_context
from orders.admin.screen import ReadScreen
from orders.admin.search import lines_of, search
from orders.admin.verb_pages import order_url
from orders.models import Order


class Worklist(ReadScreen[Order]):
    list_display = ("code",)
    change_list_template = "orders/admin/order_list.html"
    list_filter = (
        AttentionFilter,
        DeadlineFilter,
        ("status", ChoicesFilter),
        ("channel", RelatedFilter),
        CarrierFilter,
        SkuFilter,
        ("placed_at", PeriodFilter),
    )
    sortable_by = ()
    search_fields = ("code",)
    search_help_text = _("Code, CPF/CNPJ, tracking, access key or SKU; or paste a column of them")
    empty_title = _("No orders yet")
    empty_text = _("Orders appear here by themselves as soon as an account is connected and the channel sells.")

    class Media:
        css = {"all": ("orders/lists.css",)}
        js = ("orders/lists.js",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return OrderChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("channel")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        lines = lines_of(search_term)
        return (search(queryset, lines[0]) if len(lines) == 1 else queryset), False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered = [action for action in bulk.ACTIONS.values() if action.allowed(request.user)]
        own = {action.name: (action.run, action.name, action.label) for action in offered}
        return {**super().get_actions(request), **own}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_view_permission(request):
            if (only := pasted.only_order(request)) is not None:
                return HttpResponseRedirect(order_url(only))
            if not request.GET and (usual := saved_views.opens_by_itself(request)):
                return HttpResponseRedirect(usual)
        answer: Any = super().changelist_view(request, extra_context)
        changes = (getattr(answer, "context_data", None) or {}).get("cl")
        if isinstance(changes, OrderChangeList):
            answer.context_data |= list_context(request, changes) | {"views": saved_views.views_of(request)}
        return answer  # type: ignore[no-any-return]  # whatever Django's view answers

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "search": pasted.search_page,
            "views": saved_views.views_page,
            "invoices": invoice_files.upload_page,
            "print/<slug:sheet>": sheets.sheet_page,
            "export/<slug:form>": exports.export_page,
        }
        own = [
            path(f"{place}/", self._page(view), name=f"orders_order_{place.partition('/')[0]}")
            for place, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))
