"""Labels: TikTok Shop buys one for each package after it was shipped, and shows it until the carrier has the parcel.

The document lies at an address that is good for a day, so its bytes are kept.
"""

from django.utils.translation import gettext as _

from marketplaces.adapter import Outgoing
from marketplaces.capabilities import LabelFile
from marketplaces.connectors.tiktok import statuses
from marketplaces.connectors.tiktok.calls import Json
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import LATER, SOON, look
from marketplaces.errors import Malformed, NotReady, Rejected, Unsupported
from marketplaces.values import text
from orders.snapshot import Fulfillment
from orders.status import Status

KIND = "SHIPPING_LABEL"
SIZE = "A6"
#: The carrier has the parcel, or nobody will.
BEYOND = frozenset({"TTS", "DELIVERED", "PART_DELIVERED_AND_EXCEPTION", "SHIP_EXCEPTION", "CANCELLED"})
GONE = frozenset({"FULFILLING", "COMPLETED", statuses.OUT})


async def labels(client: Client, update: Outgoing) -> list[LabelFile]:
    live = await look(client, update.code)
    if live.snapshot.status is Status.CANCELED:
        raise Unsupported(_("The order is canceled at TikTok Shop: it needs no label."))
    if live.snapshot.fulfillment is not Fulfillment.MARKETPLACE_SHIPS:
        raise Unsupported(_("TikTok Shop makes labels only for its own carrier."))
    found = {package: await client.package(package) for package in live.package_ids}
    left = {package: told for package, told in found.items() if not _is_gone(told)}
    if found and not left:
        raise Unsupported(_("The carrier has the parcel: TikTok Shop shows labels only until then."))
    if not left or any(text(told.get("package_status")) == statuses.TO_FULFILL for told in left.values()):
        raise NotReady(_("TikTok Shop has not arranged the shipment yet."), seconds=LATER)
    return [await _label(client, package, told) for package, told in left.items()]


def _is_gone(package: Json) -> bool:
    return text(package.get("package_sub_status")) in BEYOND or text(package.get("package_status")) in GONE


async def _label(client: Client, package: str, told: Json) -> LabelFile:
    how_far = text(told.get("package_sub_status"))
    if how_far in statuses.BUYING_LABEL:
        raise NotReady(_("TikTok Shop is buying the label."), seconds=SOON)
    try:
        document = await client.shipping_document(package, kind=KIND, size=SIZE)
    except Rejected as error:
        if how_far == statuses.PRINTABLE:
            raise
        # A package that does not say how far it is: the label may still be on its way.
        raise NotReady(error.detail, seconds=LATER) from error
    url = document.get("doc_url")
    if not isinstance(url, str) or not url:
        raise NotReady(_("TikTok Shop is buying the label."), seconds=SOON)
    content = await client.download(url)
    if b"%PDF-" not in content[:1024]:
        raise Malformed(_("TikTok Shop's label is no PDF."))
    return LabelFile(
        content=content,
        content_type="application/pdf",
        package=package,
        tracking_code=text(document.get("tracking_number"), most=80) or text(told.get("tracking_number"), most=80),
        carrier=text(told.get("shipping_provider_name"), most=80),
    )
