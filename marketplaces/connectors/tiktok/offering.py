"""What TikTok Shop offers for handing a parcel over, in people's words: for one order, and for the account's rule."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from marketplaces.arranging import Rule, Way
from marketplaces.connectors.tiktok import choosing
from marketplaces.connectors.tiktok.arranging import demand_shippable
from marketplaces.connectors.tiktok.choosing import DROP_OFF, PICKUP, SLOT, WAY, Json
from marketplaces.connectors.tiktok.client import Client
from marketplaces.connectors.tiktok.live import look
from marketplaces.errors import Rejected


async def ways(client: Client, code: str) -> Sequence[Way]:
    """Raises Rejected where nothing is to be arranged. Of several packages, what is offered for all of them."""
    waiting = [package for package in await demand_shippable(client, await look(client, code)) if package.waits]
    if not waiting:
        raise Rejected(_("Shipping is arranged at TikTok Shop already."))
    told = [list(_ways(client, await client.time_slots(package.id))) for package in waiting]
    everywhere = set.intersection(*({way.key for way in ways} for ways in told))
    return [way for way in told[0] if way.key in everywhere]


def rules() -> Sequence[Rule]:
    return (
        Rule(
            name=WAY,
            label=_("How parcels are handed over"),
            choices=(
                ("", _("Picked up where a time can be booked, dropped off otherwise")),
                (DROP_OFF, _("Dropped off wherever TikTok Shop offers it")),
            ),
        ),
    )


def _ways(client: Client, offered: Json) -> Iterator[Way]:
    usual = choosing.usual(offered, client.arranging_rule)
    if offered.get("can_pickup") is True:
        for place, slot in enumerate(choosing.slots(offered)):
            yield Way(
                choice={WAY: PICKUP, SLOT: choosing.slot_key(slot)},
                group=_("Pickup"),
                label=_moment(slot),
                usual=usual == PICKUP and place == 0,
            )
    if offered.get("can_drop_off") is True:
        yield Way(choice={WAY: DROP_OFF}, group=_("Drop-off"), label="", usual=usual == DROP_OFF)


def _moment(slot: tuple[int, int]) -> str:
    start, end = (localtime(datetime.fromtimestamp(seconds, UTC)) for seconds in slot)
    return f"{date_format(start, 'D d/m/Y, H:i')} – {date_format(end, 'H:i')}"
