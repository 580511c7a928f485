"""Filters of the order list."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter, TextFilter

from orders.admin.choices import RadioFilter
from orders.admin.deadline import TO_SHIP
from orders.models import Attention, Order, OrderItem
from orders.statements import execute

# From one carrier to the next by the index: SELECT DISTINCT would read all orders.
_CARRIERS = """
WITH RECURSIVE known AS (
    (SELECT carrier FROM orders_order WHERE carrier > '' ORDER BY carrier LIMIT 1)
    UNION ALL
    SELECT (SELECT o.carrier FROM orders_order AS o WHERE o.carrier > known.carrier ORDER BY o.carrier LIMIT 1)
      FROM known WHERE known.carrier IS NOT NULL
) SELECT carrier FROM known WHERE carrier IS NOT NULL LIMIT %(most)s
"""
#: More names than these are not a choice; the search box finds orders by what they are.
MOST_CARRIERS = 40


class AttentionFilter(RadioFilter):
    title = _("attention")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("1", _("Needs attention")), *((str(value), label) for value, label in Attention.Reason.choices)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        waiting = Attention.objects.filter(cleared_at__isnull=True)
        if self.value() in Attention.Reason.values:
            waiting = waiting.filter(reason=self.value())
        return queryset.filter(pk__in=waiting.values("order_id")) if self.value() else queryset


class DeadlineFilter(RadioFilter):
    title = _("ship by")
    parameter_name = "deadline"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("late", _("Late")), ("today", _("Today")), ("tomorrow", _("Tomorrow"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        now = timezone.localtime()
        midnight = timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), time()))
        spans = {
            "late": Q(ship_by__lt=now),
            "today": Q(ship_by__gte=now, ship_by__lt=midnight),
            "tomorrow": Q(ship_by__gte=midnight, ship_by__lt=midnight + timedelta(days=1)),
        }
        span = spans.get(self.value() or "")
        return queryset.filter(span, status__in=TO_SHIP) if span else queryset


class CarrierFilter(RadioFilter):
    title = _("carrier")
    parameter_name = "carrier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(name, name) for (name,) in execute(_CARRIERS, most=MOST_CARRIERS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(carrier=self.value()) if self.value() else queryset


class SkuFilter(TextFilter):
    """Exactly this SKU: a part of one would have to be looked for in every item ever sold."""

    title = _("SKU")
    parameter_name = "sku"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        sku = (self.value() or "").replace("\0", "").strip()
        return queryset.filter(Exists(OrderItem.objects.filter(order=OuterRef("pk"), sku=sku))) if sku else queryset


class PeriodFilter(RangeDateFilter):
    """Whole days in local time, both ends included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        first = self._day(request, "from")
        last = self._day(request, "to")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": first})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": last + timedelta(days=1)})
        return queryset

    def _day(self, request: HttpRequest, end: str) -> datetime | None:
        """Midnight of the day that was typed, in any of the language's formats."""
        text = self.used_parameters.get(f"{self.parameter_name}_{end}")
        try:
            day = forms.DateField(required=False).clean(text)
        except forms.ValidationError:
            messages.warning(request, gettext("“%(text)s” is not a date; write it like 31/12/2026.") % {"text": text})
            return None
        return timezone.make_aware(datetime.combine(day, time())) if day else None
