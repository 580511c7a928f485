"""`make demo`: everything at once, and everything gone afterwards."""

import contextlib
import fcntl
import http.client
import os
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from config.running.ports import free_port

from .conftest import Programs, until

# The demo in a folder of its own.
DEMO = """
import os, pathlib, sys
from config.running import demo
demo.FOLDER = pathlib.Path(os.environ["TEST_FOLDER"]) / "demo"
demo.LOGS = demo.FOLDER / "log"
sys.exit(demo.main([]))
"""
CLEAN = DEMO.replace("main([])", "main(['clean'])")
ON_A_FULL_DISK = (
    "import shutil; shutil.disk_usage = lambda path: shutil._ntuple_diskusage(9**9, 9**9, 5_000_000)" + DEMO
)


@pytest.fixture
def env() -> dict[str, str]:
    """Free ports; no servers and no keys from outside."""
    ports = {"DEMO_PORT": str(free_port()), "DEMO_SANDBOX_PORT": str(free_port())}
    return {**ports, "DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": "", "FIELD_ENCRYPTION_KEYS": ""}


def said_until(program: "subprocess.Popen[str]", text: str) -> str:
    assert program.stdout
    said = ""
    for line in program.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"it ended without {text!r}:\n{said}")


def status(port: str, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def login(said: str) -> str:
    found = re.search(r"user \S+, password \S+", said)
    assert found
    return found[0]


@pytest.mark.processes
@pytest.mark.timeout(240)
def test_the_demo_runs_heals_keeps_its_data_and_leaves_nothing(
    programs: Programs, env: dict[str, str], tmp_path: Path
) -> None:
    first = programs.start(DEMO, env=env)
    said = said_until(first, "Ctrl-C stops everything")
    for name in ("database", "broker", "sandbox", "web", "worker", "beat"):
        assert f"{name} is ready" in said
    for path in ("/admin/login/", "/api/docs/"):
        assert status(env["DEMO_PORT"], path) == 200
    assert status(env["DEMO_SANDBOX_PORT"], "/") == 200
    assert stat.S_IMODE((tmp_path / "demo").stat().st_mode) == 0o700

    gunicorn = min(pid for pid, command in programs.alive() if f"--bind 127.0.0.1:{env['DEMO_PORT']}" in command)
    os.kill(gunicorn, signal.SIGKILL)
    assert "web ended (exit code -9), starting it again" in said_until(first, "web is ready again")
    assert status(env["DEMO_PORT"], "/healthz") == 200

    first.kill()
    until(lambda: programs.alive() == [])
    again = programs.start(DEMO, env=env)
    assert login(said_until(again, "Ctrl-C stops everything")) == login(said)
    os.killpg(again.pid, signal.SIGHUP)
    until(lambda: programs.alive() == [])
    assert again.wait(5) == 0


def test_a_busy_port_is_named_with_the_way_round_it(programs: Programs, env: dict[str, str]) -> None:
    port = int(env["DEMO_PORT"])
    with socket.socket() as rival:
        rival.bind(("127.0.0.1", port))
        rival.listen()
        program = programs.start(DEMO, env=env)
        said, _ = program.communicate(timeout=60)
    assert said == (
        f"\nPort {port} is in use by another program: stop that program, "
        f"or choose another port with DEMO_PORT={port + 1} make demo\n"
    )
    assert program.returncode == 1


def test_a_port_that_is_none_is_named(programs: Programs, env: dict[str, str]) -> None:
    said, _ = programs.start(DEMO, env={**env, "DEMO_SANDBOX_PORT": "99999"}).communicate(timeout=60)
    assert said == "\nDEMO_SANDBOX_PORT=99999 is not a port: give a number from 1 to 65535.\n"


def test_a_full_disk_is_told_before_anything_is_started(
    programs: Programs, env: dict[str, str], tmp_path: Path
) -> None:
    said, _ = programs.start(ON_A_FULL_DISK, env=env).communicate(timeout=60)
    assert said == "\nThe disk is nearly full: 5 MB free, the demo needs 300. Make room and start again.\n"
    assert [file.name for file in (tmp_path / "demo").iterdir()] == ["lock"]


@pytest.mark.parametrize("source", [DEMO, CLEAN], ids=["a second demo", "forgetting it"])
def test_while_a_demo_runs_no_other_touches_its_data(
    source: str, programs: Programs, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "demo").mkdir()
    with (tmp_path / "demo/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        said, _ = programs.start(source, env=env).communicate(timeout=60)
    assert said == (
        "A demo is already running from this folder (process 4711): "
        "use that one, or stop it first with Ctrl-C in its terminal.\n"
    )
    assert (tmp_path / "demo/lock").exists()


def test_a_demo_that_does_not_run_can_be_forgotten(programs: Programs, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "demo/postgres").mkdir(parents=True)
    program = programs.start(CLEAN, env=env)
    said, _ = program.communicate(timeout=60)
    assert said == "The demo's data is gone; `make demo` starts afresh.\n"
    assert program.returncode == 0
    assert not (tmp_path / "demo").exists()
