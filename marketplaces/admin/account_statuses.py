"""The account's statuses: seen, created, given another label."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from marketplaces.admin.account_pages import PAGES, Page, adapter_of, ask, ask_or_tell, done, render, url
from marketplaces.capabilities import AccountStatus, KeepsStatuses
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account

NAME = "statuses"


class StatusForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What systems write. It can never be changed."),
    )
    label = forms.CharField(
        label=_("Label"), max_length=100, widget=UnfoldAdminTextInputWidget, help_text=_("What people read.")
    )
    type = forms.ChoiceField(
        label=_("Type"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("What it means: where an order is depends on the type alone."),
    )

    def __init__(self, types: Sequence[str], data: Any = None) -> None:
        super().__init__(data)
        self.fields["type"].choices = [(word, word) for word in types]  # type: ignore[attr-defined]  # declared as Field


def statuses_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    adapter = adapter_of(account)
    if not isinstance(adapter, KeepsStatuses):
        raise Http404
    if request.method == "POST" and request.POST.get("deed") == "label":
        _change_label(request, adapter)
        return HttpResponseRedirect(url(account, NAME))
    none: Sequence[AccountStatus] = ()
    known = ask_or_tell(request, adapter.list_statuses(), none)
    types = ask_or_tell(request, adapter.status_types(), ()) if known else ()
    form = StatusForm(types, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(adapter.create_status(AccountStatus(**form.cleaned_data)))
        except MarketplaceError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, gettext("The status is created."))
            return HttpResponseRedirect(url(account, NAME))
    context = {"title": page.title, "statuses": known, "form": form}
    return render(admin, request, account, "statuses.html", **context)


def _change_label(request: HttpRequest, adapter: KeepsStatuses) -> None:
    given = {name: request.POST.get(name, "").strip() for name in ("code", "label", "type")}
    none: Sequence[AccountStatus] = ()
    labels = {status.code: status.label for status in ask_or_tell(request, adapter.list_statuses(), none)}
    if not all(given.values()):
        messages.error(request, gettext("Give the status a label."))
    elif (was := request.POST.get("was")) and (now := labels.get(given["code"], was)) != was:
        sentence = gettext("Nothing was saved: the label is “%(label)s” meanwhile. Look at it again, then change it.")
        messages.error(request, sentence % {"label": now})
    else:
        done(request, adapter.change_status(AccountStatus(**given)), gettext("The label is changed."))


page = PAGES[NAME] = Page(NAME, _("Statuses"), KeepsStatuses, statuses_page)
