"""INVOICED: Shopee takes the NF-e as the authorized XML, once per order, five minutes after it was issued."""

import re
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.adapter import InvoiceFact, Option, Outgoing
from marketplaces.connectors.shopee import payload
from marketplaces.connectors.shopee.arranging import wants_invoice
from marketplaces.connectors.shopee.calls import Json
from marketplaces.connectors.shopee.choosing import is_at_the_counter
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.live import Live, demand_ours, look
from marketplaces.connectors.shopee.refusals import LAG, NOT_WANTED, Refusal, Then, refusal
from marketplaces.document import part
from marketplaces.errors import AlreadyApplied, MarketplaceError, Rejected, Throttled, Unsupported
from marketplaces.values import text
from orders import nfe_xml
from orders.status import Status

#: SERPRO, whom Shopee asks, knows a note only then.
AGE = timedelta(minutes=5)
LARGEST = 1_000_000
AGAIN_SECONDS = 120.0
DATA = "data"
#: The older call is still named by Shopee's guides, and absent from its list of calls.
PATH = Option(
    name="invoice_path",
    label=gettext_noop("How the NF-e is told"),
    choices=(
        ("xml", gettext_noop("The authorized XML (upload_invoice_doc)")),
        (DATA, gettext_noop("Its data alone (add_invoice_data)")),
    ),
    hint=gettext_noop("The second one only for apps that Shopee allows no files."),
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


async def invoiced(client: Client, update: Outgoing) -> str:
    invoice = update.invoice
    if invoice is None or not invoice.xml:
        raise Rejected(_("Shopee takes the NF-e only as a file: record the invoice's XML and send the update again."))
    issued_at = invoice.issued_at or update.at
    _demand_age(issued_at)
    live = await look(client, update.code)
    await _demand_wanted(client, live, invoice)
    try:
        answer = await _send(client, update.code, invoice)
    except Rejected as error:
        if (known := refusal(error.detail)) is None:
            raise
        raise await _meaning(client, update, known, error, issued_at) from error
    _demand_valid(await look(client, update.code))
    return answer


async def _send(client: Client, code: str, invoice: InvoiceFact) -> str:
    if client.connection.options.get(PATH.name) == DATA:
        return await client.add_invoice_data(code, _data(invoice))
    return await client.upload_invoice_doc(code, xml=_file(invoice))


async def is_invoiced(client: Client, update: Outgoing) -> bool:
    """With our key, and not refused by SEFAZ since."""
    live = await look(client, update.code)
    keys = {invoice.access_key for invoice in live.snapshot.invoices}
    return update.invoice is not None and update.invoice.access_key in keys and not _refused_since(live)


def _demand_age(issued_at: datetime) -> None:
    """Raises Throttled: it is our own clock that says wait."""
    seconds = (issued_at + AGE - datetime.now(UTC)).total_seconds()
    if seconds > 0:
        raise Throttled(_("Shopee takes an NF-e five minutes after it was issued."), seconds=seconds)


async def _demand_wanted(client: Client, live: Live, invoice: InvoiceFact) -> None:
    """Raises Rejected, Unsupported or AlreadyApplied where the note is not to be sent (any more)."""
    demand_ours(live)
    if live.snapshot.status is Status.CANCELED:
        raise Rejected(_("The order is canceled at Shopee: it takes no NF-e."))
    if invoice.access_key in {seen.access_key for seen in live.snapshot.invoices}:
        _demand_valid(live)
        raise AlreadyApplied(_("Shopee knows this already."))
    if not live.snapshot.invoices and await _goes_without(client, live):
        raise Unsupported(_(NOT_WANTED))


async def _goes_without(client: Client, live: Live) -> bool:
    """Correios takes parcels at its counter without a note: Shopee tells how they are shipped, and asks for none."""
    if not is_at_the_counter(live.snapshot.carrier):
        return False
    for package in live.waiting[:1]:
        try:
            await client.shipping_parameter(live.snapshot.code, package=live.named(package))
        except Rejected as error:
            return not wants_invoice(error)
    return True


def _demand_valid(live: Live) -> None:
    """Raises Rejected with SEFAZ's reason. A note that is not shown yet says nothing."""
    if reason := _refused_since(live):
        sentence = _("SEFAZ does not confirm the NF-e that Shopee has: %(reason)s")
        raise Rejected(sentence % {"reason": reason})


def _refused_since(live: Live) -> str:
    """The reason why the note that Shopee took counts as missing all the same (since 2026-08-06)."""
    told = part(live.document.invoice_data, payload.Invoice)
    return text(told.pending_reason) if text(told.status).casefold() == "pending" else ""


async def _meaning(
    client: Client, update: Outgoing, known: Refusal, error: Rejected, issued_at: datetime
) -> MarketplaceError:
    if known.then is Then.DONE:
        _demand_valid(await look(client, update.code))
        return AlreadyApplied(error.detail)
    if known.then is Then.WAIT and datetime.now(UTC) < max(issued_at, update.at) + LAG:
        return Throttled(error.detail, seconds=AGAIN_SECONDS)
    sentence = f"{_(known.sentence)} ({error.detail})"
    if known.then is Then.NOT_WANTED:
        live = await look(client, update.code)
        if live.snapshot.status is not Status.CANCELED and not live.snapshot.invoices:
            return Unsupported(sentence)
    return Rejected(sentence, code=error.code)


def _data(invoice: InvoiceFact) -> Json:
    """All seven are demanded, and only the file has them all."""
    document = nfe_xml.read(invoice.xml.encode())
    if document.goods is None or not document.cfop:
        raise Rejected(_("The NF-e's file lacks the products' total or the CFOP, which Shopee wants to know."))
    return {
        "number": invoice.number,
        "series_number": invoice.series,
        "access_key": invoice.access_key,
        "issue_date": int(document.issued_at.timestamp()),
        "total_value": float(document.total),
        "products_total_value": float(document.goods),
        "tax_code": document.cfop,
    }


def _file(invoice: InvoiceFact) -> bytes:
    """UTF-8, and saying so: what an older issuer declared was its own file's encoding."""
    bare = _DECLARATION.sub("", invoice.xml.lstrip("\ufeff"))
    file = f'<?xml version="1.0" encoding="UTF-8"?>{bare}'.encode()
    if len(file) > LARGEST:
        raise Rejected(_("The NF-e's file is larger than Shopee takes (1 MB)."))
    return file
