"""Shipping one package, with whichever carrier: the call that cannot be undone, and what its refusal means."""

import re
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.connectors.tiktok import statuses
from marketplaces.connectors.tiktok.calls import Json
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import SOON, Package, look, packages
from marketplaces.errors import AlreadyApplied, MarketplaceError, NotReady, Rejected

#: No code is written down for it.
_INVOICE = re.compile(r"invoice|nf-?e\b", re.IGNORECASE)
#: SEFAZ has said its word by then.
LAG = timedelta(minutes=30)


async def ship(client: Client, update: Outgoing, package: Package, how: Json) -> str:
    try:
        return await client.ship(package.id, how)
    except Rejected as error:
        raise await _meaning(client, update, package, error) from error


async def _meaning(client: Client, update: Outgoing, package: Package, error: Rejected) -> MarketplaceError:
    """The order says INVOICE_UPLOADED with its first package's note, and may say so before the note counts."""
    if not _INVOICE.search(error.detail):
        return error
    live = await look(client, update.code)
    if any(now.id == package.id and now.is_arranged for now in await packages(client, live, anew=True)):
        return AlreadyApplied(_("Shipping is arranged at TikTok Shop already."))
    told_at = max(update.at, live.snapshot.updated_at)
    if live.invoice in (statuses.UPLOADED, statuses.PROCESSING) and datetime.now(UTC) < told_at + LAG:
        return NotReady(_("TikTok Shop is checking the NF-e."), seconds=SOON)
    sentence = _("TikTok Shop has no valid NF-e for this package: send the invoice's XML again. (%(detail)s)")
    return Rejected(sentence % {"detail": error.detail}, code=error.code)
