"""What TikTok Shop's `code` means: one of marketplaces.errors. Zero is success, whatever the HTTP status.

The families say nothing: 36009002 asks for patience, 36009003 is an outage, 36009033 is for the operator. And
36009004 is several errors in one, told apart by their message.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.errors import MarketplaceError, OutcomeUnknown, Rejected, Unauthorized, Unavailable


class TokenRefused(Unauthorized):
    """Another access token may help."""


class ScopeMissing(Unauthorized):
    """The seller did not grant what this call needs."""


class CipherRefused(Rejected):
    """The shop's cipher is another one by now: asking for it anew helps."""


class Answered(NamedTuple):
    """An error as TikTok Shop told it."""

    code: int
    message: str
    status: int  #: of HTTP; it counts only where the code is none that we know
    writes: bool  #: the call would have changed something
    retry_after: float | None

    @property
    def detail(self) -> str:
        return f"{self.code}: {self.message}" if self.message else str(self.code)


TOKEN_EXPIRED = 105002
SCOPE = 105005
CIPHER_MISSING = 106013
MULTIPLEXED = 36009004
VERSION = 36009014
TOO_MANY, REFUSED = 429, 401
EIGHT_DIGITS = 10_000_000
_BUSY = frozenset({36009002, 36009037})
#: Something behind the gateway failed; whether a write went through, it does not say.
_BROKEN = frozenset({36009003, 36009007})
_ACCOUNT = {
    101000: gettext_noop("Token, kind of user and shop do not belong together: authorize the account again."),
    106001: gettext_noop("TikTok Shop refuses the signature: check app_key and app_secret."),
    36009033: gettext_noop(
        "TikTok Shop refuses calls from this server: add its IP address to the allow list in Partner Center."
    ),
    36009043: gettext_noop("TikTok Shop has disabled the shop."),
    36009044: gettext_noop("TikTok Shop has disabled the seller's account."),
    36004004: gettext_noop("The authorization code was used already or is older than thirty minutes: try again."),
}
#: Words in the message of 36009004, looked for in this order.
_CAUSES = ("cipher", "timestamp", "token", "app_key", "app key", "sign", "shop_id", "shop id", "version")
_WRONG = gettext_noop("TikTok Shop does not take the call as it was signed: check app_key and app_secret.")


def error_of(
    code: int, message: str, *, writes: bool, status: int = 200, retry_after: float | None = None
) -> MarketplaceError:
    """Raises nothing."""
    told = Answered(code, message.strip(), status, writes, retry_after)
    if code == MULTIPLEXED:
        return _multiplexed(told)
    if code == TOKEN_EXPIRED:
        return TokenRefused(told.detail)
    if code == SCOPE:
        sentence = _("The seller has not granted what this needs: authorize the account again. (%(detail)s)")
        return ScopeMissing(sentence % {"detail": told.detail})
    if code == CIPHER_MISSING:
        return CipherRefused(told.detail, code=str(code))
    if code in _ACCOUNT:
        return Unauthorized(f"{_(_ACCOUNT[code])} ({told.detail})")
    if code in _BUSY:
        return Unavailable(told.detail, retry_after=retry_after)
    if code in _BROKEN:
        return (OutcomeUnknown if writes else Unavailable)(told.detail, retry_after=retry_after)
    return _unknown(told)


def knows(code: int) -> bool:
    """Does the code mean something to us whatever HTTP status it came with?"""
    single = {MULTIPLEXED, TOKEN_EXPIRED, SCOPE, CIPHER_MISSING}
    return code in single or code in _ACCOUNT or code in _BUSY or code in _BROKEN


def _multiplexed(told: Answered) -> MarketplaceError:
    """Missing or wrong sign, token, app key, time, cipher or shop: none of them did anything."""
    words = told.message.casefold()
    cause = next((word for word in _CAUSES if word in words), "")
    if cause == "cipher":
        return CipherRefused(told.detail, code=str(told.code))
    if cause == "timestamp":
        # Signed anew at the next attempt; a clock that is wrong stays visible as an outage.
        return Unavailable(told.detail)
    if cause == "token":
        return TokenRefused(told.detail)
    if cause == "version":
        return Rejected(told.detail, code=str(VERSION))
    if cause:
        return Unauthorized(f"{_(_WRONG)} ({told.detail})")
    return Rejected(told.detail, code=str(told.code))


def _unknown(told: Answered) -> MarketplaceError:
    """The list of codes is not whole: these two statuses say that nothing was done, and what helps.

    Eight digits are an order's trouble, or of whatever else was asked for; fewer are the token's and the app's.
    """
    if told.status == TOO_MANY:
        return Unavailable(told.detail, retry_after=told.retry_after)
    if told.status == REFUSED and told.code < EIGHT_DIGITS:
        return TokenRefused(told.detail)
    return Rejected(told.detail, code=str(told.code))
