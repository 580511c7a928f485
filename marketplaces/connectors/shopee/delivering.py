"""SHIPPED, DELIVERED, DELIVERY_FAILED: only where the seller's own carrier drives; else Shopee's carrier tells it."""

from collections.abc import Collection
from contextlib import suppress

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import choosing, statuses
from marketplaces.connectors.shopee.arranging import arrange
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.live import Live, demand_shippable, look
from marketplaces.connectors.shopee.mapping import SELLER_CHANNELS
from marketplaces.errors import AlreadyApplied, Rejected, Unavailable, Unsupported
from orders.snapshot import Fulfillment

ON_THE_WAY = frozenset({statuses.PICKED_UP, statuses.DELIVERED, statuses.DELIVERY_FAILED})


async def shipped(client: Client, update: Outgoing) -> str:
    """Arranges what is not arranged, with our tracking code, and reports the pickup where the seller reports it."""
    live = await _ours(client, update)
    if not update.shipping_complete:
        raise Unsupported(_("Shopee learns of the shipment with its last part."))
    if _all(live, ON_THE_WAY):
        raise AlreadyApplied(_("Shopee knows the shipment already."))
    if live.waiting:
        demand_shippable(live)
        with suppress(AlreadyApplied):
            await arrange(client, live, _with_tracking(update))
        live = await look(client, update.code)
    return await _report(client, live, "logistics_pickup_done", ON_THE_WAY)


async def delivered(client: Client, update: Outgoing) -> str:
    live = await _reported_by_seller(client, update)
    return await _report(client, live, "logistics_delivery_done", frozenset({statuses.DELIVERED}))


async def delivery_failed(client: Client, update: Outgoing) -> str:
    live = await _reported_by_seller(client, update)
    return await _report(client, live, "logistics_delivery_failed", frozenset({statuses.DELIVERY_FAILED}))


async def is_at(client: Client, update: Outgoing, reached: Collection[str]) -> bool:
    return _all(await look(client, update.code), reached)


async def _ours(client: Client, update: Outgoing) -> Live:
    live = await look(client, update.code)
    if live.snapshot.fulfillment is not Fulfillment.SELLER:
        raise Unsupported(_("Shopee's carrier tells this itself."))
    return live


async def _reported_by_seller(client: Client, update: Outgoing) -> Live:
    live = await _ours(client, update)
    if not any(package.channel in SELLER_CHANNELS for package in live.packages):
        raise Unsupported(_("Shopee has no call for this with the order's carrier."))
    return live


async def _report(client: Client, live: Live, status: str, reached: Collection[str]) -> str:
    """Each package that is not there yet. Shopee refuses without saying why, so it is looked at again."""
    open_packages = [p for p in live.packages if p.channel in SELLER_CHANNELS and p.status not in reached]
    for package in open_packages:
        code = live.snapshot.code
        if await client.update_tracking_status(code, package=live.named(package), status=status):
            continue
        now = await look(client, code)
        if not any(p.number == package.number and p.status in reached for p in now.packages):
            raise _refused(now, package.number)
    if not open_packages and status != "logistics_pickup_done":
        raise AlreadyApplied(_("Shopee knows this already."))
    return status


def _refused(live: Live, number: str) -> Rejected | Unavailable:
    package = next((package for package in live.packages if package.number == number), None)
    if package and package.arranged:
        return Unavailable(_("Shopee has not finished arranging the shipment."))
    return Rejected(
        _("Shopee does not take this status for the package (%(status)s).")
        % {"status": package.status if package else "?"}
    )


def _with_tracking(update: Outgoing) -> dict[str, str]:
    tracking = {"tracking_number": update.shipment.tracking_code} if update.shipment else {}
    return {choosing.WAY: "", **update.choice, **tracking}


def _all(live: Live, reached: Collection[str]) -> bool:
    return bool(live.packages) and all(package.status in reached for package in live.packages)
