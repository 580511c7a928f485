"""Real workers and a beat for a benchmark, as Despacho and as the naive side run them, and what they use."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.running import roles
from config.running.processes import Group, Process, says, wait_ready

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def hub(logs: Path) -> Iterator[tuple[Process, Process]]:
    """A worker and a beat."""
    env = {**os.environ, "LOG_LEVEL": "INFO"}
    worker = roles.worker(env=env, logs=logs)
    beat = roles.beat(env=env, logs=logs, schedule=logs / "beat")
    with Group() as group:
        group.start(worker, beat)
        wait_ready([worker, beat])
        yield worker, beat


@contextmanager
def naive_worker(logs: Path) -> Iterator[Process]:
    """Celery as it comes: one process for each core, everything by default."""
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.naive.push", "worker", "--loglevel", "INFO"]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.naive.settings", "LOG_LEVEL": "INFO"}
    worker = Process("naive", command, logs / "naive.log", says(" ready."), env=env)
    with Group() as group:
        group.start(worker)
        worker.wait_ready()
        yield worker


def cpu_seconds(process: Process) -> float:
    """Of the process and the children it still has."""
    fields = [_stat(pid) for pid in _family(process.pid)]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


def idle_cores(*processes: Process, seconds: float) -> float:
    """Cores used together while nothing happens."""
    before = sum(map(cpu_seconds, processes))
    time.sleep(seconds)
    return (sum(map(cpu_seconds, processes)) - before) / seconds


def resident_mb(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _family(pid: int) -> list[int]:
    """It and all its descendants."""
    children = (int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in _read(tasks).split())
    return [pid, *(member for child in children for member in _family(child))]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return ""


def _stat(pid: int) -> list[str]:
    """Fields after the name, which may hold blanks: utime and stime are 11 and 12."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
