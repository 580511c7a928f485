"""When the carrier can collect; the name of the flag is misspelt, as it is there (protocol §5)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.tiktok.shop import Shop

Json = dict[str, Any]
BRASILIA = timezone(timedelta(hours=-3))


def time_slots(shop: Shop) -> Json:
    return {
        "can_pickup": shop.switches.can_pickup,
        "can_drop_off": shop.switches.can_drop_off,
        "drop_off_point_url": "https://example.com/pontos" if shop.switches.can_drop_off else "",
        "pickup_slots": _slots(shop) if shop.switches.can_pickup else [],
    }


def known_slot(shop: Shop, slot: Any) -> bool:
    free = [(row["start_time"], row["end_time"]) for row in _slots(shop) if row["avaliable"]]
    return isinstance(slot, dict) and (slot.get("start_time"), slot.get("end_time")) in free


def _slots(shop: Shop) -> list[Json]:
    """The next three days; tomorrow morning is taken."""
    today = datetime.fromtimestamp(shop.moment, UTC).astimezone(BRASILIA).replace(minute=0, second=0, microsecond=0)
    rows = []
    for day in (1, 2, 3):
        for first, last in ((9, 13), (14, 18)):
            start, end = (today.replace(hour=hour) + timedelta(days=day) for hour in (first, last))
            rows.append(
                {
                    "start_time": int(start.timestamp()),
                    "end_time": int(end.timestamp()),
                    "avaliable": (day, first) != (1, 9),
                }
            )
    return rows
