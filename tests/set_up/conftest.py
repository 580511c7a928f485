"""Programs to start, and a way to find out who of them is still alive."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait for `condition`, and fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Programs:
    """Python programs that carry a mark in their environment, which everything they start inherits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"DESPACHO_TEST_{uuid.uuid4().hex}"
        self._started: list[subprocess.Popen[str]] = []

    def start(self, source: str, *, env: dict[str, str] | None = None) -> "subprocess.Popen[str]":
        """As a terminal would: in a process group of its own, what it says in one pipe."""
        program = subprocess.Popen(
            [sys.executable, "-c", source],
            cwd=ROOT,
            env={**os.environ, **(env or {}), self.mark: "1", "TEST_FOLDER": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(program)
        return program

    def alive(self) -> list[tuple[int, str]]:
        """Process id and command line of all that carry the mark; a zombie has no environment any more."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (process / "environ").read_text(errors="replace"):
                    found.append((int(process.name), (process / "cmdline").read_text().replace("\0", " ")))
            except OSError:
                continue
        return found

    def end(self) -> None:
        for program in self._started:
            program.kill()
            program.communicate()


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    programs = Programs(tmp_path)
    yield programs
    left = programs.alive()
    programs.end()
    assert left == []
