"""What we tell SkyHub about an order: one function for each kind of update, from our facts to its calls."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing, ShipmentFact
from marketplaces.connectors.skyhub.client import Client
from marketplaces.connectors.skyhub.mapping import DIRECT
from marketplaces.errors import Rejected
from orders.status import Status

BRASILIA = timezone(timedelta(hours=-3))
#: An instant so near to now may be in the future by SkyHub's clock, which refuses it.
SKEW = timedelta(minutes=1)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
LONGEST_URL = 200
LONGEST_OBSERVATION = 250
#: The protocol's example names a carrier and a method; a warehouse may have neither.
CARRIER = "Transportadora"


async def invoiced(client: Client, update: Outgoing, status: str, now: datetime) -> str:
    invoice = update.invoice
    if invoice is None or not invoice.access_key:
        raise Rejected(_("There is no invoice to tell: record the access key and send the update again."))
    issue_date = _issue_date(invoice.issued_at, update.approved_at, now)
    if invoice.xml and DIRECT in update.tags:
        return await client.invoice_file(
            update.code, status=status, xml=_file(invoice.xml), issue_date=issue_date, volumes=invoice.volumes
        )
    return await client.invoice(
        update.code, status=status, access_key=invoice.access_key, issue_date=issue_date, volumes=invoice.volumes
    )


async def shipped(client: Client, update: Outgoing, status: str, now: datetime) -> str:
    """The status goes with the hand-over that completes the order; without one the order keeps its own."""
    if update.shipment is None:
        raise Rejected(_("There is no shipment to tell: record it and send the update again."))
    shipment = _shipment(update.code, update.shipment, now)
    return await client.shipments(update.code, status=status if update.shipping_complete else None, shipment=shipment)


async def delivered(client: Client, update: Outgoing, status: str, now: datetime) -> str:
    at = min(update.delivered_at or update.at, now)
    return await client.delivery(update.code, status=status, delivered_date=f"{at.astimezone(BRASILIA):%d/%m/%Y}")


async def delivery_failed(client: Client, update: Outgoing, status: str, now: datetime) -> str:
    observation = update.reason.strip()[:LONGEST_OBSERVATION] or "Entrega não realizada."
    occurred = _local(min(update.at, now - SKEW))
    return await client.shipment_exception(
        update.code, status=status, occurrence_date=occurred, observation=observation
    )


async def canceled(client: Client, update: Outgoing, status: str, now: datetime) -> str:
    answer = await client.cancel(update.code, status=status)
    return f"{answer} – " + _(
        "cancellation sent, waiting: Americanas marks the order as INDISPONÍVEL first and cancels it after its deadline"
    )


class Telling(NamedTuple):
    target: Status  #: where the update brings the order at the marketplace
    send: Callable[[Client, Outgoing, str, datetime], Awaitable[str]]


TELLINGS = {
    "INVOICED": Telling(Status.INVOICED, invoiced),
    "SHIPPED": Telling(Status.SHIPPED, shipped),
    "DELIVERED": Telling(Status.DELIVERED, delivered),
    "DELIVERY_FAILED": Telling(Status.DELIVERY_FAILED, delivery_failed),
    "CANCELED": Telling(Status.CANCELED, canceled),
}


def _issue_date(issued_at: datetime | None, approved_at: datetime | None, now: datetime) -> str | None:
    """SkyHub refuses a date in the future or before the payment (2020-02-20); without one it takes its own now."""
    if issued_at is None or approved_at is None or not approved_at <= issued_at <= now - SKEW:
        return None
    return _local(issued_at)


def _file(xml: str) -> bytes:
    """UTF-8, and saying so: what an older issuer declared was its own file's encoding."""
    return _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', xml.lstrip("\ufeff")).encode()


def _shipment(order_code: str, shipment: ShipmentFact, now: datetime) -> dict[str, Any]:
    units: dict[str, int] = {}
    for sku, quantity in shipment.items:
        units[sku] = units.get(sku, 0) + quantity
    # By custom the order's code; it must not repeat where an order leaves in several shipments.
    code = order_code if shipment.hand_over == 1 else f"{order_code}-{shipment.tracking_code}"
    told: dict[str, Any] = {
        "code": code,
        "items": [{"sku": sku, "qty": quantity} for sku, quantity in units.items()],
        "track": _track(shipment),
    }
    if shipment.shipped_at <= now - SKEW:
        told["delivered_carrier_date"] = _local(shipment.shipped_at)
    return told


def _track(shipment: ShipmentFact) -> dict[str, str]:
    carrier = shipment.carrier or CARRIER
    track = {"code": shipment.tracking_code, "carrier": carrier, "method": shipment.method or carrier}
    if 0 < len(shipment.tracking_url) <= LONGEST_URL:
        track["url"] = shipment.tracking_url
    return track


def _local(at: datetime) -> str:
    return at.astimezone(BRASILIA).isoformat(timespec="seconds")
