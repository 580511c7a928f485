"""The sandbox's own time: real time plus what was advanced; it can be frozen."""

import time
from datetime import UTC, datetime
from typing import Any

from sandbox.errors import Invalid


class Clock:
    """Two readings: `now()` for what happens in the marketplace, `ticks()` for rate limits on the wire."""

    def __init__(self) -> None:
        self._advanced = 0.0
        self.reset()

    def reset(self) -> None:
        """Real time again."""
        self._offset = 0.0
        self._frozen_at: float | None = None

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def timestamp(self) -> float:
        """Sandbox time in seconds since the epoch."""
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at

    def now(self) -> datetime:
        """Sandbox time, aware, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def ticks(self) -> float:
        """Monotonic seconds that jump when the clock is advanced but never stop.

        A frozen clock must not keep a rate-limit window closed for ever.
        """
        return time.monotonic() + self._advanced

    def advance(self, *, seconds: float) -> None:
        if seconds < 0:
            raise Invalid("seconds must not be negative: sandbox time never goes back")
        self._advanced += seconds
        if self._frozen_at is None:
            self._offset += seconds
        else:
            self._frozen_at += seconds

    def freeze(self) -> None:
        self._frozen_at = self.timestamp()

    def resume(self) -> None:
        """Go on from the frozen instant, without a jump."""
        self._offset = self.timestamp() - time.time()
        self._frozen_at = None

    def dump(self) -> dict[str, Any]:
        return {"offset": self._offset, "frozen_at": self._frozen_at}

    def load(self, state: dict[str, Any]) -> None:
        self._offset = float(state["offset"])
        self._frozen_at = state["frozen_at"]
