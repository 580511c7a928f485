"""Start again what dies, each time after a longer pause."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from config.running.processes import Process

LONGEST_PAUSE = 30.0
LONG_LIFE = 60.0


@dataclass
class _Watched:
    process: Process
    pause: float
    restart_at: float | None = None
    ready: bool = True


class Supervisor:
    """Watches processes that are ready. `say` is told in words what happens to them; pauses are in seconds."""

    def __init__(self, processes: Iterable[Process], *, say: Callable[[str], None], first_pause: float = 1.0) -> None:
        self._watched = [_Watched(process, first_pause) for process in processes]
        self._say = say
        self._first_pause = first_pause

    def watch(self) -> None:
        """Until interrupted."""
        while True:
            self.look()
            time.sleep(0.25)

    def look(self) -> None:
        """One round."""
        for watched in self._watched:
            if watched.restart_at is not None:
                self._restart_when_due(watched, watched.restart_at)
            elif watched.process.exit_code is not None:
                self._has_died(watched)
            elif not watched.ready and watched.process.ready(watched.process):
                watched.ready = True
                self._say(f"{watched.process.name} is ready again")

    def _has_died(self, watched: _Watched) -> None:
        process = watched.process
        if process.seconds > LONG_LIFE:
            watched.pause = self._first_pause
        self._say(str(process.problem(f"ended (exit code {process.exit_code}), starting it again")))
        watched.restart_at = time.monotonic() + watched.pause
        watched.pause = min(2 * watched.pause, LONGEST_PAUSE)

    def _restart_when_due(self, watched: _Watched, due: float) -> None:
        if time.monotonic() >= due:
            watched.restart_at, watched.ready = None, False
            watched.process.start()
