"""SHIPPING_ARRANGED: ask what Shopee offers, choose, look again, and call ship_order once per package."""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.shopee import choosing, statuses
from marketplaces.connectors.shopee.choosing import Choice, Json
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.live import Live, Package, demand_shippable, look
from marketplaces.errors import AlreadyApplied, MarketplaceError, Rejected, Unavailable
from orders.status import Status

LACKS_INVOICE = "lack_of_invoice_data"
PENDING_INVOICE = "error_pending_invoice"
SHIPPED_ALREADY = "package_already_shipped"
#: The same under a code that says nothing, logistics.error_param.
SHIPPED_WORDS = "order has been shipped"
#: Of a buyer whose payment is still to be confirmed: error_status.
NOT_YET = "hasn't completed"
#: The slot was taken by another seller, or passed, between asking and shipping.
SLOT_GONE = "ship_order_pickup_time_invalid"
#: Of a pickup after one that failed.
SAME_AGAIN = "update_shipping_order_no_param_change"


async def arranged(client: Client, update: Outgoing) -> str:
    live = await look(client, update.code)
    demand_shippable(live)
    if live.is_arranged:
        raise AlreadyApplied(_("Shipping is arranged at Shopee already."))
    if not live.waiting:
        words = ", ".join(package.status for package in live.packages)
        raise Rejected(_("Shopee's packages are in a status that we do not know: %(words)s.") % {"words": words})
    return await arrange(client, live, update.choice)


async def arrange(client: Client, live: Live, choice: Choice) -> str:
    """Every package that waits; raises AlreadyApplied when another program arranged all of them meanwhile."""
    answers: list[str] = []
    known = ""
    for package in live.waiting:
        try:
            answers.append(await _arrange(client, live, package, choice))
        except AlreadyApplied as error:
            known = error.detail
    if not answers:
        raise AlreadyApplied(known)
    return ", ".join(answers)


async def is_arranged(client: Client, code: str) -> bool:
    live = await look(client, code)
    return live.snapshot.status is not Status.CANCELED and live.is_arranged


async def _arrange(client: Client, live: Live, package: Package, choice: Choice) -> str:
    try:
        return await _arrange_once(client, live, package, choice)
    except Rejected as error:
        raise await _meaning(client, live, error, choice) from error


async def _arrange_once(client: Client, live: Live, package: Package, choice: Choice) -> str:
    code, named = live.snapshot.code, live.named(package)
    demand_released(live, package)
    parameter = await client.shipping_parameter(code, package=named)
    rule = client.connection.arranging
    way = choosing.way(parameter, carrier=live.snapshot.carrier, choice=choice, rule=rule)
    # Asking took a while: the buyer may have canceled, another program may have arranged it.
    now = await look(client, code)
    demand_shippable(now)
    if package.number not in {waiting.number for waiting in now.waiting}:
        raise AlreadyApplied(_("Shipping is arranged at Shopee already."))
    return await _ship(client, code, named, package, way)


def demand_released(live: Live, package: Package) -> None:
    """Shopee takes a paid order, or one whose note has just arrived, some minutes later. Raises Unavailable.

    Without its note, Shopee is asked all the same: its refusal says that the note is missing.
    """
    complete = live.snapshot.invoices or choosing.is_at_the_counter(live.snapshot.carrier)
    if package.status in statuses.NOT_STARTED and complete:
        raise Unavailable(_("Shopee has not released the package for shipping yet."))


async def _ship(client: Client, code: str, named: str, package: Package, way: dict[str, Json]) -> str:
    if package.status == statuses.PICKUP_RETRY and choosing.PICKUP in way:
        return await client.update_shipping_order(code, package=named, pickup=way[choosing.PICKUP])
    return await client.ship_order(code, package=named, way=way)


async def _meaning(client: Client, live: Live, error: Rejected, choice: Choice) -> MarketplaceError:
    """What a refusal means here; mostly what it says."""
    name = error.code.rpartition(".")[2].strip()
    if name == SHIPPED_ALREADY or SHIPPED_WORDS in error.detail.casefold():
        return await _shipped_already(client, live, error)
    if wants_invoice(error):
        return lacks_invoice(live, error)
    if NOT_YET in error.detail.casefold():
        return Unavailable(error.detail)
    if name == SLOT_GONE and not choice.get("pickup_time_id"):
        return Unavailable(_("The pickup time was no longer free; the next one is taken."))
    if name == SAME_AGAIN:
        sentence = _("This is the pickup that failed: choose another time or address. (%(detail)s)")
        return Rejected(sentence % {"detail": error.detail}, code=error.code)
    return error


async def _shipped_already(client: Client, live: Live, error: Rejected) -> MarketplaceError:
    """Sellers have other programs too. Only an order that is canceled meanwhile is none of their doing."""
    now = await look(client, live.snapshot.code)
    if now.snapshot.status is Status.CANCELED:
        return Rejected(_("The order is canceled at Shopee: nothing is shipped."), code=error.code)
    return AlreadyApplied(error.detail)


def wants_invoice(error: Rejected) -> bool:
    return error.code.rpartition(".")[2].strip() in (LACKS_INVOICE, PENDING_INVOICE)


def lacks_invoice(live: Live, error: Rejected) -> MarketplaceError:
    """A note that was taken is checked by SEFAZ afterwards."""
    if live.snapshot.invoices and live.snapshot.status is Status.INVOICED:
        return Unavailable(error.detail)
    sentence = _("Shopee has no valid NF-e for this order: send the invoice's XML first. (%(detail)s)")
    return Rejected(sentence % {"detail": error.detail}, code=error.code)
