"""How much time is left, in words and in color."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Order
from orders.status import RESERVING, Status

#: Paid and not shipped: only here a ship-by date means something.
TO_SHIP = RESERVING - {Status.NEW}

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Deadline:
    at: datetime
    words: str
    tone: str  #: as in templatetags/badges.py

    @property
    def left_pattern(self) -> str:
        """What a running countdown says, with %(time)s for the time; and what once it is over."""
        return _("%(time)s left")

    @property
    def late_pattern(self) -> str:
        return _("%(time)s late")


def ship_deadline(order: Order, now: datetime) -> Deadline | None:
    """Until when the order must leave; None when there is no date, nothing to ship, or it is not paid yet."""
    if order.ship_by is None or order.status not in TO_SHIP:
        return None
    return deadline(order.ship_by, now)


def deadline(at: datetime, now: datetime) -> Deadline:
    left = at - now
    if left < timedelta(0):
        return Deadline(at, _("%(time)s late") % {"time": duration(-left)}, "bad")
    return Deadline(at, _("%(time)s left") % {"time": duration(left)}, "warning" if left < SOON else "quiet")


def duration(span: timedelta) -> str:
    """The largest unit that says enough: 3 days, 5 h, 20 min."""
    hours = span // timedelta(hours=1)
    if hours >= 48:
        days = hours // 24
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if hours:
        return _("%(count)s h") % {"count": hours}
    return _("%(count)s min") % {"count": span // timedelta(minutes=1)}
