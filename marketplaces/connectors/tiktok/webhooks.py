"""Webhooks: proven by app key and raw body, and never more than a pointer to orders. Pure but for the signature.

Their words are not the API's (CANCEL for CANCELLED, no PARTIALLY_SHIPPING): nothing of them is read but ids.
"""

import json
from collections.abc import Iterator
from typing import Any

from marketplaces import signature
from marketplaces.adapter import Connection
from marketplaces.connectors.tiktok.credentials import Credentials
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import NotGenuine, Unauthorized
from marketplaces.values import listed, text

#: Status, address, packages, cancellation, return, NF-e, after-sales and refund. All others name no order.
ABOUT_ORDERS = frozenset({1, 3, 4, 11, 12, 36, 64, 67})
#: Those that are asked for, by TikTok Shop's names.
EVENTS = (
    "ORDER_STATUS_CHANGE",
    "RECIPIENT_ADDRESS_UPDATE",
    "PACKAGE_UPDATE",
    "CANCELLATION_STATUS_CHANGE",
    "RETURN_STATUS_CHANGE",
    "INVOICE_STATUS_CHANGE",
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
    codes = _codes(data) if told.get("type") in ABOUT_ORDERS else ()
    return Ring(
        codes=tuple(dict.fromkeys(filter(None, codes))),
        # A repeated message has the same number, and nothing else says that it is one.
        id=text(told.get("tts_notification_id"), most=70),
        shop_id=text(told.get("shop_id")),
    )


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
