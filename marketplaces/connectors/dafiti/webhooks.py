"""Webhooks: Dafiti signs nothing, so the address ends in a secret, and a message only names an order to read."""

import json
from typing import Any

from django.utils.translation import gettext as _

from marketplaces import signature
from marketplaces.adapter import Connection
from marketplaces.capabilities import Subscription
from marketplaces.connectors.dafiti.client import Client, Json
from marketplaces.crossing import Ring, Webhook
from marketplaces.errors import Rejected
from marketplaces.values import listed, number, text

#: What we heed; Dafiti has more, about products and files.
EVENTS = ("onOrderCreated", "onOrderItemsStatusChanged", "onReturnStatusChanged")
#: PascalCase inside the payload, and sometimes a text.
ORDER_ID = "OrderId"


def verify(connection: Connection, webhook: Webhook) -> Ring:
    """There is no id of messages either: repetitions are known by their bytes."""
    signature.demand_secret(webhook.key, keys=[_key(connection)])
    payload = _object(webhook.body).get("payload")
    order = number(payload.get(ORDER_ID)) if isinstance(payload, dict) else 0
    return Ring(codes=(str(order),) if order else ())


def _object(body: bytes) -> dict[str, Any]:
    """A message that we cannot read rings for nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


async def subscription(client: Client, connection: Connection) -> Subscription:
    """Ours among all that the seller has. The secret at its end is nobody's to read."""
    ours = _ours(await client.webhooks(), connection)
    if ours is None:
        return Subscription(url="", state=_("Dafiti sends this account's webhooks nowhere."))
    told = set(map(text, listed(ours.get("events"))))
    url, _slash, key = text(ours.get("callbackUrl"), most=500).rpartition("/")
    problem = ""
    if ours.get("isEnabled") is False:
        problem = _("Dafiti has switched the webhook off: subscribe again.")
    elif key != _key(connection):
        problem = _("The address ends with another word than the account's: subscribe again.")
    return Subscription(
        url=url,
        state=_("Dafiti sends webhooks here; they are not signed, so the address ends with a secret."),
        problem=problem,
        missing=tuple(event for event in EVENTS if event not in told),
    )


async def subscribe(client: Client, connection: Connection, url: str) -> None:
    if not _key(connection):
        raise Rejected(
            _("Fill in the secret word for webhooks in the account's credentials first: the address is to end with it.")
        )
    address, ours = f"{url}/{_key(connection)}", _ours(await client.webhooks(), connection)
    if ours is None:
        await client.add_webhook(address, EVENTS)
        return
    uuid = _uuid(ours)
    await client.change_webhook(uuid, address, tuple(dict.fromkeys((*map(text, listed(ours.get("events"))), *EVENTS))))
    if ours.get("isEnabled") is False:
        await client.enable_webhook(uuid)


def _ours(rows: list[Json], connection: Connection) -> Json | None:
    mark = f"/webhooks/{connection.channel_code}/"
    return next((row for row in rows if mark in text(row.get("callbackUrl"), most=500) and _uuid(row)), None)


def _uuid(row: Json) -> str:
    """Spelled as in the path, or as in the answer to a new one."""
    return text(row.get("uuid")) or text(row.get("webhookId"))


def _key(connection: Connection) -> str:
    return connection.credentials.get("webhook_key", "").strip()
