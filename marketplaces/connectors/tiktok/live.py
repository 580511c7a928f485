"""An order as it is at TikTok Shop now: looked at before anything is told, and again before what cannot be undone."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from marketplaces.connectors.tiktok import payload, statuses
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.items import sku
from marketplaces.connectors.tiktok.mapping import package_ids
from marketplaces.connectors.tiktok.polling import order
from marketplaces.document import parts
from marketplaces.errors import Malformed, NotReady, Rejected
from marketplaces.values import text
from orders.snapshot import OrderSnapshot
from orders.status import Status

#: Seconds until TikTok Shop is asked again for what takes it a moment, and for what a person or an hour decides.
SOON, LATER = 20.0, 120.0


@dataclass(frozen=True, slots=True)
class Package:
    id: str
    status: str
    tracking: str
    units: tuple[str, ...]  #: SKUs, one for each unit

    @property
    def waits(self) -> bool:
        return self.status == statuses.TO_FULFILL

    @property
    def is_arranged(self) -> bool:
        return self.status in statuses.ARRANGED


@dataclass(frozen=True, slots=True)
class Live:
    snapshot: OrderSnapshot
    document: payload.Order

    @property
    def word(self) -> str:
        return self.snapshot.channel_status

    @property
    def invoice(self) -> str:
        """need_upload_invoice."""
        return text(self.document.need_upload_invoice)

    @property
    def package_ids(self) -> list[str]:
        return package_ids(self.document)

    @property
    def asks_to_cancel(self) -> bool:
        return self.document.is_buyer_request_cancel is True


async def look(client: Client, code: str) -> Live:
    """Raises Rejected when there is no such order, Malformed when it cannot be read."""
    fetched = await order(client, code)
    if fetched.snapshot is None:
        raise Malformed(fetched.problem)
    return Live(fetched.snapshot, payload.decode(fetched.raw.encode()))


async def packages(client: Client, live: Live, *, anew: bool = False) -> list[Package]:
    """Without those that were canceled; asked for one by one where the order's units do not tell how far they are.

    `anew`: those that wait are asked for as well, as the order may show a shipment later than its packages do.
    """
    found = [await _package(client, live, package, anew) for package in live.package_ids]
    return [package for package in found if package.status != statuses.OUT]


def demand_open(live: Live) -> None:
    """Raises Rejected where nothing is shipped, NotReady as long as the buyer cancels alone or asks to."""
    if live.snapshot.status is Status.CANCELED:
        raise Rejected(_("The order is canceled at TikTok Shop: nothing is shipped."))
    if live.word == statuses.UNPAID:
        raise Rejected(_("The order is not paid yet at TikTok Shop: nothing is shipped."))
    if live.word == statuses.ON_HOLD:
        until = live.snapshot.hold_until
        rest = (until - datetime.now(UTC)).total_seconds() if until else 0.0
        sentence = _("TikTok Shop holds the order for about an hour, in which the buyer may cancel alone.")
        raise NotReady(sentence, seconds=max(rest, LATER))
    if live.asks_to_cancel:
        # Refused, the order goes on, and nobody should have to send this again; accepted, this is superseded.
        raise NotReady(_("The buyer asks to cancel: shipping waits until that is answered."), seconds=LATER)


async def _package(client: Client, live: Live, package: str, anew: bool) -> Package:
    units = [unit for unit in parts(live.document.line_items, payload.Unit) if text(unit.package_id) == package]
    words = {text(unit.package_status): text(unit.tracking_number, most=80) for unit in units}
    if len(words) != 1 or "" in words or (anew and statuses.TO_FULFILL in words):
        told = await client.package(package)
        words = {text(told.get("package_status")): text(told.get("tracking_number"), most=80)}
    ((status, tracking),) = words.items()
    if status == statuses.TO_FULFILL and live.word in statuses.ARRANGED_WORDS:
        status = statuses.SHIPPED
    return Package(package, status, tracking, tuple(sku(unit) for unit in units))
