"""How a package is handed over: what Shopee offers, what a person chose, else the rule. Pure but for gettext."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplaces.errors import Rejected
from marketplaces.values import listed, number, text

Json = dict[str, Any]
Choice = Mapping[str, str]

PICKUP = "pickup"
DROPOFF = "dropoff"
NON_INTEGRATED = "non_integrated"
#: A person's choice may say: way, address_id, pickup_time_id, branch_id, sender_real_name, slug, tracking_number.
WAY = "way"
#: An account's rule may say way, address_id and slot.
SLOT = "slot"
EARLIEST = "earliest"
LATEST = "latest"


def way(parameter: Json, *, carrier: str, choice: Choice, rule: Choice) -> dict[str, Json]:
    """The part of ship_order's body that says how. Raises Rejected naming what a person has to choose."""
    offered = offers(parameter)
    ruled = rule.get(WAY, "")
    chosen = choice.get(WAY) or (ruled if ruled in offered else usual(offered, carrier))
    choice = {**rule, **{name: value for name, value in choice.items() if value}}
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
    rows = [row for row in addresses(parameter) if slots(row) or not has_times(parameter)]
    wanted = choice.get("address_id", "")
    rows = [row for row in rows if wanted in ("", text(row.get("address_id")))]
    if not rows:
        raise Rejected(
            _("Shopee offers no pickup time: the order was shipped, its deadline is past, or the address is wrong.")
        )
    address = next(filter(None, (_flagged(rows, flag) for flag in ("pickup_address", "default_address"))), rows[0])
    time = {"pickup_time_id": _slot(address, choice)} if slots(address) else {}
    asked = ["tracking_number"] if "tracking_number" in listed(offers(parameter)[PICKUP]) else []
    return {"address_id": number(address.get("address_id")), **time, **_filled(PICKUP, asked, choice)}


def offers(parameter: Json) -> Json:
    """Ways of handing over, and the fields that each needs."""
    offered = parameter.get("info_needed")
    return offered if isinstance(offered, dict) else {}


def addresses(parameter: Json) -> list[Json]:
    told = parameter.get(PICKUP)
    rows = listed(told.get("address_list") if isinstance(told, dict) else None)
    return [row for row in rows if isinstance(row, dict)]


def has_times(parameter: Json) -> bool:
    """Does a pickup need one of the times offered? What needs nothing in particular needs all that there is."""
    needed = list(listed(offers(parameter).get(PICKUP)))
    return not needed or "pickup_time_id" in needed


def slots(address: Json) -> list[Json]:
    told = listed(address.get("time_slot_list"))
    return [slot for slot in told if isinstance(slot, dict) and slot.get("pickup_time_id")]


def usual(offered: Json, carrier: str) -> str:
    """Picked up, but for what is taken at a counter."""
    if PICKUP in offered and not (DROPOFF in offered and is_at_the_counter(carrier)):
        return PICKUP
    return DROPOFF if DROPOFF in offered else NON_INTEGRATED


def is_at_the_counter(carrier: str) -> bool:
    """In Brazil only Correios takes parcels at a counter, and "Coleta Correios" does not."""
    return "correios" in carrier.casefold() and "coleta" not in carrier.casefold()


def _filled(chosen: str, needed: Any, choice: Choice) -> Json:
    fields = [text(name) for name in listed(needed)]
    if missing := [name for name in fields if not choice.get(name)]:
        raise Rejected(_("To arrange this shipment, give: %(fields)s.") % {"fields": ", ".join(missing)})
    if chosen == NON_INTEGRATED:
        fields = ["tracking_number"]
    return {name: number(choice[name]) if name == "branch_id" else choice[name] for name in fields if choice.get(name)}


def _slot(address: Json, choice: Choice) -> str:
    """A text, however much it looks like a number."""
    offered = sorted(slots(address), key=lambda slot: number(slot.get("date")))
    wanted = choice.get("pickup_time_id", "")
    if wanted and wanted not in (text(slot["pickup_time_id"]) for slot in offered):
        raise Rejected(_("The pickup time that was chosen is no longer offered: choose another one."))
    recommended = (slot for slot in offered if "recommended" in listed(slot.get("flags")))
    by_rule = {EARLIEST: offered[0], LATEST: offered[-1]}
    slot = by_rule.get(choice.get(SLOT, "")) or next(recommended, offered[0])
    return wanted or text(slot["pickup_time_id"])


def _flagged(rows: list[Json], flag: str) -> Json | None:
    return next((row for row in rows if flag in listed(row.get("address_flag"))), None)
