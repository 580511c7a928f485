"""The verbs that move units: how many of each SKU are shipped, canceled or came back."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from orders import verbs
from orders.admin.verb_forms import ReasonForm, VerbForm
from orders.models import Actor, Order, OrderItem


class UnitsForm(VerbForm):
    """Asks for units per SKU, all that there are unless somebody says fewer."""

    units_title: ClassVar[Promise]

    #: Carries no value: the place for what is wrong with the units as a whole.
    items = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None, files: Any = None, *, about: str = "") -> None:
        super().__init__(order, data, files, about=about)
        self.skus: dict[str, str] = {}
        for sku, (name, most) in self._most().items():
            field = f"units_{len(self.skus)}"
            self.skus[field] = sku
            self.fields[field] = forms.IntegerField(
                label=f"{sku} · {name}" if name else sku,
                initial=most,
                min_value=0,
                max_value=most,
                required=False,
                widget=UnfoldAdminIntegerFieldWidget,
                help_text=gettext("at most %(most)s") % {"most": most},
                error_messages={"max_value": gettext("There are only %(most)s.") % {"most": most}},
            )

    def available(self, line: OrderItem) -> int:
        return line.open_quantity

    def _most(self) -> dict[str, tuple[str, int]]:
        """Units per SKU, with the item's name; the same SKU may stand on several lines."""
        most: dict[str, tuple[str, int]] = {}
        for line in self.order.items.order_by("id"):
            if units := self.available(line):
                name, before = most.get(line.sku, (line.name, 0))
                most[line.sku] = (name, before + units)
        return most

    def forget_units(self) -> None:
        for field in self.skus:
            del self.fields[field]
        self.skus = {}

    @property
    def unit_fields(self) -> list[forms.BoundField]:
        return [self[field] for field in self.skus]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.skus and not self.errors and not any(cleaned.get(field) for field in self.skus):
            self.add_error("items", gettext("Give at least one unit."))
        return cleaned

    @property
    def chosen(self) -> list[tuple[str, int]]:
        """(SKU, units) as the verbs take them."""
        return [(sku, units) for field, sku in self.skus.items() if (units := self.cleaned_data.get(field))]


class ShipForm(UnitsForm):
    name = "ship"
    label = _("Record shipment")
    done = _("Shipment recorded. The channel will be told.")
    icon = "local_shipping"
    scans = ("tracking_code", "[A-Z]{2}[0-9]{9}[A-Z]{2}")
    units_title = _("Units in this shipment")

    tracking_code = forms.CharField(
        label=_("Tracking code"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "autocomplete": "off", "data-scan": ""}),
    )
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
        super().__init__(order, data, files, about=about)
        self.initial = {"carrier": order.carrier[:80], "method": order.shipping_method[:80]}

    @property
    def explanation(self) -> str:
        sentence = gettext(
            "The hand-over is recorded and %(channel)s is told. With its last unit the order counts as shipped."
        )
        return sentence % {"channel": self.order.channel}

    def perform(self, *, by: Actor) -> None:
        told = ("tracking_code", "carrier", "method", "tracking_url")
        facts = {name: self.cleaned_data[name] for name in told}
        verbs.ship(self.order, by=by, items=self.chosen, **facts)


class CancelForm(UnitsForm, ReasonForm):
    name = "cancel"
    label = _("Cancel order")
    done = _("Canceled. The channel will be told.")
    icon = "cancel"
    danger = True
    units_title = _("Units to cancel")

    @property
    def explanation(self) -> str:
        units = sum(line.open_quantity for line in self.order.items.all())
        sentence = ngettext(
            "What you cancel here is canceled at %(channel)s too. With %(units)s unit, all that is left, the whole "
            "order ends: what still waits to be sent to the channel is not sent any more. This cannot be undone.",
            "What you cancel here is canceled at %(channel)s too. With all %(units)s units that are left, the whole "
            "order ends: what still waits to be sent to the channel is not sent any more. This cannot be undone.",
            units,
        )
        return sentence % {"channel": self.order.channel, "units": units}

    def perform(self, *, by: Actor) -> None:
        verbs.cancel(self.order, by=by, reason=self.cleaned_data["reason"], items=self.chosen)


class ReceiveReturnForm(UnitsForm):
    name = "receive_return"
    label = _("Receive return")
    done = _("Returned goods recorded.")
    icon = "assignment_returned"
    units_title = _("Units that came back")

    def available(self, line: OrderItem) -> int:
        return line.quantity_shipped - line.quantity_returned

    @property
    def explanation(self) -> str:
        return gettext("The return ends here. The warehouse counts what can be sold again.")

    def perform(self, *, by: Actor) -> None:
        verbs.receive_return(self.order, by=by, items=self.chosen)
