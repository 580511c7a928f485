"""Webhooks: proven by app key and raw body, and never more than a pointer to orders. Pure but for the signature.

Their words are not the API's (CANCEL for CANCELLED, no PARTIALLY_SHIPPING): nothing of them is read but ids.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from marketplaces import signature
from marketplaces.adapter import Connection
from marketplaces.connectors.tiktok.credentials import Credentials
from marketplaces.connectors.tiktok.reading import instant
from marketplaces.crossing import Notice, Ring, Webhook
from marketplaces.errors import NotGenuine, Unauthorized
from marketplaces.values import listed, number, text

#: Status, request, address, packages, cancellation, return, NF-e, after-sales, refund. All others name no order.
ABOUT_ORDERS = frozenset({1, 2, 3, 4, 11, 12, 36, 64, 67})
#: The seller ended the authorization; it ends within thirty days, said once a day.
ENDED, ENDS_SOON = 6, 7
#: Those that are asked for, by TikTok Shop's names.
EVENTS = (
    "ORDER_STATUS_CHANGE",
    "RECIPIENT_ADDRESS_UPDATE",
    "PACKAGE_UPDATE",
    "CANCELLATION_STATUS_CHANGE",
    "RETURN_STATUS_CHANGE",
    "INVOICE_STATUS_CHANGE",
    "SELLER_DEAUTHORIZATION",
    "UPCOMING_AUTHORIZATION_EXPIRATION",
)


def verify(connection: Connection, webhook: Webhook) -> Ring:
    """TikTok Shop signs its app key and the body as it was sent; neither address nor time."""
    try:
        credentials = Credentials.of(connection.credentials)
    except Unauthorized:
        raise NotGenuine from None
    signed = credentials.app_key.encode() + webhook.body
    signature.demand(webhook.headers.get("authorization", "").strip(), signed, keys=[credentials.app_secret])
    return _ring(_object(webhook.body))


def _ring(told: dict[str, Any]) -> Ring:
    data = told.get("data")
    data = data if isinstance(data, dict) else {}
    kind = number(told.get("type"))
    codes = _codes(data) if kind in ABOUT_ORDERS else ()
    return Ring(
        codes=tuple(dict.fromkeys(filter(None, codes))),
        # A repeated message has the same number, and nothing else says that it is one.
        id=text(told.get("tts_notification_id"), most=70),
        shop_id=text(told.get("shop_id")),
        notice=_notice(kind, told, data),
    )


def _notice(kind: int, told: dict[str, Any], data: dict[str, Any]) -> Notice | None:
    at, shop = instant(told.get("timestamp")), text(told.get("shop_id"))
    if at is None or not shop or kind not in (ENDED, ENDS_SOON):
        return None
    if kind == ENDS_SOON:
        return Notice(shop_ids=(shop,), at=at, ends_by=instant(data.get("expiration_time")))
    return Notice(shop_ids=(shop,), at=at, ended=_("The seller ended the authorization: authorize the account again."))


def _codes(data: dict[str, Any]) -> Iterator[str]:
    yield text(data.get("order_id"))
    yield from (text(code) for code in listed(data.get("order_ids")))
    for package in listed(data.get("package_list")):
        if isinstance(package, dict):
            yield from (text(code) for code in listed(package.get("order_id_list")))


def _object(body: bytes) -> dict[str, Any]:
    """A genuine message that we cannot read rings for nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
