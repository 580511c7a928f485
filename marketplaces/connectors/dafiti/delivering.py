"""SHIPPED, DELIVERED and DELIVERY_FAILED: unit by unit, so that a part of an order is told as it leaves."""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.dafiti import reasons, statuses
from marketplaces.connectors.dafiti.arranging import arrange
from marketplaces.connectors.dafiti.handing_over import HandOver
from marketplaces.connectors.dafiti.live import Desk, Live, Unit, choose, ids, look
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unsupported
from orders.snapshot import Fulfillment

#: What was ready to ship a moment ago is not yet, for Dafiti's back end.
SETTLING_SECONDS = 3.0


async def shipped(desk: Desk, update: Outgoing) -> str:
    """Units that are not ready to ship yet become so first, with the shipment's carrier and tracking number."""
    live = await _ours(desk, update)
    leaving = _leaving(live, update)
    if not leaving:
        raise AlreadyApplied(_("Dafiti knows the shipment already."))
    pending = [unit for unit in leaving if unit.status == statuses.PENDING]
    if pending:
        await arrange(desk, live, pending, HandOver.of(update, desk.rule))
    try:
        return await desk.client.set_to_shipped(ids(leaving))
    except Rejected as error:
        if not pending:
            raise
        raise NotReady(error.detail, seconds=SETTLING_SECONDS) from error


async def is_shipped(desk: Desk, update: Outgoing) -> bool:
    return not _leaving(await look(desk, update.code), update)


async def delivered(desk: Desk, update: Outgoing) -> str:
    live = await _ours(desk, update)
    if not (left := _undelivered(live)):
        if not live.at(*statuses.DELIVERED_OR_LATER):
            raise Rejected(_("Dafiti has this delivery as failed, for good: settle it in Seller Center."))
        raise AlreadyApplied(_("Dafiti knows the delivery already."))
    return await desk.client.set_to_delivered(ids(left))


async def is_delivered(desk: Desk, update: Outgoing) -> bool:
    live = await look(desk, update.code)
    return not _undelivered(live) and bool(live.at(*statuses.DELIVERED_OR_LATER))


async def delivery_failed(desk: Desk, update: Outgoing) -> str:
    """For good at Dafiti: only when every attempt was made and the parcel is back."""
    live = await _ours(desk, update)
    if not (left := _undelivered(live)):
        if not live.at(statuses.FAILED):
            raise Rejected(_("Dafiti has this order as delivered: settle it in Seller Center."))
        raise AlreadyApplied(_("Dafiti knows that the delivery failed."))
    reason, detail = await reasons.chosen(desk, reasons.FAILED, update.reason)
    return await desk.client.set_to_delivery_failed(ids(left), reason=reason, detail=detail)


async def is_failed(desk: Desk, update: Outgoing) -> bool:
    live = await look(desk, update.code)
    return not _undelivered(live) and bool(live.at(statuses.FAILED))


async def _ours(desk: Desk, update: Outgoing) -> Live:
    live = await look(desk, update.code)
    if live.snapshot.fulfillment is not Fulfillment.SELLER:
        raise Unsupported(_("Dafiti's carrier tells this itself."))
    return live


def _undelivered(live: Live) -> list[Unit]:
    """All that have not come to an end; what has not even left is Dafiti's to refuse."""
    return [unit for unit in live.going if unit.status not in statuses.ENDED]


def _leaving(live: Live, update: Outgoing) -> list[Unit]:
    """The shipment's units that Dafiti does not have as shipped.

    Those with its tracking number come first, so that a part that left already is not counted twice.
    """
    shipment = update.shipment
    code, wanted = (shipment.tracking_code, shipment.items) if shipment else ("", ())

    def rank(unit: Unit) -> int:
        if unit.tracking == code:
            return 0
        return 1 if unit.status in (statuses.PENDING, statuses.READY_TO_SHIP) else -1

    chosen = choose(live.going, wanted, rank)
    return [unit for unit in chosen if unit.status not in statuses.LEFT]
