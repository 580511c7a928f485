"""The times that a poller asks for: bounded at both ends, overlapping, none skipped however long we were away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marketplaces.crossing import Reached


@dataclass(frozen=True, slots=True)
class Window:
    """Ask for what was updated from `start` to `end`."""

    start: datetime
    end: datetime

    @property
    def reached(self) -> Reached:
        """To be yielded after the last order of the window."""
        return Reached(cursor=self.end.isoformat(), at=self.end)


def windows(
    cursor: str, *, now: datetime, overlap: timedelta, longest: timedelta, look_back: timedelta
) -> Iterator[Window]:
    """From the cursor to `now`, each at most `longest` (the overlap counted in); the first ever begins `look_back` ago.

    `overlap` covers clocks that differ and orders that the marketplace lists late.
    """
    if longest <= overlap:
        raise ValueError("A window that is no longer than its overlap never gets on.")
    start = min(datetime.fromisoformat(cursor), now) if cursor else now - look_back
    while True:
        begin = start - overlap
        end = min(begin + longest, now)
        yield Window(begin.astimezone(UTC), end.astimezone(UTC))
        if end >= now:
            return
        start = end
