"""What Shopee's `error` and `message` mean: one of marketplaces.errors. The HTTP status decides nothing.

The code is trimmed and looked up whole first; only then without its module, because `order.error_limit` ("Can not
cancel this order") is not `error_limit` (the day's quota is used up).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.errors import MarketplaceError, OutcomeUnknown, Rejected, Unauthorized, Unavailable


class TokenRefused(Unauthorized):
    """Another access token may help."""


class Answered(NamedTuple):
    """An error as Shopee told it."""

    code: str  #: trimmed
    message: str
    writes: bool  #: the call would have changed something
    retry_after: float | None

    @property
    def detail(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


#: The day's quota ends at 00:00 UTC+8.
QUOTA_ZONE = timedelta(hours=8)

_TOKEN = frozenset({"invalid_acceess_token", "invalid_access_token"})  # the first is Shopee's spelling
_ACCOUNT = {
    "error_sign": gettext_noop("Shopee refuses the signature: check partner_id, partner key and address of the app."),
    "invalid_partner_id": gettext_noop("Shopee does not know this partner_id at this address: live and test differ."),
    "error_partner_key_expired": gettext_noop("The app's partner key has expired: create a new one in the Console."),
    "source_ip_undeclared": gettext_noop(
        "Shopee refuses calls from this server: declare its IP address in the Console's IP whitelist."
    ),
    "api_suspended": gettext_noop("Shopee has suspended the app: look into the Console."),
    "shop_no_linked": gettext_noop("The shop no longer authorizes the app: connect the account again."),
    "partner_shop_no_link": gettext_noop("The shop no longer authorizes the app: connect the account again."),
    "shop_access_expired": gettext_noop("The seller's authorization has ended: connect the account again."),
    "refresh_token_expired": gettext_noop("The seller's authorization has ended: connect the account again."),
    "error_shop_refresh_token": gettext_noop("Shopee refuses the refresh token: connect the account again."),
    "invalid_code": gettext_noop("The authorization code was used already or is older than ten minutes: try again."),
    "invalid_shop_id": gettext_noop("Shopee does not know this shop: authorize it with the shop's own account."),
    "shop_banned": gettext_noop("Shopee has banned the shop."),
    "error_kyc_auth": gettext_noop("Shopee asks the seller to confirm the shop's identity first."),
}
_BUSY = frozenset(
    {
        "error_rate_limit",
        "error_too_many_invoke_function",
        "logistic_order_is_locked_on_creating",
        "error_config",
    }
)
#: The gateway or something behind it failed; whether a write went through, it does not say.
_BROKEN = frozenset(
    {
        "error_server",
        "error_network",
        "error_other",
        "error_database",
        "error_connection",
        "error_timeout",
        "error_third_party_server",
    }
)
#: With a module before it, it means something else.
_WHOLE_ONLY = frozenset({"error_limit"})


def error_of(code: str, message: str, *, writes: bool, retry_after: float | None = None) -> MarketplaceError:
    """Raises nothing."""
    told = Answered(code.strip() or repr(code), message.strip(), writes, retry_after)
    for name in _names(told.code):
        if meaning := _meaning(name, told):
            return meaning
    return Rejected(told.detail, code=told.code)


def knows(code: str) -> bool:
    """Does the code mean something to us whatever HTTP status it came with?"""
    meanings = (_SPLIT, _TOKEN, _ACCOUNT, _BUSY, _BROKEN)
    return any(name in known for known in meanings for name in _names(code.strip()))


def until_quota_ends(now: datetime) -> float:
    """Seconds."""
    there = now.astimezone(UTC) + QUOTA_ZONE
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - there).total_seconds()


def _names(code: str) -> list[str]:
    """The full code, then without module. A code may hold real blanks, so it is split at the first dot alone."""
    _module, dot, rest = code.partition(".")
    plain = rest.strip()
    return [code, plain] if dot and plain and plain not in _WHOLE_ONLY else [code]


def _meaning(name: str, told: Answered) -> MarketplaceError | None:
    if name in _SPLIT:
        return _SPLIT[name](told)
    if name in _TOKEN:
        return TokenRefused(told.detail)
    if name in _ACCOUNT:
        return Unauthorized(f"{_(_ACCOUNT[name])} ({told.code})")
    if name in _BUSY:
        return Unavailable(told.detail, retry_after=told.retry_after)
    if name in _BROKEN:
        return _broken(told)
    return None


def _broken(told: Answered) -> MarketplaceError:
    return (OutcomeUnknown if told.writes else Unavailable)(told.detail, retry_after=told.retry_after)


def _auth(told: Answered) -> MarketplaceError:
    """One code for a bad token, a dead refresh token, a wrong app, a missing permission and a failure of Shopee's."""
    words = told.message.casefold()
    if "access_token" in words or "acceess_token" in words:
        return TokenRefused(told.detail)
    if "try again later" in words:
        return _broken(told)
    if "permission" in words:
        return Rejected(told.detail, code=told.code)
    return Unauthorized(told.detail)


def _parameter(told: Answered) -> MarketplaceError:
    """An expired timestamp means that a clock is wrong, or that the call took five minutes; nothing was done."""
    if "timestamp is expired" in told.message.casefold():
        return Unavailable(told.detail)
    if "being allocated" in told.message.casefold():
        return Unavailable(told.detail)
    return Rejected(told.detail, code=told.code)


def _quota(told: Answered) -> MarketplaceError:
    sentence = _("Shopee's daily number of calls is used up; it goes on at 13:00 (Brasília). (%(detail)s)")
    return Unavailable(sentence % {"detail": told.detail}, retry_after=until_quota_ends(datetime.now(UTC)))


_SPLIT: dict[str, Callable[[Answered], MarketplaceError]] = {
    "error_auth": _auth,
    "error_param": _parameter,
    "error_limit": _quota,
}
