"""INVOICED: the NF-e goes as authorized XML for each package, and TikTok Shop looks at it afterwards.

It is told only when TikTok Shop has taken the note for valid: shipping waits in the same lane, and a note that is
thrown out can be corrected. Why it is thrown out stands in the webhook alone.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplaces.adapter import InvoiceFact, Outgoing
from marketplaces.connectors.tiktok import statuses
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
    _demand_wanted(live)
    packages = live.package_ids
    if live.word == statuses.ON_HOLD or not packages:
        raise NotReady(_("TikTok Shop takes the NF-e when the order is free for shipping."), seconds=LATER)
    failed = await client.upload_invoices([(package, [update.code], file) for package in packages])
    _demand_taken(failed)
    if live.invoice == statuses.UPLOADED and len(failed) == len(packages):
        raise _valid()
    raise NotReady(_("TikTok Shop has the NF-e and is checking it."), seconds=SOON, taken=True)


async def is_invoiced(client: Client, update: Outgoing) -> bool:
    """Raises NotReady while it is checked, Rejected when it was thrown out; what never arrived is sent again."""
    live = await look(client, update.code)
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


def _demand_wanted(live: Live) -> None:
    if live.snapshot.status is Status.CANCELED:
        raise Rejected(_("The order is canceled at TikTok Shop: it takes no NF-e."))
    if live.invoice == statuses.NO_NEED:
        raise Unsupported(_("TikTok Shop wants no NF-e for this order."))
    # Of a split order one package's NF-e is enough for this word: the others may lack theirs.
    if live.invoice == statuses.UPLOADED and len(live.package_ids) <= 1:
        raise _valid()
    if live.invoice == statuses.PROCESSING:
        raise NotReady(_("TikTok Shop is checking the NF-e."), seconds=SOON, taken=True)


def _valid() -> AlreadyApplied:
    return AlreadyApplied(_("TikTok Shop has a valid NF-e for this order."))


def _demand_taken(failed: Sequence[dict[str, object]]) -> None:
    """Zero is success even where single files failed. One that exists already is being looked at."""
    problems = [f"{text(row.get('code'))}: {text(row.get('message'))}" for row in failed if _code(row) != EXISTS]
    if problems:
        raise Rejected(_("TikTok Shop does not take the NF-e (%(detail)s).") % {"detail": "; ".join(problems)})


def _code(row: dict[str, object]) -> str:
    return text(row.get("code"))


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
