"""Putting a recorded shipment right: the button stands at the shipment, while its channel does not know it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from orders import verbs
from orders.admin.verb_forms import VerbForm
from orders.models import Actor, Order


class CorrectShipmentForm(VerbForm):
    name = "correct_shipment"
    label = _("Correct shipment")
    done = _("Corrected. The channel will be told the new data.")
    icon = "edit"

    tracking_code = forms.CharField(label=_("Tracking code"), max_length=80, widget=UnfoldAdminTextInputWidget)
    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    method = forms.CharField(
        label=_("Shipping method"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )
    tracking_url = forms.URLField(
        label=_("Tracking link"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )

    def __init__(self, order: Order, data: Any = None, files: Any = None, *, about: str = "") -> None:
        """`about` is the shipment's id."""
        super().__init__(order, data, files, about=about)
        self.shipment = order.shipments.filter(pk=about).first() if about.isdecimal() else None
        self.initial = {name: getattr(self.shipment, name, "") for name in self.base_fields}

    def obstacle(self) -> str:
        if self.shipment in verbs.correctable(self.order):
            return ""
        return gettext("The channel already knows this shipment, or is being told it now: it cannot be corrected here.")

    @property
    def explanation(self) -> str:
        sentence = gettext("%(channel)s does not know this shipment yet; it is told what you write here.")
        return sentence % {"channel": self.order.channel}

    def perform(self, *, by: Actor) -> None:
        if self.shipment is not None:
            verbs.correct_shipment(self.shipment, by=by, **self.cleaned_data)
