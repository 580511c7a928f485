"""Labels: Dafiti makes them in a task of its own, which is asked until the file is there; files expire, bytes stay."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.dafiti import statuses
from marketplaces.connectors.dafiti.live import Desk, Unit, ids, look
from marketplaces.connectors.dafiti.mapping import DAFITI_ENVIOS
from marketplaces.errors import Malformed, MarketplaceError, NotReady, Rejected, Unavailable, Unsupported
from marketplaces.values import listed, number, text
from orders.verbs import LabelFile

#: For Dafiti Envios always this one; for others what Dafiti offers for the unit.
PARCEL = "shippingParcel"
LABEL = "shippingLabel"
OFFERS_PARCEL = "generate_shipping_parcel"
PDF = b"%PDF"
FINISHED = "finished"
GONE = frozenset({"error", "expired", "canceled"})
#: Seconds between two looks at a task, how many, and before the next attempt.
LOOK_SECONDS = 1.0
LOOKS = 15
AGAIN_SECONDS = 15.0

#: Tasks that were begun and not finished, by account and units, as long as this process lives: others begin anew.
#: Account and units.
Key = tuple[str, tuple[int, ...]]
_begun: dict[Key, int] = {}


async def labels(desk: Desk, update: Outgoing) -> Sequence[LabelFile]:
    """One file for each package that is ready to ship."""
    live = await look(desk, update.code)
    ready = live.at(statuses.READY_TO_SHIP)
    if not ready:
        if live.at(statuses.PENDING):
            raise NotReady(_("Dafiti has the order not as ready to ship yet."), seconds=AGAIN_SECONDS)
        raise Unsupported(_("There is nothing left to label: Dafiti has no unit as ready to ship."))
    trackings = list(dict.fromkeys(unit.tracking for unit in ready))
    return [
        await _label(desk, [unit for unit in ready if unit.tracking == tracking], alone=len(trackings) == 1)
        for tracking in trackings
    ]


async def _label(desk: Desk, package: Sequence[Unit], *, alone: bool) -> LabelFile:
    unit = package[0]
    key = (desk.client.address, tuple(ids(package)))
    try:
        content = await _file(desk, await _finished(desk, package, key))
    except NotReady:
        raise
    except MarketplaceError:
        # The next attempt begins another task.
        _begun.pop(key, None)
        raise
    _begun.pop(key, None)
    return LabelFile(
        content=content,
        content_type="application/pdf",
        package="" if alone else unit.tracking,
        tracking_code=unit.tracking,
        carrier=unit.provider,
    )


async def _file(desk: Desk, task: Mapping[str, Any]) -> bytes:
    try:
        content = await _download(desk, task)
    except Rejected as error:
        raise Unavailable(
            _("Dafiti's file is gone, another one is made: %(detail)s") % {"detail": error.detail}
        ) from error
    if not content.lstrip().startswith(PDF):
        raise Malformed(_("Dafiti's label is no PDF."))
    return content


async def _download(desk: Desk, task: Mapping[str, Any]) -> bytes:
    """By the file's id, as the API's document has it; else by the task's link, as Dafiti's manual has it."""
    links = [link for link in map(text, listed(task.get("downloadLinks"))) if link.startswith("/")]
    if uuid := text(task.get("uuid")):
        try:
            return await desk.client.download(uuid)
        except Rejected:
            if not links:
                raise
    if not links:
        raise Malformed(_("Dafiti's answer names no export."))
    return await desk.client.download_link(links[0])


async def _finished(desk: Desk, package: Sequence[Unit], key: Key) -> dict[str, Any]:
    """The task, once its file can be downloaded. Raises NotReady, and Unavailable when it failed."""
    task = await _task(desk, package, key)
    for _look in range(LOOKS):
        status = text(task.get("status")).casefold()
        if status == FINISHED and task.get("isDeleted") is not True:
            return task
        if status in GONE or task.get("isDeleted") is True:
            note = text(task.get("note")) or status
            raise Unavailable(_("Dafiti could not make the label: %(note)s") % {"note": note})
        await asyncio.sleep(LOOK_SECONDS)
        task = await _export(desk, _begun[key])
    raise NotReady(_("Dafiti is still making the label."), seconds=AGAIN_SECONDS)


async def _export(desk: Desk, task_id: int) -> dict[str, Any]:
    try:
        return await desk.client.export(task_id)
    except Rejected as error:
        detail = error.detail
        raise Unavailable(_("Dafiti could not make the label: %(note)s") % {"note": detail}) from error


async def _task(desk: Desk, package: Sequence[Unit], key: Key) -> dict[str, Any]:
    if key in _begun:
        return await _export(desk, _begun[key])
    unit = package[0]
    parcel = unit.provider.casefold() == DAFITI_ENVIOS or OFFERS_PARCEL in unit.actions
    task = await desk.client.export_document(ids(package), kind=PARCEL if parcel else LABEL)
    if not (begun := number(task.get("id"))):
        raise Malformed(_("Dafiti's answer names no export."))
    _begun[key] = begun
    return task
