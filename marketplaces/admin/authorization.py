"""Authorizing an account at its marketplace: out with a signed state, back with a code, which buys the tokens."""

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplaces import loop, registry, tokens
from marketplaces.adapters import adapter_of, connection_of
from marketplaces.crossing import Grant
from marketplaces.errors import MarketplaceError
from marketplaces.http import DEADLINE
from marketplaces.models import Account
from marketplaces.webhook import address_of

SALT = "marketplaces.authorization"
#: Seconds that somebody may take at the marketplace.
LIFETIME = 30 * 60
NONCE = "authorization_nonce"


def is_needed(account: Account) -> bool:
    """Does a person have to allow us in, beside the credentials?"""
    return registry.adapter_class(account.connector).overrides("authorization_url")


def let_leave(page: HttpResponse, account: Account) -> HttpResponse:
    """`page` has the button that leads out: browsers hold a form's redirects to form-action as well.

    A marketplace sends people on to hosts of its own, so any that speaks HTTPS will do.
    """
    own = urlsplit(account.effective_base_url)
    page._csp_update = {"form-action": ["https:", f"{own.scheme}://{own.netloc}"]}  # type: ignore[attr-defined]  # django-csp's
    return page


def leave(request: HttpRequest, account: Account) -> HttpResponse:
    """To the marketplace's page of consent."""
    nonce = request.session[NONCE] = secrets.token_urlsafe(16)
    state = signing.dumps({"account": account.pk, "nonce": nonce}, salt=SALT, compress=True)
    try:
        url = registry.adapter_class(account.connector).authorization_url(
            connection_of(account), state=state, return_url=return_url(request)
        )
    except MarketplaceError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(_page(account))
    return HttpResponseRedirect(url)


def return_url(request: HttpRequest) -> str:
    """To be entered at the marketplace where it asks for the redirect address."""
    return address_of(request, reverse("admin:marketplaces_account_authorized"))


def come_back(request: HttpRequest) -> HttpResponse:
    """The seller's browser, with the code. Only the one that left, only once."""
    account = _account_of(request)
    if account is None:
        return refuse(request)
    if not request.user.has_perm("marketplaces.change_account"):
        raise PermissionDenied
    return conclude(request, account, request.GET.dict())


def refuse(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("This authorization was not begun here, or too long ago: begin at the account."))
    return HttpResponseRedirect(reverse("admin:marketplaces_account_changelist"))


def conclude(request: HttpRequest, account: Account, answer: Mapping[str, str]) -> HttpResponse:
    """`answer` is the query with which the seller's browser came back, and whose it is was proven."""
    if problem := _take(account, answer):
        messages.error(request, _("The authorization failed: %(problem)s") % {"problem": problem})
    else:
        messages.success(request, _("The marketplace authorized the account."))
    return HttpResponseRedirect(_page(account))


def _account_of(request: HttpRequest) -> Account | None:
    expected = request.session.pop(NONCE, "")
    try:
        state = signing.loads(request.GET.get("state", ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    if not secrets.compare_digest(state["nonce"], expected):
        return None
    return get_object_or_404(Account.objects.select_related("channel"), pk=state["account"])


def _take(account: Account, answer: Mapping[str, str]) -> str:
    """Buy the tokens and keep them; what is wrong, or ""."""
    try:
        adapter = adapter_of(account, patience=tokens.PATIENCE)
        grant = loop.run(adapter.exchange(answer), timeout=DEADLINE + 5)
    except MarketplaceError as error:
        return error.detail
    except TimeoutError:
        return _("It did not answer in time.")
    if problem := _other_shop(account, grant):
        return problem
    _keep(account, grant)
    return ""


def _other_shop(account: Account, grant: Grant) -> str:
    if account.shop_id and grant.shop_id and grant.shop_id != account.shop_id:
        return _("You allowed us into shop %(given)s, and this account is shop %(known)s.") % {
            "given": grant.shop_id,
            "known": account.shop_id,
        }
    other = Account.objects.filter(connector=account.connector, shop_id=grant.shop_id).exclude(pk=account.pk)
    if grant.shop_id and (taken := other.select_related("channel").first()):
        return _("Shop %(shop)s is connected already, as “%(account)s”.") % {"shop": grant.shop_id, "account": taken}
    return ""


@transaction.atomic
def _keep(account: Account, grant: Grant) -> None:
    tokens.store(account, grant)
    if grant.shop_id:
        Account.objects.filter(pk=account.pk).update(shop_id=grant.shop_id)
    if account.pause_reason == Account.Pause.UNAUTHORIZED:
        account.resume()


def _page(account: Account) -> str:
    return reverse("admin:marketplaces_account_change", args=[account.pk])
