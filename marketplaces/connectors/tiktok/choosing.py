"""How a package is handed over: what TikTok Shop offers, what a person chose, else the rule. Pure but for gettext."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplaces.errors import Rejected
from marketplaces.values import listed, text

Json = dict[str, Any]

PICKUP = "PICKUP"
DROP_OFF = "DROP_OFF"
#: A person's choice may say: way, and slot as "start-end" in Unix seconds.
WAY = "way"
SLOT = "slot"


def hand_over(offered: Json, choice: Mapping[str, str], *, rule: Mapping[str, str]) -> Json:
    """The body of the call that ships. `rule` is the account's. Raises Rejected naming what is offered."""
    way = choice.get(WAY) or usual(offered, rule)
    if way == PICKUP and offered.get("can_pickup") is True:
        return {"handover_method": PICKUP, **_slot(offered, choice)}
    if way == DROP_OFF and offered.get("can_drop_off") is True:
        return {"handover_method": DROP_OFF}
    ways = [name for name, flag in ((PICKUP, "can_pickup"), (DROP_OFF, "can_drop_off")) if offered.get(flag) is True]
    sentence = _("TikTok Shop does not offer this way of handing over for the order; it offers: %(ways)s.")
    raise Rejected(sentence % {"ways": ", ".join(ways) or "–"})


def slots(offered: Json) -> list[tuple[int, int]]:
    """Those that can be booked, earliest first."""
    rows = (row for row in listed(offered.get("pickup_slots")) if isinstance(row, dict))
    # TikTok Shop writes "avaliable"; should it ever mend that, both count.
    free = [row for row in rows if row.get("avaliable", row.get("available")) is True]
    return sorted((_seconds(row.get("start_time")), _seconds(row.get("end_time"))) for row in free)


def usual(offered: Json, rule: Mapping[str, str]) -> str:
    """A pickup where one can be booked, unless the account's rule says otherwise and TikTok Shop offers that."""
    can_pickup = offered.get("can_pickup") is True and bool(slots(offered))
    if rule.get(WAY) == DROP_OFF and offered.get("can_drop_off") is True:
        return DROP_OFF
    return PICKUP if can_pickup else DROP_OFF


def slot_key(slot: tuple[int, int]) -> str:
    return f"{slot[0]}-{slot[1]}"


def _slot(offered: Json, choice: Mapping[str, str]) -> Json:
    wanted, free = choice.get(SLOT, ""), slots(offered)
    found = [slot for slot in free if wanted in ("", slot_key(slot))]
    if not found:
        raise Rejected(
            _("The pickup time that was chosen is no longer offered: choose another one.")
            if wanted
            else _("TikTok Shop offers no pickup time for this order now.")
        )
    return {"pickup_slot": {"start_time": found[0][0], "end_time": found[0][1]}}


def _seconds(value: Any) -> int:
    found = text(value, most=20)
    return int(found) if found.isascii() and found.isdigit() else 0
