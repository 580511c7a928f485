"""PostgreSQL and Redis: those of the environment, else our own. `python -m config.running.services [command …]`."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from config.running.guard import guarded
from config.running.postgres import running_postgres
from config.running.processes import Process, SetupError
from config.running.valkey import running_valkey

THROW_AWAY_PREFIX = "despacho-services-"


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where the database and the broker are, and which of them are `processes` of ours, to be looked after."""

    database_url: str
    redis_url: str
    processes: tuple[Process, ...]

    @property
    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def running(*, data_dir: Path | None = None, log_dir: Path | None = None) -> Iterator[Services]:
    """Find or start both. With `data_dir` what they hold is kept there; without, it is gone afterwards.

    Raise SetupError when DATABASE_URL or REDIS_URL is set and cannot be reached, or nothing can be started.
    """
    with ExitStack() as stack:
        folder = data_dir or stack.enter_context(_throw_away_folder())
        logs = log_dir or folder
        processes = []
        if database_url := os.environ.get("DATABASE_URL"):
            _check_database(database_url)
        else:
            database_url, process = stack.enter_context(
                running_postgres(folder / "postgres", logs / "database.log", durable=data_dir is not None)
            )
            processes.append(process)
        if redis_url := os.environ.get("REDIS_URL"):
            _check_redis(redis_url)
        else:
            redis_url, process = stack.enter_context(
                running_valkey(folder / "valkey", logs / "broker.log", durable=data_dir is not None)
            )
            processes.append(process)
        yield Services(database_url=database_url, redis_url=redis_url, processes=tuple(processes))


def _check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error as error:
        raise _unreachable("DATABASE_URL", url, error, "PostgreSQL") from None


def _check_redis(url: str) -> None:
    try:
        redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3).ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise _unreachable("REDIS_URL", url, error, "Valkey") from None


def _unreachable(variable: str, url: str, error: Exception, own: str) -> SetupError:
    parts = urlsplit(url)
    server = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()  # without user and password
    reason = " ".join(str(error).replace(url, server).split())
    return SetupError(
        f"{variable} is set, but {server} cannot be used ({reason}). "
        f"Start that server, correct {variable}, or unset it to have a {own} started here."
    )


@contextmanager
def _throw_away_folder() -> Iterator[Path]:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=THROW_AWAY_PREFIX))
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what runs that were killed left behind: nobody holds their lock. The newest may not have taken it yet."""
    for folder in Path(tempfile.gettempdir()).glob(f"{THROW_AWAY_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.geteuid() or time.time() - folder.stat().st_mtime < 60:
                continue
            with (folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def main(command: list[str]) -> int:
    """Run `command` against throw-away services; without one, print their URLs and wait for Ctrl-C."""
    with running() as services:
        if command:
            return subprocess.run(command, env={**os.environ, **services.env}, check=False).returncode
        for name, url in services.env.items():
            print(f"{name}={url}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(guarded(lambda: main(sys.argv[1:])))
