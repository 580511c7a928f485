"""What Shopee offers for handing a parcel over, in people's words: for one order, and for the account's rule."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from marketplaces.arranging import Rule, Way
from marketplaces.connectors.shopee import arranging, choosing
from marketplaces.connectors.shopee.choosing import DROPOFF, EARLIEST, LATEST, NON_INTEGRATED, PICKUP, SLOT, WAY, Json
from marketplaces.connectors.shopee.client import Client
from marketplaces.connectors.shopee.live import Live, Package, demand_going, look
from marketplaces.connectors.shopee.reading import instant
from marketplaces.errors import Rejected
from marketplaces.values import listed, text

#: Orders that are asked for the account's addresses: most are refused, for want of an NF-e or of pickups.
EXAMPLES = 15


async def ways(client: Client, code: str) -> Sequence[Way]:
    """Raises Rejected where nothing is to be arranged."""
    live = await look(client, code)
    demand_going(live)
    if not live.waiting:
        raise Rejected(_("Shipping is arranged at Shopee already."))
    offered = [await _of_package(client, live, package) for package in live.waiting]
    everywhere = set.intersection(*({way.key for way in told} for told in offered))
    return [way for way in offered[0] if way.key in everywhere]


async def rules(client: Client) -> Sequence[Rule]:
    told = await _addresses(client)
    return (
        Rule(
            name=WAY,
            label=_("How parcels are handed over"),
            choices=(
                ("", _("Dropped off where Correios takes them at the counter, picked up otherwise")),
                (PICKUP, _("Picked up wherever Shopee offers it")),
                (DROPOFF, _("Dropped off wherever Shopee offers it")),
            ),
        ),
        Rule(
            name="address_id",
            label=_("Pickup address"),
            choices=(("", _("The one that the Seller Center has for pickups")), *told),
            hint="" if told else _("Shopee tells your addresses once an order is ready to ship."),
        ),
        Rule(
            name=SLOT,
            label=_("Pickup time"),
            choices=(
                ("", _("The one that Shopee recommends, else the earliest")),
                (EARLIEST, _("The earliest")),
                (LATEST, _("The latest")),
            ),
        ),
    )


async def _of_package(client: Client, live: Live, package: Package) -> list[Way]:
    arranging.demand_released(live, package)
    try:
        parameter = await client.shipping_parameter(live.snapshot.code, package=live.named(package))
    except Rejected as error:
        raise (arranging.lacks_invoice(live, error) if arranging.wants_invoice(error) else error) from error
    return list(_ways(parameter, client, live.snapshot.carrier))


def _ways(parameter: Json, client: Client, carrier: str) -> Iterator[Way]:
    offered = choosing.offers(parameter)
    usual = _usual(parameter, client, carrier)
    if PICKUP in offered:
        for address in choosing.addresses(parameter):
            yield from _pickups(parameter, address, usual)
    if DROPOFF in offered:
        yield from _drop_offs(parameter, usual)
    if NON_INTEGRATED in offered:
        yield Way(
            choice={WAY: NON_INTEGRATED},
            group=_("A carrier of your own"),
            label="",
            asks={"tracking_number": _("Tracking code")},
            usual=NON_INTEGRATED in usual,
        )


def _pickups(parameter: Json, address: Json, usual: Json) -> Iterator[Way]:
    times: list[Json] = choosing.slots(address) or ([] if choosing.has_times(parameter) else [{}])
    tracked = "tracking_number" in listed(choosing.offers(parameter)[PICKUP])
    for slot in times:
        ids = {"address_id": address.get("address_id"), "pickup_time_id": slot.get("pickup_time_id")}
        choice = {name: text(value) for name, value in ids.items() if value}
        yield Way(
            choice={WAY: PICKUP, **choice},
            group=_("Pickup · %(address)s") % {"address": _address(address)},
            label=_moment(slot),
            asks={"tracking_number": _question("tracking_number")} if tracked else {},
            usual=usual == {PICKUP: choice},
        )


def _drop_offs(parameter: Json, usual: Json) -> Iterator[Way]:
    needed = [text(name) for name in listed(choosing.offers(parameter)[DROPOFF])]
    told = parameter.get(DROPOFF)
    branches = listed(told.get("branch_list") if isinstance(told, dict) else None) if "branch_id" in needed else [None]
    asks = {name: _question(name) for name in needed if name != "branch_id"}
    for branch in branches:
        place = {"branch_id": text(branch.get("branch_id"))} if isinstance(branch, dict) else {}
        yield Way(
            choice={WAY: DROPOFF, **place},
            group=_("Drop-off"),
            label=_address(branch) if isinstance(branch, dict) else "",
            asks=asks,
            usual=DROPOFF in usual,
        )


def _usual(parameter: Json, client: Client, carrier: str) -> Json:
    """What the rule would take, its numbers as texts; {} where the rule alone is not enough."""
    try:
        way = choosing.way(parameter, carrier=carrier, choice={}, rule=client.connection.arranging)
    except Rejected:
        return {}
    return {name: {field: text(value) for field, value in fields.items()} for name, fields in way.items()}


async def _addresses(client: Client) -> list[tuple[str, str]]:
    """Shopee tells them with an order alone."""
    page = await client.shipment_list(cursor="")
    rows = [row for row in listed(page.get("order_list")) if isinstance(row, dict)]
    for code in list(dict.fromkeys(text(row.get("order_sn")) for row in rows))[:EXAMPLES]:
        try:
            parameter = await client.shipping_parameter(code, package="")
        except Rejected:
            continue
        if found := choosing.addresses(parameter):
            return [(text(address.get("address_id")), _address(address)) for address in found]
    return []


def _address(row: Json) -> str:
    told = [text(row.get(name)) for name in ("address", "district", "city", "state", "zipcode")]
    return ", ".join(filter(None, told)) or text(row.get("address_id")) or text(row.get("branch_id"))


def _moment(slot: Json) -> str:
    at: datetime | None = instant(slot.get("date"))
    day = date_format(localtime(at), "D d/m") if at else ""
    return " ".join(filter(None, (day, text(slot.get("time_text"))))) or text(slot.get("pickup_time_id"))


def _question(name: str) -> str:
    questions = {
        "sender_real_name": _("Sender's name"),
        "tracking_number": _("Tracking code"),
        "slug": _("Carrier (Shopee's code for it)"),
    }
    return questions.get(name, name)
