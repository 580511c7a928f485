"""SkyHub's date styles: ISO with offset, naive UTC, the same with microseconds, DD/MM/YYYY, or nothing."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

BRASILIA = timezone(timedelta(hours=-3))  # no summer time since 2019


def local(moment: datetime) -> str:
    """2026-01-31T10:20:30-03:00"""
    return moment.astimezone(BRASILIA).isoformat(timespec="seconds")


def naive_utc(moment: datetime, *, microseconds: bool) -> str:
    """2026-01-31T13:20:30, without saying that this is UTC; some fields carry six more digits."""
    spelled = moment.astimezone(UTC).replace(tzinfo=None)
    return spelled.isoformat(timespec="microseconds" if microseconds else "seconds")


def date_as_utc_midnight(text: str) -> str:
    """A posted YYYY-MM-DD comes back in local time, so on the evening before (protocol §3.7)."""
    return local(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC))


def read_moment(text: object) -> datetime | None:
    """An ISO date-time, naive meaning UTC as in everything SkyHub sends; None when it is not one."""
    if not isinstance(text, str) or len(text) <= len("YYYY-MM-DD"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_day(text: object) -> date | None:
    """DD/MM/YYYY; None when it is not that."""
    match = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text, re.ASCII) if isinstance(text, str) else None
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None
