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
from unfold.contrib.filters.admin import RadioFilter, RangeDateFilter

from orders.admin.deadline import TO_SHIP
from orders.models import Attention, Order


def open_attention() -> Exists:
    return Exists(Attention.objects.filter(order=OuterRef("pk"), cleared_at__isnull=True))


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
