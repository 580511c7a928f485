"""SHIPPING_ARRANGED: units become ready to ship, with NF-e, carrier and tracking number, package by package.

A carrier whose system is connected to Dafiti gives the number when the units are packed; others' numbers are told.
Packed is no status: such units stay pending.
"""

import asyncio
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.arranging import Way
from marketplaces.connectors.dafiti import statuses
from marketplaces.connectors.dafiti.handing_over import HandOver, provider_for, ways
from marketplaces.connectors.dafiti.live import Desk, Live, Unit, ids, look
from marketplaces.connectors.dafiti.mapping import DAFITI_ENVIOS
from marketplaces.errors import AlreadyApplied, NotReady, Rejected
from marketplaces.values import listed, number

TRACKING_SECONDS = 10.0
#: Third parties leave Dafiti's back end so long between packed and ready to ship (2023); it works in its own time.
SETTLING_SECONDS = 2.0
LOOKS = 3
REQUEST_PICKUP = "create_pickup_request"


async def arranged(desk: Desk, update: Outgoing) -> str:
    live = await look(desk, update.code)
    hand_over = HandOver.of(update, desk.rule)
    answers = []
    if waiting := _waiting(live):
        answers.append(await arrange(desk, live, waiting, hand_over))
        live = await _settled(desk, update.code, to_collect=hand_over.requests_pickup)
    if hand_over.requests_pickup and (collected := _to_collect(live)):
        answers.append(await desk.client.request_pickup(ids(collected)))
    if not answers:
        raise AlreadyApplied(_("Dafiti has all units as ready to ship already."))
    return ", ".join(answers)


async def offered(desk: Desk, code: str) -> Sequence[Way]:
    """For what is not ready to ship yet."""
    live = await look(desk, code)
    if not (waiting := _waiting(live)):
        raise Rejected(_("Dafiti has all units as ready to ship already."))
    return ways(waiting, await desk.lists.providers(desk.client), desk.rule)


async def is_arranged(desk: Desk, update: Outgoing) -> bool:
    live = await look(desk, update.code)
    return bool(live.going) and not live.at(statuses.PAYMENT_PENDING, statuses.PENDING) and not _to_collect(live)


async def arrange(desk: Desk, live: Live, waiting: Sequence[Unit], hand_over: HandOver) -> str:
    """Pending units. Raises NotReady while their tracking number is on its way: nothing is packed twice."""
    packed = [unit for unit in waiting if unit.is_packed]
    loose = [unit for unit in waiting if not unit.is_packed]
    answers, fresh = [], []
    if loose and hand_over.tracking:
        answers.append(await _ready(desk, loose, hand_over, hand_over.tracking))
    elif loose:
        fresh = await _pack(desk, live, loose, hand_over)
    try:
        for package in _packages(packed + fresh):
            answers.append(await _ready(desk, package, hand_over, package[0].tracking))
    except Rejected as error:
        if not fresh:
            raise
        # What was packed a moment ago may not be ready for it yet: told once more before anybody is called.
        raise NotReady(error.detail, seconds=TRACKING_SECONDS) from error
    return ", ".join(answers)


async def _pack(desk: Desk, live: Live, loose: Sequence[Unit], hand_over: HandOver) -> list[Unit]:
    """The same units, with the tracking number that they were given."""
    inside = {
        number(unit) for row in await desk.client.packages(ids(loose)) for unit in listed(row.get("orderItemIds"))
    }
    if unpacked := [unit for unit in loose if unit.id not in inside]:
        provider = provider_for(unpacked, hand_over.provider, await desk.lists.providers(desk.client))
        if not provider.gives_tracking:
            sentence = _("%(carrier)s gives no tracking number through Dafiti: give it with the shipment.")
            raise Rejected(sentence % {"carrier": provider.name})
        delivery = hand_over.delivery or unpacked[0].delivery
        await desk.client.set_to_packed(ids(unpacked), provider=provider.name, delivery=delivery)
        await asyncio.sleep(SETTLING_SECONDS)
    wanted = set(ids(loose))
    now = [unit for unit in (await look(desk, live.snapshot.code)).units if unit.id in wanted]
    if missing := [unit for unit in now if unit.status == statuses.PENDING and not unit.tracking]:
        sentence = _("Packed; the carrier has not given the tracking number of %(units)s unit(s) yet.")
        raise NotReady(sentence % {"units": len(missing)}, seconds=TRACKING_SECONDS)
    return [unit for unit in now if unit.is_packed]


async def _ready(desk: Desk, package: Sequence[Unit], hand_over: HandOver, tracking: str) -> str:
    wanted = "" if package[0].is_packed else hand_over.provider  # what is packed has its carrier
    provider = provider_for(package, wanted, await desk.lists.providers(desk.client))
    return await desk.client.set_to_ready_to_ship(
        ids(package),
        provider=provider.name,
        delivery=hand_over.delivery or package[0].delivery,
        tracking=tracking,
        access_key=hand_over.access_key,
    )


async def _settled(desk: Desk, code: str, *, to_collect: bool) -> Live:
    """The order after it was made ready. Raises NotReady while Dafiti's carrier cannot be asked to come for it."""
    for _look in range(LOOKS):
        live = await look(desk, code)
        if not (to_collect and any(unit.provider.casefold() == DAFITI_ENVIOS for unit in live.at(statuses.PENDING))):
            return live
        await asyncio.sleep(SETTLING_SECONDS)
    raise NotReady(_("Dafiti has the order not as ready to ship yet."), seconds=TRACKING_SECONDS, taken=True)


def _packages(packed: Sequence[Unit]) -> list[list[Unit]]:
    """One call for each: a tracking number cannot be set to several."""
    numbers = dict.fromkeys(unit.tracking for unit in packed)
    return [[unit for unit in packed if unit.tracking == tracking] for tracking in numbers]


def _waiting(live: Live) -> list[Unit]:
    """Raises Rejected where nothing can be arranged."""
    if live.going and live.at(statuses.PAYMENT_PENDING):
        raise Rejected(_("The order is not paid yet at Dafiti: nothing is shipped."))
    if not live.going:
        raise Rejected(_("The order is canceled at Dafiti: nothing is shipped."))
    return live.at(statuses.PENDING)


def _to_collect(live: Live) -> list[Unit]:
    """Dafiti's own carrier comes when it is asked to ("fechar PLP"); the seller calls his own himself."""
    return [unit for unit in live.at(statuses.READY_TO_SHIP) if not unit.pickup_requested and _is_fetched(unit)]


def _is_fetched(unit: Unit) -> bool:
    offered = unit.delivery == "pickup" and REQUEST_PICKUP in unit.actions
    return offered or unit.provider.casefold() == DAFITI_ENVIOS
