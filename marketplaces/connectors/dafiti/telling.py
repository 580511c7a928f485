"""What we tell Dafiti about an order: for each kind of update its calls, and how to read back whether they arrived."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from marketplaces.adapter import Outgoing
from marketplaces.connectors.dafiti import arranging, canceling, delivering, invoicing
from marketplaces.connectors.dafiti.live import Desk


class Telling(NamedTuple):
    send: Callable[[Desk, Outgoing], Awaitable[str]]
    is_known: Callable[[Desk, Outgoing], Awaitable[bool]]


TELLINGS = {
    "INVOICED": Telling(invoicing.invoiced, invoicing.is_invoiced),
    "SHIPPING_ARRANGED": Telling(arranging.arranged, arranging.is_arranged),
    "SHIPPED": Telling(delivering.shipped, delivering.is_shipped),
    "DELIVERED": Telling(delivering.delivered, delivering.is_delivered),
    "DELIVERY_FAILED": Telling(delivering.delivery_failed, delivering.is_failed),
    "CANCELED": Telling(canceling.canceled, canceling.is_canceled),
}
