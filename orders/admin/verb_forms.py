"""What a person fills in to do something with an order: one form per verb (those with units: unit_forms.py)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from orders import nfe, verbs
from orders.admin.extensions import Advice
from orders.admin.timeline import Entry
from orders.errors import OrderError
from orders.models import Actor, Invoice, Order
from orders.templatetags.brazil import cpf_cnpj


class VerbForm(forms.Form):
    """`perform` runs the verb with what was typed; `place` puts the domain's refusal where the mistake is."""

    name: ClassVar[str]  #: the verb's, as in orders.verbs
    label: ClassVar[Promise]  #: on the button
    done: ClassVar[Promise]  #: what people are told afterwards
    icon: ClassVar[str]
    danger: ClassVar[bool] = False
    scans: ClassVar[tuple[str, str] | None] = None  #: field and pattern of what a bar code reader may type anywhere
    checked: ClassVar[bool] = True  #: while it is filled in; not where that would ask the channel each time
    takes_file: ClassVar[str] = ""  #: field of the file that may be dropped anywhere on the page
    do_not_call_in_templates = True  #: buttons are made from the class itself

    #: What happened since the form was opened, to be looked at before confirming again.
    news: Sequence[Entry] = ()

    def __init__(self, order: Order, data: Any = None, files: Any = None, *, about: str = "") -> None:
        """`about` names a part of the order, where the verb is about one."""
        super().__init__(data, files)
        self.order = order
        self.about = about
        self.warnings: list[str] = []

    def take(self, advice: Advice) -> None:
        """Show what somebody else has to say about this."""
        self.warnings += advice.warnings

    @property
    def told_fields(self) -> list[forms.BoundField]:
        """What is asked about the order as a whole."""
        return [self[field] for field in self.base_fields if field != "items"]

    @property
    def explanation(self) -> str:
        """What will happen, in a sentence or two."""
        raise NotImplementedError

    def perform(self, *, by: Actor) -> None:
        raise NotImplementedError

    def obstacle(self) -> str:
        """Why this cannot be done now; "" when it can."""
        return verbs.obstacle(self.order, self.name)

    def understood(self) -> str:
        """What was made of the input, to be compared by eye; only for a valid form."""
        return ""

    def forget_units(self) -> None:
        """For many orders at once: everything that each has."""

    def place(self, error: OrderError) -> None:
        self.add_error(error.field if error.field in self.fields else None, error.message)


class InvoiceForm(VerbForm):
    name = "invoice"
    label = _("Record invoice")
    done = _("Invoice recorded. The channel will be told.")
    icon = "receipt_long"
    scans = ("access_key", "(NFe)?[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
    takes_file = "xml"

    access_key = forms.CharField(
        label=_("Access key"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(
            {"autofocus": True, "autocomplete": "off", "class": "dsp-mono", "data-scan": ""}
        ),
        help_text=_("The 44 characters of the NF-e, typed, pasted or scanned; blanks and dots do not matter."),
    )
    xml = forms.FileField(
        label=_("NF-e file (XML)"),
        required=False,
        widget=UnfoldAdminFileFieldWidget({"accept": ".xml,text/xml,application/xml"}),
        help_text=_("Instead of the key, or with it; the authorized file (nfeProc)."),
    )
    volumes = forms.IntegerField(
        label=_("Volumes"), required=False, min_value=1, max_value=9999, widget=UnfoldAdminIntegerFieldWidget
    )
    issued_at = forms.SplitDateTimeField(label=_("Issued"), required=False, widget=UnfoldAdminSplitDateTimeWidget)

    @property
    def explanation(self) -> str:
        return gettext("The NF-e is recorded and %(channel)s is told.") % {"channel": self.order.channel}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("access_key") and not cleaned.get("xml"):
            self.add_error("access_key", gettext("Type the access key, or choose the NF-e's file."))
        return cleaned

    def perform(self, *, by: Actor) -> None:
        file = self.cleaned_data["xml"]
        facts = self.cleaned_data | {"xml": file.read() if file else b""}
        self.recorded = self.record(facts, by=by)

    def record(self, facts: Mapping[str, Any], *, by: Actor) -> Invoice:
        return verbs.invoice(self.order, by=by, **facts)

    def understood(self) -> str:
        key = nfe.parse(self.recorded.access_key)
        sentence = gettext("NF-e %(number)s, series %(series)s, of %(month)s, issued by %(issuer)s (%(uf)s).")
        month = f"{key.month:02d}/{key.year}"
        facts = {"number": key.number, "series": key.series, "month": month, "uf": key.uf}
        return sentence % {**facts, "issuer": cpf_cnpj(key.issuer)}


class DeliverForm(VerbForm):
    name = "deliver"
    label = _("Record delivery")
    done = _("Delivery recorded. The channel will be told.")
    icon = "inventory"

    delivered_at = forms.SplitDateTimeField(
        label=_("Delivered at"), initial=timezone.now, widget=UnfoldAdminSplitDateTimeWidget
    )

    @property
    def explanation(self) -> str:
        return gettext("The buyer has the goods; %(channel)s is told.") % {"channel": self.order.channel}

    def clean_delivered_at(self) -> Any:
        at = self.cleaned_data["delivered_at"]
        if at > timezone.now():
            raise forms.ValidationError(gettext("The delivery cannot be in the future."))
        return at

    def perform(self, *, by: Actor) -> None:
        verbs.deliver(self.order, by=by, **self.cleaned_data)


class ReasonForm(VerbForm):
    """A verb that wants to know why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True})
    )

    def take(self, advice: Advice) -> None:
        super().take(advice)
        if advice.reasons:
            choices = [(reason, reason) for reason in advice.reasons]
            self.fields["reason"].widget = UnfoldAdminSelectWidget(choices=choices)


class FailDeliveryForm(ReasonForm):
    name = "fail_delivery"
    label = _("Record failed delivery")
    done = _("Failed delivery recorded. The channel will be told.")
    icon = "unpublished"

    @property
    def explanation(self) -> str:
        sentence = gettext("The carrier could not hand the goods over; %(channel)s is told why.")
        return sentence % {"channel": self.order.channel}

    def perform(self, *, by: Actor) -> None:
        verbs.fail_delivery(self.order, by=by, **self.cleaned_data)


class StartReturnForm(ReasonForm):
    name = "start_return"
    label = _("Record return")
    done = _("Return recorded.")
    icon = "assignment_return"

    @property
    def explanation(self) -> str:
        return gettext("The goods are on their way back. The marketplace runs the return itself and is not told.")

    def perform(self, *, by: Actor) -> None:
        verbs.start_return(self.order, by=by, **self.cleaned_data)


class AnswerCancelRequestForm(VerbForm):
    name = "answer_cancel_request"
    label = _("Answer the buyer")
    done = _("Answer recorded. The channel will be told.")
    icon = "contact_support"

    accept = forms.TypedChoiceField(
        label=_("The buyer asks to cancel"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Accept: the order will be canceled")), ("no", _("Refuse: the order goes on"))],
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )

    def obstacle(self) -> str:
        return "" if self.order.has_open_cancel_request else gettext("No request of the buyer waits for an answer.")

    @property
    def explanation(self) -> str:
        reason = self.order.cancel_request_reason or gettext("no reason given")
        return gettext("The buyer's reason: %(reason)s. %(channel)s is told your answer.") % {
            "reason": reason,
            "channel": self.order.channel,
        }

    def perform(self, *, by: Actor) -> None:
        verbs.answer_cancel_request(self.order, by=by, **self.cleaned_data)
