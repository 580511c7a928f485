"""The order list as one page of rows: work tab, filters, order of rows, and where the page begins."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from orders.admin import pasted, rights
from orders.admin.columns import COLUMNS, Column, Row, chosen
from orders.admin.deadline import TO_SHIP
from orders.admin.paging import Sorting, page
from orders.admin.tabs import TABS, counts
from orders.admin.verb_pages import order_url
from orders.models import Attention, Order

#: What the list's address says besides the filters.
OWN = ("tab", "sort", "cols", "view", "after", "before", "pasted")
#: What does not belong to a view, or to the first page of one.
FLEETING = ("after", "before", "view", "e", "p")

SORTINGS: Mapping[str, Sorting] = {
    "": Sorting("placed_at", descending=True),
    "oldest": Sorting("placed_at", descending=False),
    "urgent": Sorting("ship_by", descending=False),
}
SORT_WORDS: Mapping[str, Promise] = {
    "": _("Newest first"),
    "oldest": _("Oldest first"),
    "urgent": _("Most urgent to ship first"),
}
#: How a cell begins, and one with a number in it.
TD = ('<td data-label="{}">', '<td data-label="{}" class="dsp-number">')


class OrderChangeList(ChangeList):
    """Reads the ids of a page by an index alone, then its rows; counts the tabs alone, up to a cap."""

    columns: list[Column]
    rows: list[Row]

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        lookups: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in lookups.items() if name not in OWN}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Order]) -> list[Any]:
        return []  # paging.page orders by itself

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Order]:
        rows: QuerySet[Order] = super().get_queryset(request, exclude_parameters)
        if tab := TABS.get(request.GET.get("tab", "")):
            rows = tab.of(rows)
        if request.GET.get("sort") == "urgent":  # by the index of what must leave; the others have no date to meet
            rows = rows.filter(status__in=sorted(TO_SHIP), ship_by__isnull=False)
        return pasted.narrow(request, rows)

    def get_results(self, request: HttpRequest) -> None:
        self.sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTINGS else ""
        self.tab = request.GET.get("tab", "") if request.GET.get("tab") in TABS else ""
        self.columns = list(chosen(",".join(request.GET.getlist("cols"))))
        self.page = page(self.queryset, SORTINGS[self.sort], request.GET, size=self.list_per_page)
        self.result_list = self._read(request)
        self.rows = self._rows(request)
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True

    def _read(self, request: HttpRequest) -> list[Order]:
        related = ["channel", *(column.related for column in self.columns if column.related and not column.many)]
        fields = {field for column in self.columns for field in column.fields}
        found = Order.objects.select_related(*related).only(*sorted(fields)).in_bulk(self.page.pks)
        orders = [found[pk] for pk in self.page.pks if pk in found]
        prefetch_related_objects(orders, *(column.related for column in self.columns if column.many))
        return orders

    def _rows(self, request: HttpRequest) -> list[Row]:
        open_attentions = Attention.objects.filter(cleared_at__isnull=True, order__in=self.page.pks)
        flagged = set(open_attentions.values_list("order_id", flat=True))
        now, clear = timezone.now(), request.user.has_perm(rights.VIEW_BUYER)
        return [Row(order, now, order.pk in flagged, clear) for order in self.result_list]

    def link(self, **changes: str) -> str:
        """The address of this list with something changed, from its first page on."""
        pairs = {name: values for name, values in self.filter_params.items() if name not in FLEETING}
        pairs |= {name: [value] for name, value in changes.items()}
        kept = {name: values for name, values in sorted(pairs.items()) if any(values)}
        return "?" + urlencode(kept, doseq=True)


def list_context(request: HttpRequest, changes: OrderChangeList) -> dict[str, Any]:
    """What templates/orders/admin/order_list.html needs besides Django's own."""
    waiting = counts()
    tabs = [(tab, waiting[tab.name], changes.link(tab=tab.name)) for tab in TABS.values()]
    at = changes.page
    return {
        "title": Order._meta.verbose_name_plural,
        "tabs": tabs,
        "all_link": changes.link(tab=""),
        "sortings": [(words, name, changes.link(sort=name)) for name, words in SORT_WORDS.items()],
        "all_columns": [(column, column in changes.columns) for column in list(COLUMNS.values())[1:]],
        "next_link": changes.link(after=str(at.after)) if at.after else "",
        "previous_link": changes.link(before=str(at.before)) if at.before else "",
        "first_link": changes.link() if at.before else "",
        "query": changes.link().lstrip("?"),
        "found": pasted.found(request),
        "searched": request.GET.get("q", ""),
        "cells": _cells(changes),
        "may_invoice": rights.may(request.user, "invoice"),
    }


def _cells(changes: OrderChangeList) -> list[dict[str, Any]]:
    """The rows, ready: a template that loops over columns inside of rows takes as long as everything else together."""
    first, *rest = changes.columns
    tagged = [(format_html(TD[column.number], column.label), column.cell) for column in rest]
    before, after = order_url(0).split("/0/")
    return [
        {
            "pk": row.order.pk,
            "code": row.order.code,
            "url": f"{before}/{row.order.pk}/{after}",
            "first": first.cell(row),
            "rest": mark_safe("".join(f"{tag}{conditional_escape(cell(row))}</td>" for tag, cell in tagged)),  # noqa: S308 - each cell is escaped
        }
        for row in changes.rows
    ]
