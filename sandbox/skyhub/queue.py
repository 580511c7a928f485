"""The integration queue: one entry per update, leased for five minutes, then back at the head."""

import heapq
from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, eq=False)
class Entry:
    """One update of one order. `until` is set while leased; acknowledged is `gone`, swept lazily."""

    code: str
    until: float | None = None
    gone: bool = False


class Queue:
    """Times are sandbox seconds since the epoch. Operations are O(1), or O(log n) in the leased entries."""

    def __init__(self) -> None:
        self._ready: deque[Entry] = deque()
        self._leased: list[tuple[float, int, Entry]] = []
        self._of: dict[str, list[Entry]] = {}
        self._leases = 0

    def put(self, code: str, *, at_head: bool = False) -> None:
        entry = Entry(code)
        self._of.setdefault(code, []).append(entry)
        if at_head:
            self._ready.appendleft(entry)
        else:
            self._ready.append(entry)

    def lease(self, *, now: float, seconds: float) -> str | None:
        """The code at the head, hidden from now on; None when nothing is waiting."""
        self._bring_back(now)
        while self._ready:
            entry = self._ready.popleft()
            if not entry.gone:
                self._hide(entry, now + seconds)
                return entry.code
        return None

    def acknowledge(self, code: str, *, now: float, all_entries: bool) -> int:
        """Drop one entry of the code, a leased one first, or all; how many were dropped."""
        self._bring_back(now)
        entries = self._of.get(code, [])
        leased_first = sorted(entries, key=lambda entry: entry.until is None)
        dropped = leased_first if all_entries else leased_first[:1]
        for entry in dropped:
            entry.gone = True
            entries.remove(entry)
        if not entries:
            self._of.pop(code, None)
        return len(dropped)

    def holds(self, code: str) -> int:
        """Entries of this code, waiting or leased."""
        return len(self._of.get(code, ()))

    def waiting(self, code: str) -> bool:
        return any(entry.until is None for entry in self._of.get(code, ()))

    def listed(self, *, now: float) -> list[Entry]:
        """Leased entries by expiry, then the waiting ones from the head."""
        self._bring_back(now)
        leased = [entry for _, _, entry in sorted(self._leased, key=lambda item: item[:2])]
        return [entry for entry in (*leased, *self._ready) if not entry.gone]

    def dump(self) -> list[list[Any]]:
        return [[entry.code, entry.until] for entry in self.listed(now=0)]

    def load(self, state: list[list[Any]]) -> None:
        for code, until in state:
            self.put(code)
            if until is not None:
                self._hide(self._ready.pop(), until)

    def _hide(self, entry: Entry, until: float) -> None:
        self._leases += 1
        entry.until = until
        heapq.heappush(self._leased, (until, self._leases, entry))

    def _bring_back(self, now: float) -> None:
        """Expired leases return to the head, keeping among themselves the order they were leased in."""
        expired = []
        while self._leased and (self._leased[0][2].gone or self._leased[0][0] <= now):
            entry = heapq.heappop(self._leased)[2]
            if not entry.gone:
                entry.until = None
                expired.append(entry)
        self._ready.extendleft(reversed(expired))
