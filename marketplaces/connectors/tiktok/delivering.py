"""SHIPPED, where the seller's own carrier drives: the package is shipped with its tracking number.

Where TikTok Shop's carrier drives it tells everything itself; and deliveries are reported by nobody in Brazil.
"""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing, ShipmentFact
from marketplaces.connectors.tiktok.arranging import demand_shippable
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import Live, Package, look, packages
from marketplaces.connectors.tiktok.shipping import ship
from marketplaces.errors import AlreadyApplied, Rejected, Unsupported
from marketplaces.values import text
from orders.snapshot import Fulfillment

PROVIDER = "shipping_provider_id"


async def shipped(client: Client, update: Outgoing) -> str:
    live = await look(client, update.code)
    if live.snapshot.fulfillment is not Fulfillment.SELLER or update.shipment is None:
        raise Unsupported(_("TikTok Shop's carrier tells this itself."))
    found = await demand_shippable(client, live)
    waiting = [package for package in found if package.waits]
    if not waiting:
        raise AlreadyApplied(_("TikTok Shop knows the shipment already."))
    inside = _inside(waiting, update.shipment, complete=update.shipping_complete)
    if not inside:
        raise Unsupported(_("No whole package has left yet: TikTok Shop learns of it with the next part."))
    how = {
        "self_shipment": {
            "tracking_number": update.shipment.tracking_code,
            PROVIDER: await _provider(client, live, update),
        }
    }
    return ", ".join([await ship(client, update, package, how) for package in inside])


async def is_shipped(client: Client, update: Outgoing) -> bool:
    """With our tracking number, or as a whole."""
    found = await packages(client, await look(client, update.code), anew=True)
    ours = {package.tracking for package in found}
    known = update.shipment is not None and update.shipment.tracking_code in ours
    return known or (bool(found) and all(package.is_arranged for package in found))


def _inside(waiting: Sequence[Package], shipment: ShipmentFact, *, complete: bool) -> list[Package]:
    """Packages that this hand-over filled; the last one takes what is left."""
    if complete:
        return list(waiting)
    left, found = Counter(dict(shipment.items)), []
    for package in waiting:
        needed = Counter(package.units)
        if needed and needed <= left:
            left -= needed
            found.append(package)
    return found


async def _provider(client: Client, live: Live, update: Outgoing) -> str:
    """The carrier as TikTok Shop numbers it: chosen, named alike, or the only one."""
    if chosen := update.choice.get(PROVIDER):
        return chosen
    option = text(live.document.delivery_option_id)
    rows = await client.shipping_providers(option) if option else []
    names = {text(row.get("id")): text(row.get("name")) for row in rows if text(row.get("id"))}
    carrier = update.shipment.carrier.casefold() if update.shipment else ""
    alike = [number for number, name in names.items() if carrier and _alike(carrier, name.casefold())]
    for candidates in (alike, list(names)):
        if len(candidates) == 1:
            return candidates[0]
    sentence = _("TikTok Shop does not know the carrier “%(carrier)s”; record the shipment with one of: %(known)s.")
    known = ", ".join(sorted(names.values())) or "–"
    raise Rejected(sentence % {"carrier": update.shipment.carrier if update.shipment else "", "known": known})


def _alike(carrier: str, name: str) -> bool:
    return carrier == name or carrier in name.split() or name in carrier.split()
