"""The verbs that many orders can take at once."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from orders.admin import rights
from orders.admin.bulk import BulkForm, add_form
from orders.models import JobRow, Order
from orders.status import RESERVING, Status, sources
from orders.verbs.shipping import DELIVERABLE
from orders.words import STATUS_WORDS


def _unless(order: Order, statuses: frozenset[Status], *, ours: bool = True) -> str:
    if not ours:
        return gettext("The marketplace ships this order, not us.")
    if order.status in statuses:
        return ""
    return gettext("is “%(status)s”, and will be left as it is") % {"status": STATUS_WORDS[Status(order.status)]}


class ArrangeForm(BulkForm):
    kind = "arrange_shipping"
    label = _("Arrange shipping")
    notice = _("The channels are asked to collect or to take these parcels as the rule of each account says.")

    @classmethod
    def obstacle(cls, order: Order) -> str:
        if not order.is_ours_to_arrange:
            return gettext("The channel does not want to be asked, and it will be left as it is")
        return _unless(order, sources(Status.SHIPPING_ARRANGED) | {Status.SHIPPING_ARRANGED})


class ShipForm(BulkForm):
    kind = "ship"
    label = _("Mark as shipped")
    notice = _("What is left of these orders counts as handed over to the carrier, and the channels are told.")

    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    method = forms.CharField(label=_("Method"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    trackings = forms.CharField(
        label=_("Tracking codes"),
        widget=UnfoldAdminTextareaWidget({"rows": 8, "class": "dsp-mono", "spellcheck": "false"}),
        help_text=_("One order a line: its code, a comma or a tab, its tracking code. A pasted spreadsheet will do."),
    )

    @classmethod
    def obstacle(cls, order: Order) -> str:
        return _unless(order, sources(Status.SHIPPED) & RESERVING, ours=order.is_ours_to_ship)

    def prepare(self) -> None:
        known = ((row.label, _told(row.order)) for row in self.rows if row.order)
        self.initial["trackings"] = "\n".join(f"{code}, {tracking}" for code, tracking in known)
        self.fields["trackings"].widget.attrs["rows"] = min(20, max(4, len(self.rows) + 1))

    def clean_trackings(self) -> dict[str, str]:
        """Order codes to tracking codes."""
        codes = {row.label for row in self.rows} | {row.order.remote_code for row in self.rows if row.order}
        given: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["trackings"].splitlines())):
            code, *rest = re.split(r"\s*[,;\t]\s*", line, maxsplit=1)
            if code not in codes:
                sentence = gettext("“%(line)s”: none of the chosen orders has this code.")
                raise forms.ValidationError(sentence % {"line": line})
            given[code] = rest[0] if rest else ""
        return given

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("carrier", "method")}

    def row_facts(self) -> Mapping[int, Mapping[str, Any]]:
        return {row.position: {"tracking_code": self._given(row)} for row in self.rows}

    def _given(self, row: JobRow) -> str:
        given = self.cleaned_data["trackings"]
        return str(given.get(row.label) or given.get(row.order.remote_code if row.order else "", ""))


def _told(order: Order) -> str:
    """The tracking code that the channel told of an order with one parcel."""
    return str(order.trackings[0].get("code", "")) if len(order.trackings) == 1 else ""


class DeliverForm(BulkForm):
    kind = "deliver"
    label = _("Mark as delivered")
    notice = _("These orders will count as delivered, and their channels are told.")

    delivered_at = forms.SplitDateTimeField(
        label=_("Delivered at"), initial=timezone.now, widget=UnfoldAdminSplitDateTimeWidget
    )

    @classmethod
    def obstacle(cls, order: Order) -> str:
        return _unless(order, DELIVERABLE, ours=order.is_ours_to_ship)

    def clean_delivered_at(self) -> Any:
        at = self.cleaned_data["delivered_at"]
        if at > timezone.now():
            raise forms.ValidationError(gettext("The delivery cannot be in the future."))
        return at

    def facts(self) -> dict[str, Any]:
        return {"delivered_at": self.cleaned_data["delivered_at"].isoformat()}


class CancelForm(BulkForm):
    kind = "cancel"
    label = _("Cancel, with a reason")
    notice = _(
        "These orders will be canceled here and at their channels, and what they had not shipped goes back to stock. "
        "This cannot be undone."
    )
    danger = True

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True})
    )

    @classmethod
    def obstacle(cls, order: Order) -> str:
        return _unless(order, sources(Status.CANCELED))

    def facts(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


def _may(verb: str) -> Any:
    return lambda user: rights.may(user, verb)


for _form in (ArrangeForm, ShipForm, DeliverForm, CancelForm):
    add_form(_form, allowed=_may(_form.kind))
