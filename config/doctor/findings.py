"""What a look finds: about whom, how bad it is, and what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils import timezone

TIMEOUT = 5.0  #: seconds for one look at something that may not answer
#: Marketplaces refuse a signature that is five minutes old, leases count in seconds.
CLOCK_TOLERANCE = timedelta(seconds=5)


class Verdict(Enum):
    GOOD = "ok"
    ODD = "warning"
    BAD = "PROBLEM"


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    verdict: Verdict
    says: str
    remedy: str = ""


def good(subject: str, says: str) -> Finding:
    return Finding(subject, Verdict.GOOD, says)


def odd(subject: str, says: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.ODD, says, remedy)


def bad(subject: str, says: str, remedy: str) -> Finding:
    return Finding(subject, Verdict.BAD, says, remedy)


def clock(whose: str, theirs: datetime) -> Finding:
    """This machine's, compared with somebody's."""
    drift = timezone.now() - theirs
    # A Date header is cut to the second, and the answer took a moment.
    if abs(drift) <= CLOCK_TOLERANCE:
        return good("clock", f"agrees with the {whose}'s")
    seconds = drift.total_seconds()
    says = f"is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} the {whose}'s"
    return bad("clock", says, "Let NTP (chrony, systemd-timesyncd) set the clocks of all machines.")


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
