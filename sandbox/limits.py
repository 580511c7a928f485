"""Request limits of a store: one-second windows, one per bucket."""


class Limits:
    """A window opens with the first call after the previous one ended."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, ...], tuple[float, int]] = {}

    def allow(self, bucket: tuple[str, ...], *, per_second: float, ticks: float) -> bool:
        """Count a call; False when the window is full. 0 means no limit."""
        opened, count = self._windows.get(bucket, (ticks, 0))
        if ticks - opened >= 1:
            opened, count = ticks, 0
        self._windows[bucket] = (opened, count + 1)
        return not per_second or count < per_second
