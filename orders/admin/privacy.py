"""Buyers' personal data on screen: masked, unless the person may see it or has said what for."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from orders.admin import rights
from orders.models import Disclosure, Order
from orders.retention import KEPT_OF_ADDRESS

#: Seconds for which a reason holds, for one order in one session.
SHOWN_FOR = 15 * 60
SESSION = "buyers_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBuyer:
    """What may be read of an order's buyer."""

    clear: bool
    may_reveal: bool
    name: str
    document: str
    email: str
    phones: list[str]
    state_registration: str
    shipping_address: Mapping[str, str]
    billing_address: Mapping[str, str]


def shown_buyer(request: HttpRequest, order: Order) -> ShownBuyer:
    clear = may_see(request, order.pk)
    return ShownBuyer(
        clear=clear,
        may_reveal=not clear and request.user.has_perm(rights.REVEAL_BUYER),
        name=order.buyer_name if clear else short_name(order.buyer_name),
        document=order.buyer_document if clear else _ending(order.buyer_document, 2),
        email=order.buyer_email if clear else _masked_email(order.buyer_email),
        phones=list(order.buyer_phones) if clear else [_ending(number, 2) for number in order.buyer_phones],
        state_registration=order.buyer_state_registration if clear else _ending(order.buyer_state_registration, 2),
        shipping_address=_address(order.shipping_address, clear=clear),
        billing_address=_address(order.billing_address, clear=clear),
    )


def may_see(request: HttpRequest, order_id: int) -> bool:
    """Always, by right; or this order for a while, after a reason was given."""
    if request.user.has_perm(rights.VIEW_BUYER):
        return True
    until: float = request.session.get(SESSION, {}).get(str(order_id), 0)
    return until > time.time() and request.user.has_perm(rights.REVEAL_BUYER)


def reveal(request: HttpRequest, order: Order, *, reason: str) -> None:
    """Write down who asked and why, then show this order's buyer for a while."""
    Disclosure.objects.create(order=order, by_name=request.user.get_username(), reason=reason)
    now = time.time()
    shown = {key: until for key, until in request.session.get(SESSION, {}).items() if until > now}
    request.session[SESSION] = {**shown, str(order.pk): now + SHOWN_FOR}


def short_name(name: str) -> str:
    """Enough to talk about somebody: "Ana Paula Lima" is "Ana L."."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def _ending(text: str, shown: int) -> str:
    return f"•••{text[-shown:]}" if text else ""


def _masked_email(email: str) -> str:
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••{at}{domain}" if email else ""


def _address(address: Mapping[str, Any], *, clear: bool) -> Mapping[str, str]:
    if clear:
        return address
    return {name: address[name] for name in KEPT_OF_ADDRESS if address.get(name)}
