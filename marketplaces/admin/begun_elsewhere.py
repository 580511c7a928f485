"""An authorization that the seller began at the marketplace comes back without our state: a person says whose it is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from marketplaces import registry
from marketplaces.admin.authorization import LIFETIME, conclude, refuse
from marketplaces.models import Account

SALT = "marketplaces.begun_elsewhere"


class WhoseForm(forms.Form):
    """`answer` is what the browser brought along, so that nobody writes it into the form himself."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Account"), empty_label=None, widget=UnfoldAdminRadioSelectWidget
    )
    answer = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = _accounts()  # type: ignore[attr-defined]  # declared as Field

    def clean_answer(self) -> dict[str, str]:
        try:
            answer: dict[str, str] = signing.loads(self.cleaned_data["answer"], salt=SALT, max_age=LIFETIME)
        except signing.BadSignature:
            raise forms.ValidationError(_("This is too long ago: begin again.")) from None
        return answer


def is_so(request: HttpRequest) -> bool:
    """A code without state, where a marketplace gives such codes; or the answer to our question."""
    brought = bool(request.GET.get("code")) and not request.GET.get("state")
    return request.method == "POST" or (brought and _accounts().exists())


def ask(admin: "ModelAdmin[Account]", request: HttpRequest) -> HttpResponse:
    """Nothing is done for a link alone, which anybody may have made: only for the form that is sent from here."""
    if not request.user.has_perm("marketplaces.change_account"):
        raise PermissionDenied
    answer = signing.dumps(request.GET.dict(), salt=SALT, compress=True)
    form = WhoseForm(request.POST or None, initial={"answer": answer})
    if form.is_valid():
        return conclude(request, form.cleaned_data["account"], form.cleaned_data["answer"])
    if "answer" in form.errors:
        return refuse(request)
    context = {
        **admin.admin_site.each_context(request),
        "opts": Account._meta,
        "title": _("Authorization begun at the marketplace"),
        "form": form,
    }
    return TemplateResponse(request, "marketplaces/admin/begun_elsewhere.html", context)


def _accounts() -> Any:
    return Account.objects.select_related("channel").filter(connector__in=_connectors()).order_by("channel__name")


def _connectors() -> Sequence[str]:
    return [name for name in registry.CONNECTORS if registry.adapter_class(name).begins_elsewhere]
