"""Rows that have the same trouble, counted: numbers in a message are what differs from one to the next."""

from typing import Any

from django.db.models import Count, F, Func, Max, QuerySet, TextField, Value
from django.db.models.functions import Left

#: Groups that are shown; whoever has more has one cause.
MOST = 10
LENGTH = 150


def alike(field: str) -> Left:
    """A message's words without its numbers: the same for the same trouble."""
    words = Func(F(field), Value("[0-9]+"), Value("…"), Value("g"), function="regexp_replace", output_field=TextField())
    return Left(words, LENGTH)


def groups(queryset: QuerySet[Any], field: str, *also: str) -> list[dict[str, Any]]:
    """Where at least two are alike: `alike`, `count`, an `example`, and the fields of `also`; the largest first."""
    rows = queryset.order_by().values(*also, alike=alike(field)).annotate(count=Count("pk"), example=Max(field))
    return list(rows.filter(count__gt=1).order_by("-count", "alike")[:MOST])
