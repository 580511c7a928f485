"""The account's webhooks as the marketplace has them: seen, judged, set up."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplaces import subscriptions
from marketplaces.admin.account_pages import PAGES, Page, adapter_of, ask_or_tell, done, render, url
from marketplaces.capabilities import KeepsPushes, Subscription
from marketplaces.models import Account
from marketplaces.webhook import address_of

NAME = "webhooks"


def webhooks_page(admin: "ModelAdmin[Account]", request: HttpRequest, account: Account) -> HttpResponse:
    adapter = adapter_of(account)
    if not isinstance(adapter, KeepsPushes):
        raise Http404
    ours = address_of(request, reverse("webhook", args=[account.channel.code]))
    if request.method == "POST":
        if done(request, adapter.subscribe(ours), gettext("The marketplace sends its webhooks here from now on.")):
            subscriptions.look(account)
        return HttpResponseRedirect(url(account, NAME))
    none: Subscription | None = None
    known = ask_or_tell(request, _ask(adapter), none)
    context: dict[str, Any] = {
        "title": page.title,
        "subscription": known,
        "problem": subscriptions.problem_of(known) if known else "",
        "ours": ours,
        "last_hint": account.hints.order_by("-received_at").first(),
    }
    return render(admin, request, account, "webhooks.html", **context)


async def _ask(adapter: KeepsPushes) -> Subscription | None:
    return await adapter.subscription()


page = PAGES[NAME] = Page(NAME, _("Webhooks"), KeepsPushes, webhooks_page)
