"""How a package is handed over: what Shopee offers, what a person chose, else the rule. Pure but for gettext."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplaces.connectors.shopee.reading import listed, number, text
from marketplaces.errors import Rejected

Json = dict[str, Any]
Choice = Mapping[str, str]

PICKUP = "pickup"
DROPOFF = "dropoff"
NON_INTEGRATED = "non_integrated"
#: A person's choice may say: way, address_id, pickup_time_id, branch_id, sender_real_name, slug, tracking_number.
WAY = "way"


def way(parameter: Json, *, carrier: str, choice: Choice) -> dict[str, Json]:
    """The part of ship_order's body that says how. Raises Rejected naming what a person has to choose."""
    offered = parameter.get("info_needed")
    offered = offered if isinstance(offered, dict) else {}
    chosen = choice.get(WAY) or _usual(offered, carrier)
    if chosen not in offered:
        raise Rejected(
            _("Shopee does not offer this way of shipping for the order; it offers: %(ways)s.")
            % {"ways": ", ".join(offered) or "–"}
        )
    if chosen == PICKUP:
        return {PICKUP: pickup(parameter, choice)}
    return {chosen: _filled(chosen, offered[chosen], choice)}


def pickup(parameter: Json, choice: Choice) -> Json:
    """The address and slot chosen; else Shopee's pickup address and the slot it recommends, or the earliest."""
    told = parameter.get(PICKUP)
    rows = [row for row in listed(told.get("address_list") if isinstance(told, dict) else None) if _has_slots(row)]
    wanted = choice.get("address_id", "")
    rows = [row for row in rows if wanted in ("", text(row.get("address_id")))]
    if not rows:
        raise Rejected(
            _("Shopee offers no pickup time: the order was shipped, its deadline is past, or the address is wrong.")
        )
    address = next(filter(None, (_flagged(rows, flag) for flag in ("pickup_address", "default_address"))), rows[0])
    return {"address_id": number(address.get("address_id")), "pickup_time_id": _slot(address, choice)}


def _usual(offered: Json, carrier: str) -> str:
    """In Brazil only Correios takes parcels at a counter, and "Coleta Correios" does not."""
    at_the_counter = "correios" in carrier.casefold() and "coleta" not in carrier.casefold()
    if PICKUP in offered and not (DROPOFF in offered and at_the_counter):
        return PICKUP
    return DROPOFF if DROPOFF in offered else NON_INTEGRATED


def _filled(chosen: str, needed: Any, choice: Choice) -> Json:
    fields = [text(name) for name in listed(needed)]
    if missing := [name for name in fields if not choice.get(name)]:
        raise Rejected(_("To arrange this shipment, give: %(fields)s.") % {"fields": ", ".join(missing)})
    if chosen == NON_INTEGRATED:
        fields = ["tracking_number"]
    return {name: number(choice[name]) if name == "branch_id" else choice[name] for name in fields if choice.get(name)}


def _has_slots(row: Any) -> bool:
    return isinstance(row, dict) and any(_slots(row))


def _slots(row: Json) -> Iterable[Json]:
    return (slot for slot in listed(row.get("time_slot_list")) if isinstance(slot, dict) and slot.get("pickup_time_id"))


def _slot(address: Json, choice: Choice) -> str:
    """A text, however much it looks like a number."""
    slots = list(_slots(address))
    wanted = choice.get("pickup_time_id", "")
    if wanted and wanted not in (text(slot["pickup_time_id"]) for slot in slots):
        raise Rejected(_("The pickup time that was chosen is no longer offered: choose another one."))
    earliest = min(slots, key=lambda slot: number(slot.get("date")))
    recommended = (slot for slot in slots if "recommended" in listed(slot.get("flags")))
    return wanted or text(next(recommended, earliest)["pickup_time_id"])


def _flagged(rows: list[Json], flag: str) -> Json | None:
    return next((row for row in rows if flag in listed(row.get("address_flag"))), None)
