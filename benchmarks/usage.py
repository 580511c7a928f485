"""Processor time of whole servers, with the children they had: `with measuring(servers) as used`."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.processes import TICKS, _family, _stat


@dataclass
class Used:
    """Processor seconds by server, bytes of WAL, and how long it took."""

    cpu: dict[str, float] = field(default_factory=dict)
    wal: int = 0
    seconds: float = 0.0


@contextmanager
def measuring(servers: Mapping[str, int]) -> Iterator[Used]:
    """`servers`: name → process id. Filled in when the block ends."""
    used, before, wal, began = Used(), _all(servers), _wal(), time.monotonic()
    yield used
    used.seconds = time.monotonic() - began
    used.cpu = {name: seconds - before[name] for name, seconds in _all(servers).items()}
    used.wal = _wal() - wal


def _all(servers: Mapping[str, int]) -> dict[str, float]:
    return {name: _cpu_seconds(pid) for name, pid in servers.items()}


def _cpu_seconds(pid: int) -> float:
    """Its own, its children's, and that of children which have ended: fields 11 to 14."""
    return sum(int(ticks) for member in _family(pid) for ticks in _fields(member)) / TICKS


def _fields(pid: int) -> list[str]:
    try:
        return _stat(pid)[11:15]
    except FileNotFoundError:
        return []


def postgres_pid() -> int:
    """The parent of the process that serves us."""
    return int(_stat(_value("SELECT pg_backend_pid()"))[1])


def redis_pid(url: str) -> int:
    import redis

    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def database_bytes() -> int:
    """All tables of the database with their indexes, without what vacuum would free."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    return _value("SELECT pg_database_size(current_database())")


def _wal() -> int:
    return _value("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")


def _value(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def until(condition: Callable[[], object], *, within: float = 300) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done within {within:.0f} s")
        time.sleep(0.5)  # asked more often, the question would be part of what is measured
