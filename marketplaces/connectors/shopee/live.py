"""An order as it is at Shopee now: looked at before anything is told, and again just before what cannot be undone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from marketplaces.connectors.shopee import payload, statuses
from marketplaces.connectors.shopee.calls import Json
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.polling import order
from marketplaces.document import parts
from marketplaces.errors import Malformed, NotReady, Rejected, Throttled, Unavailable, Unsupported
from marketplaces.values import number, text
from orders.snapshot import Fulfillment, OrderSnapshot
from orders.status import Status


@dataclass(frozen=True, slots=True)
class Package:
    number: str
    status: str
    channel: int
    arranged: bool = False  #: ship_order was accepted, the tracking number is on its way


@dataclass(frozen=True, slots=True)
class Live:
    snapshot: OrderSnapshot
    document: payload.Order
    packages: tuple[Package, ...]  #: without those that were canceled
    split: bool

    @property
    def word(self) -> str:
        return self.snapshot.channel_status

    @property
    def waiting(self) -> list[Package]:
        """Packages for which shipping is to be arranged, or arranged once more."""
        return [package for package in self.packages if package.status in WAITING and not package.arranged]

    @property
    def is_arranged(self) -> bool:
        packages = self.packages
        return bool(packages) and all(p.arranged or statuses.is_arranged(p.status) for p in packages)

    def named(self, package: Package) -> str:
        """Only a split order's package is named in calls; others refuse it."""
        return package.number if self.split else ""


#: Shopee tells whole seconds, and its clock is not ours.
CUT_OFF = timedelta(seconds=2)
#: Until Shopee is asked again whether a buyer's request to cancel is still open.
ASKED_SECONDS = 120.0
WAITING = statuses.NOT_STARTED | {statuses.READY, statuses.PICKUP_RETRY}


async def look(client: Client, code: str) -> Live:
    """Raises Rejected when there is no such order, Malformed when it cannot be read."""
    fetched = await order(client, code)
    if fetched.snapshot is None:
        raise Malformed(fetched.problem)
    document = payload.decode(fetched.raw.encode())
    told = parts(document.package_list, payload.Package)
    packages = [
        Package(text(row.package_number), text(row.logistics_status), number(row.logistics_channel_id)) for row in told
    ]
    now = await _as_they_are(client, packages)
    going = tuple(package for package in now if package.status not in statuses.OUT)
    return Live(fetched.snapshot, document, going, split=len(told) > 1 or document.split_up is True)


def demand_ours(live: Live) -> None:
    """Raises Unsupported for what Shopee's own warehouse ships."""
    if live.snapshot.fulfillment is Fulfillment.MARKETPLACE:
        raise Unsupported(_("Shopee's own warehouse invoices and ships this order."))


def demand_going(live: Live) -> datetime:
    """Until when the buyer cancels alone. Raises Rejected where nothing is shipped, NotReady while that is open."""
    demand_ours(live)
    if live.snapshot.status is Status.CANCELED:
        raise Rejected(_("The order is canceled at Shopee: nothing is shipped."))
    if live.word == statuses.IN_CANCEL:
        # Refused, the order goes on, and nobody should have to send this again; accepted, this is superseded.
        raise NotReady(_("The buyer asks to cancel: shipping waits until that is answered."), seconds=ASKED_SECONDS)
    hold_until = live.snapshot.hold_until
    if hold_until is None:
        raise Rejected(_("The order is not paid yet at Shopee: nothing is shipped."))
    if not live.packages:
        raise Unavailable(_("Shopee shows no package of this order yet."))
    return hold_until


def demand_shippable(live: Live) -> None:
    """Raises what demand_going does, and Throttled within the hour in which the buyer cancels alone."""
    if (seconds := (demand_going(live) + CUT_OFF - datetime.now(UTC)).total_seconds()) > 0:
        raise Throttled(
            _("The buyer may cancel alone within an hour of the payment: shipping is arranged after it."),
            seconds=seconds,
        )


async def _as_they_are(client: Client, packages: list[Package]) -> list[Package]:
    """An order shows LOGISTICS_READY before and after ship_order: only get_package_detail tells which."""
    asked = [package.number for package in packages if package.status == statuses.READY and package.number]
    if not asked:
        return packages
    rows = [row for row in await client.package_details(asked) if isinstance(row, dict)]
    told = {text(row.get("package_number")): row for row in rows}
    return [_as_told(package, told.get(package.number, {})) for package in packages]


def _as_told(package: Package, row: Json) -> Package:
    """`is_shipment_arranged` says something only of a package that is ready."""
    status = text(row.get("fulfillment_status")) or package.status
    arranged = status == statuses.READY and row.get("is_shipment_arranged") is True
    return replace(package, status=status, arranged=arranged)
