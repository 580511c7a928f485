"""INVOICED: Dafiti takes the NF-e's key with the hand-over. By itself it is set only for units that are beyond that."""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.dafiti import statuses
from marketplaces.connectors.dafiti.live import Desk, Live, Unit, ids, look
from marketplaces.errors import AlreadyApplied, Rejected, Unsupported

NOT_YET = (statuses.PAYMENT_PENDING, statuses.PENDING)


async def invoiced(desk: Desk, update: Outgoing) -> str:
    if update.invoice is None:
        raise Rejected(_("There is no invoice to tell."))
    live = await look(desk, update.code)
    beyond = _beyond(live)
    if not beyond:
        raise Unsupported(_("Dafiti takes the NF-e together with the hand-over (ready to ship): it is told then."))
    without = [unit for unit in beyond if unit.access_key != update.invoice.access_key]
    if not without:
        raise AlreadyApplied(_("Dafiti knows the NF-e already."))
    return await desk.client.set_invoice_access_key(ids(without), update.invoice.access_key)


async def is_invoiced(desk: Desk, update: Outgoing) -> bool:
    beyond = _beyond(await look(desk, update.code))
    key = update.invoice.access_key if update.invoice else ""
    return bool(beyond) and all(unit.access_key == key for unit in beyond)


def _beyond(live: Live) -> list[Unit]:
    return [unit for unit in live.going if unit.status not in NOT_YET]
