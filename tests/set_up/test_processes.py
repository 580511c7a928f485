"""A child process: ready when it says so, gone when it should be."""

import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from config.running.ports import answers, free_port, is_free, listens, start_on_free_port
from config.running.processes import Group, Process, SetupError, says, wait_ready

from .conftest import Programs, until

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


def python(source: str, folder: Path, **options: object) -> Process:
    return Process("stand-in", [sys.executable, "-c", source], folder / "stand-in.log", **options)  # type: ignore[arg-type]


def web_server(port: int, folder: Path) -> Process:
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    return Process("web", command, folder / "web.log", answers(port, "/"))


def test_a_process_is_ready_when_its_url_answers(tmp_path: Path) -> None:
    port = free_port()
    with Group() as group:
        group.start(web_server(port, tmp_path))
        group.processes[0].wait_ready()
        assert listens(port)(group.processes[0])
    assert is_free(port)


def test_each_is_announced_when_it_is_ready_and_nobody_waits_for_the_slower(tmp_path: Path) -> None:
    announced = []
    with Group() as group:
        slow = python(
            "import time; time.sleep(0.3); print('up', flush=True); time.sleep(60)", tmp_path, ready=says("up")
        )
        quick = web_server(free_port(), tmp_path)
        quick.ready = lambda process: True
        group.start(slow, quick)
        wait_ready([slow, quick], tell=announced.append)
    assert announced == [quick, slow]


def test_a_process_that_ends_while_starting_shows_its_last_words(tmp_path: Path) -> None:
    process = python("raise SystemExit('the reason')", tmp_path, ready=lambda process: False)
    process.start()
    with pytest.raises(SetupError, match=r"(?s)stand-in ended while starting \(exit code 1\).*the reason"):
        process.wait_ready()


def test_a_process_that_is_never_ready_is_named_after_the_time_is_up(tmp_path: Path) -> None:
    with Group() as group:
        group.start(python("import time; time.sleep(60)", tmp_path, ready=says("never said")))
        with pytest.raises(SetupError, match="stand-in was not ready after 0 s"):
            group.processes[0].wait_ready(timeout=0.1)


def test_what_an_earlier_start_wrote_is_no_sign_of_readiness(tmp_path: Path) -> None:
    with Group() as group:
        process = python("print('hello', flush=True); import time; time.sleep(60)", tmp_path, ready=says("hello"))
        group.start(process)
        process.wait_ready()
        process.command = [sys.executable, "-c", "import time; time.sleep(60)"]
        process.restart()
        assert not process.is_ready()


def test_who_does_not_listen_to_sigterm_is_killed(tmp_path: Path) -> None:
    group = Group()
    process = python(STUBBORN, tmp_path, ready=says("deaf"))
    group.start(process)
    process.wait_ready()
    group.stop(grace=0.1)
    assert process.exit_code == -signal.SIGKILL


def test_the_children_of_a_killed_process_go_with_it(programs: Programs, tmp_path: Path) -> None:
    process = python(
        "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print('parent', flush=True); time.sleep(60)",
        tmp_path,
        ready=says("parent"),
        env={programs.mark: "1"},
    )
    with Group() as group:
        group.start(process)
        process.wait_ready()
        until(lambda: len(programs.alive()) == 2)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: process.exit_code is not None and not programs.alive())
        assert (process.exit_code, programs.alive()) == (-signal.SIGKILL, [])


def test_a_command_that_fails_shows_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)stand-in failed \(exit code 3\).*too bad"):
        python("import sys; print('too bad'); sys.exit(3)", tmp_path).run()


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    process = python("import time; time.sleep(60)", tmp_path)
    with pytest.raises(SetupError, match="was not done after 0 s"):
        process.run(timeout=0.1)
    assert process.exit_code == -signal.SIGKILL


def test_a_start_from_a_passing_thread_is_refused(tmp_path: Path) -> None:
    errors: list[str] = []

    def start() -> None:
        try:
            python("", tmp_path).start()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert errors == ["start stand-in from the main thread: its life is tied to the thread that starts it"]


def test_another_port_is_tried_when_somebody_was_quicker(tmp_path: Path) -> None:
    with socket.socket() as rival, Group() as group:
        rival.bind(("127.0.0.1", 0))
        rival.listen()
        taken = [rival.getsockname()[1]]
        process, port = start_on_free_port(
            group, lambda port: web_server(taken.pop() if taken else port, tmp_path), taken="Address already in use"
        )
        assert process.is_ready()
        assert port != rival.getsockname()[1]
