"""The account's rule for handing parcels over: what counts where nobody chose for an order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from marketplaces.admin import account_facts
from marketplaces.admin.account_pages import PAGES, Page, adapter_of, ask_or_tell, render, url
from marketplaces.arranging import ArrangesShipping, Rule
from marketplaces.models import Account

NAME = "arranging"


class RuleForm(forms.Form):
    """A choice for each rule. What was laid down before can still be chosen when it is no longer offered."""

    def __init__(self, rules: Sequence[Rule], chosen: dict[str, str], data: Any = None) -> None:
        super().__init__(data)
        for rule in rules:
            choices = list(rule.choices)
            value = chosen.get(rule.name, "")
            if value not in dict(choices):
                choices.append((value, gettext("%(value)s (no longer offered)") % {"value": value}))
            self.fields[rule.name] = forms.ChoiceField(
                label=rule.label,
                choices=choices,
                initial=value,
                required=False,
                widget=UnfoldAdminSelectWidget,
                help_text=rule.hint,
            )


def arranging_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    adapter = adapter_of(account)
    if not isinstance(adapter, ArrangesShipping):
        raise Http404
    none: Sequence[Rule] = ()
    rules = ask_or_tell(request, adapter.arranging_rules(), none)
    form = RuleForm(rules, account.arranging, request.POST or None)
    if request.method == "POST" and rules and form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        if account_facts.save(form, account, NAME, seen=request.POST.get("seen", ""), change=lambda _old: chosen):
            admin.log_change(request, account, gettext("How shipping is arranged"))
            messages.success(request, gettext("Saved. Shipments that are still to be arranged follow the new rule."))
            return HttpResponseRedirect(url(account, NAME))
    seen = account_facts.seen_of(form, account, NAME)
    return render(admin, request, account, "arranging.html", title=page.title, rules=rules, form=form, seen=seen)


page = PAGES[NAME] = Page(NAME, _("How shipping is arranged"), ArrangesShipping, arranging_page)
