"""Where and when the carrier can collect, and where parcels can be dropped off (protocol §4.1)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.shopee.shop import Shop

Json = dict[str, Any]
BRASILIA = timezone(timedelta(hours=-3))
ADDRESSES: tuple[Json, ...] = (
    {
        "address_id": 500001,
        "region": "BR",
        "state": "São Paulo",
        "city": "São Paulo",
        "district": "",
        "town": "Vila Exemplo",
        "address": "Rua do Remetente Fictício, 100",
        "zipcode": "01000000",
        "address_flag": ["default_address", "pickup_address", "return_address"],
    },
    {
        "address_id": 500002,
        "region": "BR",
        "state": "São Paulo",
        "city": "Campinas",
        "district": "",
        "town": "Galpão",
        "address": "Estrada do Depósito de Exemplo, 7",
        "zipcode": "13000000",
        "address_flag": [],
    },
)


def address_list(shop: Shop, *, ship_by: float) -> list[Json]:
    """No slots any more once the deadline has passed."""
    late = shop.moment > ship_by or not shop.switches.slots
    return [{**address, "time_slot_list": None if late else time_slots(shop)} for address in ADDRESSES]


def time_slots(shop: Shop) -> list[Json]:
    """The next three days; the id is a text."""
    today = (
        datetime.fromtimestamp(shop.moment, UTC).astimezone(BRASILIA).replace(hour=9, minute=0, second=0, microsecond=0)
    )
    days = [today + timedelta(days=number) for number in (1, 2, 3)]
    return [
        {
            "date": int(day.timestamp()),
            "time_text": "09:00 - 18:00",
            "pickup_time_id": str(int(day.timestamp())),
            "flags": ["recommended"] if number == 0 else [],
        }
        for number, day in enumerate(days)
    ]


def known_slot(shop: Shop, pickup: Json) -> bool:
    ids = {slot["pickup_time_id"] for slot in time_slots(shop)}
    return pickup.get("pickup_time_id") in ids and pickup.get("address_id") in {a["address_id"] for a in ADDRESSES}
