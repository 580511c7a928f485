"""What we tell Shopee about an order: for each kind of update its calls, and how to read back whether they arrived."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import arranging, canceling, delivering, invoicing, statuses
from marketplaces.connectors.shopee.client import Client

Tell = Callable[[Client, Outgoing], Awaitable[str]]
Known = Callable[[Client, Outgoing], Awaitable[bool]]


class Telling(NamedTuple):
    send: Tell
    is_known: Known


def _at(*reached: str) -> Known:
    return lambda client, update: delivering.is_at(client, update, reached)


TELLINGS = {
    "INVOICED": Telling(invoicing.invoiced, invoicing.is_invoiced),
    "SHIPPING_ARRANGED": Telling(arranging.arranged, lambda client, update: arranging.is_arranged(client, update.code)),
    "SHIPPED": Telling(delivering.shipped, _at(*delivering.ON_THE_WAY)),
    "DELIVERED": Telling(delivering.delivered, _at(statuses.DELIVERED)),
    "DELIVERY_FAILED": Telling(delivering.delivery_failed, _at(statuses.DELIVERY_FAILED)),
    "CANCELED": Telling(canceling.canceled, canceling.is_canceled),
    "CANCEL_ACCEPTED": Telling(canceling.accepted, canceling.is_canceled),
    "CANCEL_REJECTED": Telling(canceling.rejected, canceling.is_rejected),
}
