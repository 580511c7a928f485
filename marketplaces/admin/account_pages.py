"""Pages of an account besides its form: each belongs to a capability, and only accounts that have it show it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplaces import loop, registry
from marketplaces.adapter import Adapter
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError, Unavailable
from marketplaces.models import Account

T = TypeVar("T")

#: Seconds that a person waits for one call, turn under the rate limit included.
PATIENCE = 8.0
TIMEOUT = 40.0

View = Callable[["ModelAdmin[Account]", HttpRequest, Account], HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    title: str | Promise
    capability: type
    view: View
    homologation_only: bool = False
    only_if: Callable[[Account], bool] = lambda account: True


PAGES: dict[str, Page] = {}


def pages_of(account: Account) -> list[tuple[str | Promise, str]]:
    """Titles and addresses of what this account has besides its form."""
    return [
        (page.title, url(account, page.name))
        for page in PAGES.values()
        if _has(account, page) and not (page.homologation_only and account.production)
    ]


def urls(admin: "ModelAdmin[Account]") -> list[URLPattern]:
    view = admin.admin_site.admin_view(lambda request, **kwargs: _show(admin, request, **kwargs))
    return [path("<int:account_id>/pages/<slug:name>/", view, name="marketplaces_account_page")]


def url(account: Account, name: str) -> str:
    return reverse("admin:marketplaces_account_page", args=[account.pk, name])


def adapter_of(account: Account) -> Adapter:
    """Speaks for the account, in front of somebody who waits."""
    return connect(account, patience=PATIENCE)


def ask(call: Coroutine[Any, Any, T]) -> T:
    """Its answer. Raises MarketplaceError, also when it takes longer than anybody waits."""
    try:
        return loop.run(call, timeout=TIMEOUT)
    except TimeoutError as error:
        raise Unavailable(_("The marketplace did not answer in time.")) from error


def ask_or_tell(request: HttpRequest, call: Coroutine[Any, Any, T], otherwise: T) -> T:
    """Its answer; else the reason is told to the person and `otherwise` is shown."""
    try:
        return ask(call)
    except MarketplaceError as error:
        messages.error(request, error.detail)
        return otherwise


def done(request: HttpRequest, call: Coroutine[Any, Any, object], sentence: str) -> bool:
    """Do it and say so, or say why not."""
    try:
        ask(call)
    except MarketplaceError as error:
        messages.error(request, error.detail)
        return False
    messages.success(request, sentence)
    return True


def render(
    admin: "ModelAdmin[Account]", request: HttpRequest, account: Account, template: str, **context: Any
) -> TemplateResponse:
    whole = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": account,
        "account": account,
        **context,
    }
    return TemplateResponse(request, f"marketplaces/admin/{template}", whole)


def _show(admin: "ModelAdmin[Account]", request: HttpRequest, account_id: int, name: str) -> HttpResponse:
    account = get_object_or_404(Account.objects.select_related("channel"), pk=account_id)
    if not admin.has_change_permission(request, account):
        raise PermissionDenied
    page = PAGES.get(name)
    if page is None or not _has(account, page):
        raise Http404
    if request.method == "POST":
        admin.log_change(request, account, str(page.title))
    return page.view(admin, request, account)


def _has(account: Account, page: Page) -> bool:
    return issubclass(registry.adapter_class(account.connector), page.capability) and page.only_if(account)
