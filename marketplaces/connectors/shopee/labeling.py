"""Labels: Shopee makes them for each package, from the carrier's tracking number on until the carrier has the parcel.

tracking number → parameter → create_shipping_document → its result → download, in this order. That documents were asked
for is remembered (`Outgoing.begun`): later attempts begin with the result, and create only what Shopee says it lacks.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.capabilities import LabelFile
from marketplaces.connectors.shopee import statuses
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.documents import NORMAL, files_of
from marketplaces.connectors.shopee.live import Live, Package, look
from marketplaces.errors import MarketplaceError, NotReady, OutcomeUnknown, Rejected, Unavailable, Unsupported
from marketplaces.values import listed, text
from orders.snapshot import Fulfillment
from orders.status import Status

Json = dict[str, Any]

#: Seconds. Shopee asks to look for tracking numbers at least every five minutes; the first ones come soon.
OFTEN, SELDOM = 20.0, 300.0
#: Seconds that it takes to make a document.
MAKING = 10.0
#: A document that is READY comes as an empty file at the first try, sometimes.
DOWNLOADS = 3

BEYOND = frozenset({statuses.PICKED_UP, statuses.DELIVERED, statuses.DELIVERY_FAILED, *statuses.GONE})
#: Codes of logistics, without their module.
NOT_CREATED = "shipping_document_should_print_first"
COMBINED = "can_not_print_combine_order"
LATER = frozenset({"download_later", "package_can_not_print", "tracking_number_invalid"})


async def labels(client: Client, update: Outgoing, *, wanted: str) -> list[LabelFile]:
    """All documents of the order. `wanted` is Shopee's document type, used where it is offered."""
    live = await look(client, update.code)
    packages = _printable(live)
    rest, begun = _rest(update.at), update.begun
    try:
        rows = [await _row(client, live, package, rest) for package in packages]
        rows = [{**row, "shipping_document_type": await _kind(client, row, wanted)} for row in rows]
        if not begun:
            await _begin(client, rows)
            begun = True
        # Not one is downloaded before all are made, or it would be downloaded again with the last one.
        for row in rows:
            await _demand_made(client, row, rest=rest)
        files = [file for row in rows for file in files_of(await _download(client, row), row)]
    except Rejected as error:
        raise _meaning(live, error, rest, begun=begun) from error
    except Unavailable as error:
        # Kept like a call whose outcome nobody knows: it is not begun anew.
        raise (OutcomeUnknown(error.detail, retry_after=error.retry_after) if begun else error) from error
    return [replace(file, carrier=live.snapshot.carrier) for file in files]


def _printable(live: Live) -> list[Package]:
    """Raises Unsupported where nothing is to be printed any more, NotReady where it is too early."""
    if live.snapshot.status is Status.CANCELED:
        raise Unsupported(_("The order is canceled at Shopee: it needs no label."))
    left = [package for package in live.packages if package.status not in BEYOND]
    if live.packages and not left:
        raise Unsupported(_("The carrier has the parcel: Shopee prints labels only until then."))
    if live.word == statuses.IN_CANCEL:
        raise NotReady(_("The buyer asks to cancel: Shopee prints no label before that is answered."), seconds=SELDOM)
    if not left or not all(package.arranged or statuses.is_arranged(package.status) for package in left):
        raise NotReady(_("Shopee has not arranged the shipment yet."), seconds=60)
    return left


def _rest(since: datetime) -> float:
    """Seconds until the next look: the longer it takes, the less often, as documented."""
    age = (datetime.now(UTC) - since).total_seconds()
    return min(SELDOM, max(OFTEN, age / 4))


async def _row(client: Client, live: Live, package: Package, rest: float) -> Json:
    """The package as documents are asked for; in Brazil that takes the tracking number."""
    code, named = live.snapshot.code, live.named(package)
    told = await client.tracking_number(code, package=named)
    number = text(told.get("tracking_number"), most=80)
    if not number:
        raise NotReady(_("The carrier has not given a tracking number yet."), seconds=rest)
    return {"order_sn": code, **({"package_number": named} if named else {}), "tracking_number": number}


async def _begin(client: Client, rows: Sequence[Json]) -> None:
    """Ask for all documents. Raises what stops it after the first as taken, so that none is asked for again."""
    for place, row in enumerate(rows):
        try:
            await _create(client, row)
        except (Rejected, Unavailable) as error:
            if not place:
                raise
            raise NotReady(error.detail, seconds=MAKING, taken=True) from error


async def _create(client: Client, row: Json) -> None:
    _check(_only(await client.create_documents([row])))


async def _demand_made(client: Client, row: Json, *, rest: float) -> None:
    """Raises NotReady until the document is there."""
    found = await _result(client, row)
    failed = text(found.get("status")) == "FAILED"
    if failed or _failure(found) == NOT_CREATED:
        await _create(client, row)
    if failed:
        raise NotReady(_("Shopee could not make the label, and is asked for it once more."), seconds=rest, taken=True)
    if _failure(found) == NOT_CREATED:
        found = await _result(client, row)
    _check(found)
    if text(found.get("status")) != "READY":
        raise NotReady(_("Shopee is making the label."), seconds=MAKING, taken=True)


async def _result(client: Client, row: Json) -> Json:
    """A document that nobody created is told as the row's failure, or as the call's."""
    try:
        return _only(await client.document_results([_without(row, "tracking_number")]))
    except Rejected as error:
        if _name(error.code) != NOT_CREATED:
            raise
        return {"fail_error": error.code}


async def _kind(client: Client, row: Json, wanted: str) -> str:
    """Shopee's parameters say what it offers for the package: what we want, else what it suggests."""
    told = _only(await client.document_parameter([_without(row, "tracking_number")]))
    offered = [text(kind) for kind in listed(told.get("selectable_shipping_document_type"))]
    if not offered or wanted in offered:
        return wanted
    return text(told.get("suggest_shipping_document_type")) or (NORMAL if NORMAL in offered else offered[0])


async def _download(client: Client, row: Json) -> bytes:
    asked = _without(row, "tracking_number", "shipping_document_type")
    for _again in range(DOWNLOADS):
        if content := await client.download_documents(row["shipping_document_type"], [asked]):
            return content
    raise NotReady(_("Shopee's label came as an empty file."), seconds=MAKING, taken=True)


def _without(row: Json, *names: str) -> Json:
    """Only creating takes the tracking number."""
    return {name: value for name, value in row.items() if name not in names}


def _only(rows: Sequence[Any]) -> Json:
    """One row was asked for: a failed one does not name its package, so each package is asked for alone."""
    return rows[0] if rows and isinstance(rows[0], dict) else {}


def _failure(row: Json) -> str:
    return _name(text(row.get("fail_error")))


def _name(code: str) -> str:
    """Without its module."""
    return code.rpartition(".")[2].strip()


def _check(row: Json) -> None:
    if code := text(row.get("fail_error")):
        raise Rejected(": ".join(filter(None, (code, text(row.get("fail_message"))))), code=code)


def _meaning(live: Live, error: Rejected, rest: float, *, begun: bool) -> MarketplaceError:
    """What a refusal means here; mostly what it says."""
    name, told = _name(error.code), {"detail": error.detail}
    if name == "package_can_not_print" and live.snapshot.fulfillment is Fulfillment.SELLER:
        return Unsupported(_("Shopee makes no label for the seller's own carrier. (%(detail)s)") % told)
    if name in LATER:
        sentence = _("Shopee has no label yet; its carrier has to take the package over first. (%(detail)s)")
        return NotReady(sentence % told, seconds=rest, taken=begun)
    if name == NOT_CREATED:
        return NotReady(_("Shopee is making the label."), seconds=MAKING, taken=begun)
    if name == COMBINED:
        sentence = _("This parcel is combined with another order: print its label at Shopee itself. (%(detail)s)")
        return Rejected(sentence % told, code=error.code)
    return error
