"""What dies while Despacho runs is started again."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.running.processes import Group, Process, says
from config.running.supervisor import Supervisor

from .conftest import until

SERVE = "import time; print('serving', flush=True); time.sleep(60)"
FAIL = "print('out of cheese')"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    with Group() as group:
        group.start(Process("server", [sys.executable, "-c", SERVE], tmp_path / "server.log", says("serving")))
        group.processes[0].wait_ready()
        yield group.processes[0]


def test_a_killed_process_is_started_again_and_both_are_told(server: Process) -> None:
    told: list[str] = []
    supervisor = Supervisor([server], say=told.append, first_pause=0.2)
    first = server.pid
    server.kill()

    def ready_again() -> bool:
        supervisor.look()
        return told[-1:] == ["server is ready again"]

    until(ready_again)
    assert server.pid != first
    assert told[0].startswith("server ended (exit code -9), starting it again")


def test_what_keeps_dying_shows_why_and_gets_longer_and_longer_pauses(server: Process) -> None:
    told: list[str] = []
    starts: list[float] = []
    supervisor = Supervisor([server], say=told.append, first_pause=0.2)
    server.command = [sys.executable, "-c", FAIL]
    server.kill()

    def fourth_start() -> bool:
        supervisor.look()
        if server.started_at not in starts:
            starts.append(server.started_at)
        return len(starts) == 4

    until(fourth_start)
    assert "out of cheese" in told[-1]
    assert starts[2] - starts[1] >= 0.2
    assert starts[3] - starts[2] >= 0.4


def test_a_process_that_lives_is_left_alone(server: Process) -> None:
    told: list[str] = []
    pid = server.pid
    Supervisor([server], say=told.append, first_pause=0.2).look()
    assert (server.pid, told) == (pid, [])
