"""A PostgreSQL of our own: made when new, mended after an unclean stop, on a free port with a password of its own."""

import os
import re
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.running.accounts import Account, Home, home
from config.running.binaries import postgres_folder
from config.running.ports import start_on_free_port
from config.running.processes import Group, Process, SetupError, says

SETTINGS = (
    "--listen_addresses=127.0.0.1",
    "--unix_socket_directories=",
    "--max_connections=120",  # pools of two web processes, worker and beat; or of a test run on several cores
    "--timezone=UTC",
    "--log_timezone=UTC",
)
THROW_AWAY = (
    "--fsync=off",
    "--synchronous_commit=off",
    "--full_page_writes=off",
    "--wal_level=minimal",
    "--max_wal_senders=0",
)


@contextmanager
def running_postgres(folder: Path, log: Path, *, durable: bool) -> Iterator[tuple[str, Process]]:
    """Start PostgreSQL with its data in `folder`; yield the URL of its database `despacho`, and the process.

    Durable data survives any stop. What is not durable is quicker, and lost when the machine stops.
    """
    account = Account.for_servers()
    programs = postgres_folder(account)
    with home(folder, account) as place, Group() as group:
        _prepare(programs, place, log, durable=durable)
        process, port = start_on_free_port(
            group,
            lambda port: _server(programs, place, log, port=port, durable=durable),
            taken="could not create any TCP/IP sockets",
        )
        password = (folder / "password").read_text()
        server = f"postgresql://despacho:{password}@127.0.0.1:{port}"
        _create_database(f"{server}/postgres")
        yield f"{server}/despacho", process


def _prepare(programs: Path, place: Home, log: Path, *, durable: bool) -> None:
    data = place.path / "data"
    _clear_stale_pid(data)
    major = _major_version(programs, log)
    if not data.exists():
        _make_data(programs, place, log, builtin_locale=int(major) >= 17, durable=durable)
    elif (made_by := (data / "PG_VERSION").read_text().strip()) != major:
        raise SetupError(
            f"{data} was made by PostgreSQL {made_by} and this is {major}: `make clean-demo` forgets the demo's data, "
            "then start again."
        )


def _major_version(programs: Path, log: Path) -> str:
    asked = Process("postgres --version", [f"{programs}/postgres", "--version"], log)
    asked.run()
    found = re.search(r"\(PostgreSQL\) (\d+)", asked.output)
    if found is None:
        raise asked.problem("says no version")
    return found[1]


def _make_data(programs: Path, place: Home, log: Path, *, builtin_locale: bool, durable: bool) -> None:
    """Made beside its place and moved there, so that a killed initdb leaves nothing half-made."""
    shutil.rmtree(place.path / "data.new", ignore_errors=True)
    place.write("password", secrets.token_urlsafe(24))
    options = [*(["--locale-provider=builtin"] if builtin_locale else []), *([] if durable else ["--no-sync"])]
    command = [
        *(f"{programs}/initdb", "-D", f"{place.inside}/data.new", "-U", "despacho", "-E", "UTF8", "--locale=C.UTF-8"),
        *("--auth=scram-sha-256", f"--pwfile={place.inside}/password", *options),
    ]
    Process("initdb", command, log, env=_environment(), popen=place.popen).run()
    (place.path / "data.new").rename(place.path / "data")


def _server(programs: Path, place: Home, log: Path, *, port: int, durable: bool) -> Process:
    # SIGINT ends it in order, SIGQUIT at once; either takes its children along, which sit in sessions of their own.
    stop = signal.SIGINT if durable else signal.SIGQUIT
    return Process(
        "database",
        [
            *(f"{programs}/postgres", "-D", f"{place.inside}/data", f"--port={port}"),
            *(*SETTINGS, *(() if durable else THROW_AWAY)),
        ],
        log,
        says("database system is ready to accept connections"),
        env=_environment(),
        stop_signal=stop,
        death_signal=stop,
        popen=place.popen,
    )


def _environment() -> dict[str, str]:
    """English messages, and a locale that exists, whatever the person's terminal says."""
    return {**os.environ, "LC_ALL": "C"}


def _clear_stale_pid(data: Path) -> None:
    """A killed server's pid file may name a number that was given to another process since: PostgreSQL would give up.

    A server that does still run here is an orphan on its way out, for whoever calls us holds the demo's lock.
    """
    file = data / "postmaster.pid"
    if sys.platform != "linux" or not file.exists():
        return
    pid = int(file.read_text().splitlines()[0])
    deadline = time.monotonic() + 20
    while _works_in(pid, data):
        if time.monotonic() > deadline:
            raise SetupError(f"A PostgreSQL of an earlier start (process {pid}) does not end: kill it and start again.")
        os.kill(pid, signal.SIGINT)
        time.sleep(0.2)
    file.unlink(missing_ok=True)


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except OSError:
        return False


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'despacho'").fetchone() is None:
            connection.execute("CREATE DATABASE despacho")
