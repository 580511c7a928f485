"""A streaming standby of a PostgreSQL of ours: `with running_standby(primary_url, folder) as (url, process)`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.running.accounts import Account, home
from config.running.binaries import postgres_folder
from config.running.ports import free_port
from config.running.processes import Group, Process, says


@contextmanager
def running_standby(primary_url: str, folder: Path) -> Iterator[tuple[str, Process]]:
    """The primary must be durable: without WAL there is nothing to stream."""
    account = Account.for_servers()
    programs = postgres_folder(account)
    server, _, database = primary_url.rpartition("/")
    port = free_port()
    with home(folder, account) as place, Group() as group:
        copy = [f"{programs}/pg_basebackup", "--pgdata", f"{place.inside}/data", "--write-recovery-conf"]
        command = [*copy, "--checkpoint=fast", "--dbname", f"{server}/postgres"]
        subprocess.run(command, check=True, timeout=120, capture_output=True, **place.popen)
        options = [
            f"--port={port}",
            "--listen_addresses=127.0.0.1",
            "--unix_socket_directories=",
            "--max_connections=120",
        ]
        process = Process(
            "standby",
            [f"{programs}/postgres", "-D", f"{place.inside}/data", *options],
            folder.parent / "standby.log",
            says("ready to accept read-only connections"),
            popen=place.popen,
        )
        group.start(process)
        process.wait_ready()
        yield f"{server.rpartition(':')[0]}:{port}/{database}", process
