"""How a parcel is handed over: what the channel offers, as a form; and a refused NF-e replaced by the right one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from orders import arranging, verbs
from orders.admin.verb_forms import InvoiceForm, VerbForm
from orders.arranging import CannotAsk, Way
from orders.models import Actor, Invoice, Order

BY_RULE = ""
#: Before the name of what is typed for a way.
ASKED = "asked_"


class ArrangeShippingForm(VerbForm):
    """The channel is asked when the form is shown or checked, not when it is made: many orders go by the rule."""

    name = "arrange_shipping"
    label = _("Arrange shipping")
    done = _("Shipping will be arranged with the channel.")
    icon = "pallet"
    checked = False

    way = forms.ChoiceField(label=_("How it is handed over"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, order: Order, data: Any = None, files: Any = None, *, about: str = "") -> None:
        super().__init__(order, data, files, about=about)
        self._ways: Sequence[Way] | None = None
        self._problem = ""

    @property
    def told_fields(self) -> list[forms.BoundField]:
        self._ask()
        return [self[name] for name in self.fields]

    @property
    def explanation(self) -> str:
        self._ask()
        hold, channel = self.order.hold_until, self.order.channel
        sentence = gettext("%(channel)s is asked to arrange the hand-over.")
        if hold and hold > timezone.now():
            sentence = gettext(
                "%(channel)s is asked to arrange the hand-over, at %(at)s and not before: until then the buyer may "
                "still cancel."
            )
        at = date_format(timezone.localtime(hold), "H:i") if hold else ""
        return " ".join(filter(None, (sentence % {"channel": channel, "at": at}, self._problem)))

    def full_clean(self) -> None:
        if self.is_bound:
            self._ask()
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, question in (way.asks if (way := self._chosen) else {}).items():
            if not cleaned.get(ASKED + name):
                problem = gettext("%(field)s: give it for this way of handing over.")
                self.add_error(ASKED + name, problem % {"field": question})
        return cleaned

    def perform(self, *, by: Actor) -> None:
        way = self._chosen
        if way is None:
            verbs.arrange_shipping(self.order, by=by)
            return
        typed = {name: self.cleaned_data[ASKED + name] for name in way.asks}
        words = " · ".join([way.words, *(f"{way.asks[name]}: {value}" for name, value in typed.items())])
        verbs.arrange_shipping(self.order, by=by, choice={**way.choice, **typed}, words=words)

    @property
    def _chosen(self) -> Way | None:
        key = self.cleaned_data.get("way", BY_RULE)
        return next((way for way in self._ways or () if way.key == key), None)

    def _ask(self) -> None:
        if self._ways is not None:
            return
        try:
            self._ways = arranging.ways(self.order)
        except CannotAsk as error:
            self._ways = ()
            self._problem = gettext(
                "What it offers could not be asked (%(reason)s), so only the account's rule can be chosen."
            ) % {"reason": str(error).rstrip(".")}
        self.fields["way"].choices = _choices(self._ways)  # type: ignore[attr-defined]  # declared as Field
        for name, (question, words) in _questions(self._ways).items():
            self.fields[ASKED + name] = forms.CharField(
                label=question,
                required=False,
                max_length=100,
                widget=UnfoldAdminTextInputWidget,
                help_text=gettext("Needed only for: %(words)s") % {"words": words},
            )


class ReplaceInvoiceForm(InvoiceForm):
    name = "replace_invoice"
    label = _("Replace invoice")
    done = _("Invoice replaced. The channel will be told again.")
    icon = "published_with_changes"

    def obstacle(self) -> str:
        possible = self.name in verbs.possible(self.order)
        return "" if possible else gettext("Only an NF-e that the channel refused can be replaced.")

    @property
    def explanation(self) -> str:
        sentence = gettext(
            "The channel refused NF-e %(key)s. Record the corrected one: it takes its place, and %(channel)s is told "
            "again."
        )
        invoice = Invoice.objects.filter(order=self.order).first()
        return sentence % {"key": invoice.access_key if invoice else "", "channel": self.order.channel}

    def record(self, facts: Mapping[str, Any], *, by: Actor) -> Invoice:
        return verbs.replace_invoice(self.order, by=by, **facts)


def _choices(ways: Sequence[Way]) -> list[tuple[str, str]]:
    """The rule first, saying what it would take; then each thing that is offered."""
    usual = next((way for way in ways if way.usual), None)
    by_rule = gettext("By the account's rule")
    if usual:
        by_rule = gettext("By the account's rule (now: %(words)s)") % {"words": usual.words}
    return [(BY_RULE, by_rule), *((way.key, way.words) for way in ways)]


def _questions(ways: Sequence[Way]) -> dict[str, tuple[str, str]]:
    """What has to be typed for some way: the question, and for which."""
    asked: dict[str, tuple[str, str]] = {}
    for way in ways:
        for name, question in way.asks.items():
            asked.setdefault(name, (question, way.group))
    return asked
