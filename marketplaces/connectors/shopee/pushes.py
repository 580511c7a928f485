"""Pushes (webhooks): proven by URL and raw body, and never more than a pointer to an order. Pure but for gettext."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces import signature
from marketplaces.adapter import Connection
from marketplaces.connectors.shopee.credentials import Credentials
from marketplaces.connectors.shopee.reading import instant
from marketplaces.crossing import Notice, Ring, Webhook
from marketplaces.errors import NotGenuine, Unauthorized
from marketplaces.values import listed, text

#: Status, tracking number, shipping document, return, fulfillment of a package, changed package; others name no order.
ABOUT_ORDERS = frozenset({3, 4, 15, 29, 30, 47})
TRIAL, CANCELED, ENDS_SOON = 0, 2, 12
#: Parts of code 2's `authorize_type`.
ENDS = {
    "user cancel": gettext_noop("The seller canceled the authorization at Shopee."),
    "expiry": gettext_noop("The seller's authorization at Shopee has ended."),
    "abnormal": gettext_noop("Shopee has frozen the app or the shop: look into the Console."),
    "disconnected": gettext_noop("At Shopee the shop was separated from its main account."),
}
#: Both spellings occur: without underscore in 3, 4 and 30.
NAMES = ("ordersn", "order_sn")


def verify(connection: Connection, webhook: Webhook) -> Ring:
    """Shopee signs the address as it stands in the Console, byte for byte, "|" and the body as it was sent."""
    told = _object(webhook.body)
    if _is_trial(told) and "authorization" not in webhook.headers:
        return Ring(codes=())
    try:
        keys = Credentials.of(connection.credentials).push_keys
    except Unauthorized:
        raise NotGenuine from None
    signed = webhook.url.encode() + b"|" + webhook.body
    signature.demand(webhook.headers.get("authorization", "").strip(), signed, keys=keys)
    return _ring(told)


def ring(body: bytes) -> Ring:
    """What a message asks for whose origin is proven otherwise."""
    return _ring(_object(body))


def _ring(told: dict[str, Any]) -> Ring:
    data = told.get("data")
    data = data if isinstance(data, dict) else {}
    codes = [text(data.get(name)) for name in NAMES] if told.get("code") in ABOUT_ORDERS else []
    return Ring(codes=tuple(filter(None, codes)), shop_id=text(told.get("shop_id")), notice=_notice(told, data))


def _notice(told: dict[str, Any], data: dict[str, Any]) -> Notice | None:
    """Codes 2 and 12 name shops in their data; the first in three spellings."""
    code, at = told.get("code"), instant(told.get("timestamp"))
    if at is None or code not in (CANCELED, ENDS_SOON):
        return None
    if code == ENDS_SOON:
        return Notice(shop_ids=_shops(data.get("shop_expire_soon")), at=at, ends_by=instant(data.get("expire_before")))
    named = [text(place.get(name)) for place in (told, data) for name in ("shop_id", "shopid")]
    shops = tuple(dict.fromkeys(filter(None, [*named, *_shops(data.get("shop_id_list"))])))
    return Notice(shop_ids=shops, at=at, ended=_why(text(data.get("authorize_type"))))


def _why(word: str) -> str:
    """Not always the seller's doing."""
    sentence = next((known for part, known in ENDS.items() if part in word.casefold()), None)
    return _(sentence) if sentence else _("Shopee ended the authorization (%(why)s).") % {"why": word or "–"}


def _shops(told: object) -> tuple[str, ...]:
    return tuple(filter(None, map(text, listed(told))))


def _is_trial(told: dict[str, Any]) -> bool:
    """Shopee tries an address before it takes it; nothing says whether that call is signed. It asks for nothing."""
    data = told.get("data")
    return told.get("code") == TRIAL and isinstance(data, dict) and "verify_info" in data


def _object(body: bytes) -> dict[str, Any]:
    """A genuine message that we cannot read rings for nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
