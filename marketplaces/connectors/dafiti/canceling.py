"""CANCELED: whole or in part, for want of stock alone; in Brazil between payment and ready to ship, as documented."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.dafiti import reasons, statuses
from marketplaces.connectors.dafiti.live import Desk, Live, Unit, choose, ids, look
from marketplaces.errors import AlreadyApplied, Rejected
from marketplaces.values import listed, number

#: The document's enum has one l, its example two.
CANCEL = frozenset({"status_set_to_canceled", "status_set_to_cancelled"})


async def canceled(desk: Desk, update: Outgoing) -> str:
    live = await look(desk, update.code)
    wanted = _wanted(live, update)
    if not wanted:
        raise AlreadyApplied(_("Dafiti has this canceled already."))
    if late := [unit for unit in wanted if not _may_go(unit)]:
        sentence = _(
            "Dafiti cancels only between payment and ready to ship; it has %(units)s unit(s) as %(words)s: settle it "
            "in Seller Center."
        )
        words = ", ".join(dict.fromkeys(unit.status for unit in late))
        raise Rejected(sentence % {"units": len(late), "words": words})
    reason, detail = await reasons.chosen(desk, reasons.CANCELED, update.reason)
    return await desk.client.set_to_canceled(ids(wanted), reason=reason, detail=detail)


async def is_canceled(desk: Desk, update: Outgoing) -> bool:
    return not _wanted(await look(desk, update.code), update)


async def together(desk: Desk, code: str) -> Sequence[Mapping[str, int]]:
    """Units by SKU of each package of several that may still be canceled: one of them takes the others along."""
    open_units = {unit.id: unit for unit in (await look(desk, code)).units if _may_go(unit)}
    if len(open_units) < 2:
        return []
    packages = await desk.client.packages(open_units)
    inside = [[open_units.get(number(unit)) for unit in listed(row.get("orderItemIds"))] for row in packages]
    counted = [Counter(unit.sku for unit in package if unit) for package in inside]
    return [package for package in counted if package.total() > 1]


def _wanted(live: Live, update: Outgoing) -> list[Unit]:
    """All that is left; or, of a part, what is missing to as many as are to be canceled in all.

    Loose units first: a packed one would take its package along.
    """
    if not update.partial:
        return live.going
    gone = Counter(unit.sku for unit in live.at(statuses.CANCELED))
    missing = [(sku, units - gone[sku]) for sku, units in update.canceled]
    return choose(live.going, missing, _rank)


def _may_go(unit: Unit) -> bool:
    """Brazil's manual allows no more than pending units; the API's own list of what it takes next outweighs it."""
    return unit.status == statuses.PENDING or (unit.status == statuses.READY_TO_SHIP and bool(unit.actions & CANCEL))


def _rank(unit: Unit) -> int:
    if unit.status in statuses.LEFT:
        return -1
    return 2 if unit.status != statuses.PENDING else int(unit.is_packed)
