"""Filters to choose in: one template, and no form for it. Unfold's took as long as the rest of the order list."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RelatedCheckboxFilter
from unfold.contrib.filters.admin import RadioFilter as UnfoldRadioFilter

TEMPLATE = "orders/admin/filter.html"


def boxes(kind: str, name: str, offered: Iterable[Any], chosen: Collection[str]) -> SafeString:
    """Inputs of HTML's `kind`, one for each pair of value and words in `offered`."""
    made = (
        f'<label class="dsp-choice"><input type="{kind}" name="{escape(name)}" value="{escape(value)}"'
        f"{' checked' if str(value) in chosen else ''}> {escape(words)}</label>"
        for value, words in offered
    )
    return mark_safe("".join(made))  # noqa: S308 - each part is escaped above


class RadioFilter(UnfoldRadioFilter):
    """One of its lookups, or all."""

    template = TEMPLATE

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        offered = [self.all_option, *self.lookup_choices]
        yield {"boxes": boxes("radio", str(self.parameter_name), offered, {self.value() or ""})}


class ChoicesFilter(ChoicesCheckboxFilter):
    """Of a field with choices, any of those that are ticked."""

    template = TEMPLATE

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"boxes": boxes("checkbox", self.lookup_kwarg, self.field.flatchoices, self.value() or ())}


class RelatedFilter(RelatedCheckboxFilter):
    """Of what a field leads to, any of those that are ticked."""

    template = TEMPLATE

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"boxes": boxes("checkbox", self.lookup_kwarg, self.lookup_choices, self.value() or ())}
