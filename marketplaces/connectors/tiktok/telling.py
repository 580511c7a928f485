"""What we tell TikTok Shop about an order: each kind of update, its calls, and how to read back whether it arrived."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from marketplaces.adapter import Outgoing
from marketplaces.connectors.tiktok import arranging, canceling, delivering, invoicing
from marketplaces.connectors.tiktok.client import Client

Tell = Callable[[Client, Outgoing], Awaitable[str]]
Known = Callable[[Client, Outgoing], Awaitable[bool]]


class Telling(NamedTuple):
    send: Tell
    is_known: Known


TELLINGS = {
    "INVOICED": Telling(invoicing.invoiced, invoicing.is_invoiced),
    "SHIPPING_ARRANGED": Telling(arranging.arranged, arranging.is_arranged),
    "SHIPPED": Telling(delivering.shipped, delivering.is_shipped),
    "CANCELED": Telling(canceling.canceled, canceling.is_canceled),
    "CANCEL_ACCEPTED": Telling(canceling.accepted, canceling.is_canceled),
    "CANCEL_REJECTED": Telling(canceling.rejected, canceling.is_rejected),
}
