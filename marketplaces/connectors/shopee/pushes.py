"""Pushes (webhooks): proven by URL and raw body, and never more than a pointer to an order. Pure but for gettext."""

import json
from typing import Any

from marketplaces import signature
from marketplaces.adapter import Connection
from marketplaces.connectors.shopee.credentials import Credentials
from marketplaces.connectors.shopee.reading import text
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import NotGenuine, Unauthorized

#: Status, tracking number, shipping document, fulfillment of a package, changed package. All others (1, 2 and 12
#: about the authorization among them) name no order.
ABOUT_ORDERS = frozenset({3, 4, 15, 30, 47})
#: Both spellings occur: without underscore in 3, 4 and 30.
NAMES = ("ordersn", "order_sn")


def verify(connection: Connection, webhook: Webhook) -> Ring:
    """Shopee signs the address as it stands in the Console, byte for byte, "|" and the body as it was sent."""
    try:
        keys = Credentials.of(connection.credentials).push_keys
    except Unauthorized:
        raise NotGenuine from None
    signed = webhook.url.encode() + b"|" + webhook.body
    signature.demand(webhook.headers.get("authorization", "").strip(), signed, keys=keys)
    return _ring(_object(webhook.body))


def _ring(told: dict[str, Any]) -> Ring:
    data = told.get("data")
    data = data if isinstance(data, dict) else {}
    codes = [text(data.get(name)) for name in NAMES] if told.get("code") in ABOUT_ORDERS else []
    return Ring(codes=tuple(filter(None, codes)), shop_id=text(told.get("shop_id")))


def _object(body: bytes) -> dict[str, Any]:
    """A genuine message that we cannot read rings for nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
