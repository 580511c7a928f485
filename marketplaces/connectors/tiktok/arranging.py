"""SHIPPING_ARRANGED: ask what is offered, choose, look again, and ship each package once."""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.tiktok import choosing, statuses
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import LATER, SOON, Live, Package, demand_open, look, packages
from marketplaces.connectors.tiktok.shipping import ship
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unsupported
from orders.snapshot import Fulfillment
from orders.status import Status


async def arranged(client: Client, update: Outgoing) -> str:
    live = await look(client, update.code)
    if live.snapshot.fulfillment is not Fulfillment.MARKETPLACE_SHIPS:
        raise Unsupported(_("There is nothing to arrange: TikTok Shop learns of the shipment with its tracking code."))
    found = await demand_shippable(client, live)
    answers = [await _ship(client, update, package) for package in found if package.waits]
    if not answers:
        raise _none_waits(found)
    return ", ".join(answers)


async def is_arranged(client: Client, update: Outgoing) -> bool:
    live = await look(client, update.code)
    if live.snapshot.status is Status.CANCELED:
        return False
    found = await packages(client, live, anew=True)
    return bool(found) and all(package.is_arranged for package in found)


async def demand_shippable(client: Client, live: Live) -> list[Package]:
    """The packages. Raises what keeps them from being shipped: the hold, a request to cancel, a missing NF-e."""
    demand_open(live)
    found = await packages(client, live)
    if not found:
        raise NotReady(_("TikTok Shop shows no package of this order yet."), seconds=LATER)
    if not any(package.waits for package in found):
        return found
    if live.invoice == statuses.PROCESSING:
        raise NotReady(_("TikTok Shop is checking the NF-e."), seconds=SOON)
    if live.invoice == statuses.NEED_INVOICE:
        raise Rejected(_("TikTok Shop has no valid NF-e for this order: send the invoice's XML first."))
    return found


async def _ship(client: Client, update: Outgoing, package: Package) -> str:
    how = choosing.hand_over(await client.time_slots(package.id), update.choice, rule=client.arranging_rule)
    # Asking took a while: the buyer may have asked to cancel, another program may have shipped it.
    now = {found.id: found for found in await demand_shippable(client, await look(client, update.code))}
    if package.id not in now or not now[package.id].waits:
        raise AlreadyApplied(_("Shipping is arranged at TikTok Shop already."))
    return await ship(client, update, package, how)


def _none_waits(found: list[Package]) -> AlreadyApplied | Rejected:
    if all(package.is_arranged for package in found):
        return AlreadyApplied(_("Shipping is arranged at TikTok Shop already."))
    words = ", ".join(package.status or "?" for package in found)
    return Rejected(_("TikTok Shop's packages are in a status that we do not know: %(words)s.") % {"words": words})
