"""In which form the account's labels are fetched, where its marketplace makes them in several."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from marketplaces import registry
from marketplaces.admin import account_facts
from marketplaces.admin.account_pages import PAGES, Page, render, url
from marketplaces.capabilities import LABEL_FORMAT, FetchesLabels
from marketplaces.models import Account

NAME = "label-format"


class FormatForm(forms.Form):
    label_format = forms.ChoiceField(label=_("Format of the labels"), widget=UnfoldAdminRadioSelectWidget)

    def __init__(self, account: Account, data: Any = None) -> None:
        formats = formats_of(account)
        super().__init__(data, initial={LABEL_FORMAT: account.options.get(LABEL_FORMAT, next(iter(formats)))})
        choices = [(word, gettext(words)) for word, words in formats.items()]
        self.fields[LABEL_FORMAT].choices = choices  # type: ignore[attr-defined]  # declared as Field


def formats_of(account: Account) -> dict[str, str]:
    adapter = registry.adapter_class(account.connector)
    return dict(adapter.label_formats) if issubclass(adapter, FetchesLabels) else {}


def format_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    form = FormatForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        seen = request.POST.get("seen", "")
        if account_facts.save(form, account, "options", seen=seen, change=lambda options: {**options, **chosen}):
            messages.success(request, gettext("Labels that are fetched from now on have this format."))
            return HttpResponseRedirect(url(account, NAME))
    seen = account_facts.seen_of(form, account, "options")
    return render(admin, request, account, "label_format.html", title=page.title, form=form, seen=seen)


page = PAGES[NAME] = Page(
    NAME, _("Format of the labels"), FetchesLabels, format_page, only_if=lambda account: len(formats_of(account)) > 1
)
