"""INVOICED: the NF-e goes as authorized XML for each package, and TikTok Shop looks at it afterwards.

It is told only when TikTok Shop has taken the note for valid: shipping waits in the same lane, and a note that is
thrown out can be corrected. Why it is thrown out stands in the webhook alone.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import InvoiceFact, Outgoing
from marketplaces.connectors.tiktok import statuses
from marketplaces.connectors.tiktok.calls import Json
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import LATER, SOON, Live, look
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unsupported
from marketplaces.values import text
from orders.status import Status

#: Of the file, before it is written as base64.
LARGEST = 1_000_000
EXISTS = "10007014"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


async def invoiced(client: Client, update: Outgoing) -> str:
    file = _file(update.invoice)
    live = await look(client, update.code)
    _demand_wanted(live, update)
    if live.word == statuses.ON_HOLD or not live.package_ids:
        raise NotReady(_("TikTok Shop takes the NF-e when the order is free for shipping."), seconds=LATER)
    left = _left(live, update) or live.package_ids
    failed = await client.upload_invoices([(package, [update.code], file) for package in left])
    _demand_taken(failed, left, update)
    if live.invoice == statuses.UPLOADED and len(failed) == len(left):
        raise _valid()
    sentence = _("TikTok Shop has the NF-e and is checking it.")
    raise NotReady(sentence, seconds=SOON, taken=True, parts=live.package_ids)


async def is_invoiced(client: Client, update: Outgoing) -> bool:
    """Raises NotReady while it is checked, Rejected when it was thrown out; what never arrived is sent again."""
    live = await look(client, update.code)
    if update.parts and _left(live, update):
        return False  # whatever the order says, it says of the packages that have theirs
    if live.invoice == statuses.PROCESSING:
        raise NotReady(_("TikTok Shop is checking the NF-e."), seconds=SOON, taken=True)
    if update.taken and live.invoice == statuses.NEED_INVOICE and live.snapshot.status is not Status.CANCELED:
        sentence = _(
            "TikTok Shop did not take the NF-e, or threw it out: its Seller Center says why. Correct the NF-e; if it "
            "was only not known at SEFAZ yet, send it again."
        )
        raise Rejected(sentence, undone=True)
    # Where TikTok Shop does not say what became of it, it was taken, and shipping shows the rest.
    return live.invoice == statuses.UPLOADED or (update.taken and live.invoice not in statuses.INVOICE_WORDS)


def _demand_wanted(live: Live, update: Outgoing) -> None:
    if live.snapshot.status is Status.CANCELED:
        raise Rejected(_("The order is canceled at TikTok Shop: it takes no NF-e."))
    if live.invoice == statuses.NO_NEED:
        raise Unsupported(_("TikTok Shop wants no NF-e for this order."))
    # Of a split order one package's NF-e is enough for this word: the others may lack theirs.
    if live.invoice == statuses.UPLOADED and len(live.package_ids) <= 1:
        raise _valid()
    if live.invoice == statuses.PROCESSING and not (update.parts and _left(live, update)):
        raise NotReady(_("TikTok Shop is checking the NF-e."), seconds=SOON, taken=True)


def _left(live: Live, update: Outgoing) -> list[str]:
    """Packages whose NF-e was not taken yet. The order's own word does not tell them apart, and there is no other."""
    return [package for package in live.package_ids if package not in update.parts]


def _valid() -> AlreadyApplied:
    return AlreadyApplied(_("TikTok Shop has a valid NF-e for this order."))


def _demand_taken(failed: Sequence[Json], sent: Sequence[str], update: Outgoing) -> None:
    """Zero is success even where single files failed. One that exists already is being looked at."""
    refused = [row for row in failed if _code(row) != EXISTS]
    if not refused:
        return
    problems = "; ".join(f"{_code(row)}: {text(row.get('message'))}" for row in refused)
    named = {_package(row) for row in refused}
    # A failure that does not name its package may be any one's.
    taken = [] if "" in named else [package for package in sent if package not in named]
    sentence = _("TikTok Shop does not take the NF-e (%(detail)s).")
    raise Rejected(sentence % {"detail": problems}, parts=[*update.parts, *taken])


def _code(row: Json) -> str:
    return text(row.get("code"))


def _package(row: Json) -> str:
    detail = row.get("detail")
    return text(detail.get("package_id")) if isinstance(detail, dict) else ""


def _file(invoice: InvoiceFact | None) -> bytes:
    """UTF-8, and saying so: what an older issuer declared was its own file's encoding."""
    if invoice is None or not invoice.xml:
        raise Rejected(
            _("TikTok Shop takes the NF-e only as a file: record the invoice's XML and send the update again.")
        )
    bare = _DECLARATION.sub("", invoice.xml.lstrip("\ufeff"))
    file = f'<?xml version="1.0" encoding="UTF-8"?>{bare}'.encode()
    if len(file) > LARGEST:
        raise Rejected(_("The NF-e's file is larger than TikTok Shop takes (1 MB)."))
    return file
