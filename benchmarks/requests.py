"""Requests to real web processes over kept connections, and how long they took."""

import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from config.running.ports import answers, free_port
from config.running.processes import Group, Process


class Caller:
    """One connection. Anything but 2xx ends the benchmark: what fails fast is no figure."""

    def __init__(self, port: int, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json", **headers}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, {**self._headers, **headers})
        answer = self._connection.getresponse()
        text = answer.read()
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {text[:300]!r}"
        return text


def times(call: Callable[[int], object], *, count: int) -> list[float]:
    """Milliseconds of each call, after two that warm up."""
    call(0), call(1)
    taken = []
    for number in range(2, count + 2):
        start = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def by_turns(calls: Mapping[str, Callable[[], object]], *, count: int) -> dict[str, float]:
    """Median milliseconds of each, side by side: what slows the machine down for a while slows all of them down."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(count + 2):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: p50(each[2:]) for name, each in taken.items()}


def p50(taken: Sequence[float]) -> float:
    return median(taken)


def p95(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20)[-1]


def together(calls: Sequence[Callable[[int], object]], *, seconds: float) -> float:
    """Requests a second of all callers side by side."""
    until = time.perf_counter() + seconds

    def go_on(call: Callable[[int], object]) -> int:
        done = 0
        while time.perf_counter() < until:
            call(done)
            done += 1
        return done

    with ThreadPoolExecutor(len(calls)) as pool:
        return sum(pool.map(go_on, calls)) / seconds


class Web(NamedTuple):
    port: int
    pid: int


@contextmanager
def web(logs: Path, *, settings: str = "config.settings", workers: int = 1, ready: str = "/healthz") -> Iterator[Web]:
    """gunicorn as in production, with so many workers."""
    port = free_port()
    options = ["--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--no-control-socket"]
    options += ["--keep-alive", "300"]  # the tables are filled between two requests
    door = "config.wsgi" if settings == "config.settings" else "django.core.wsgi:get_wsgi_application()"
    command = [sys.executable, "-m", "gunicorn", door, *options]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "API_REQUESTS_PER_MINUTE": "1000000"}
    name = f"{settings}-{workers}"
    process = Process(
        name, [*command, "--bind", f"127.0.0.1:{port}"], logs / f"{name}.log", answers(port, ready), env=env
    )
    with Group() as group:
        group.start(process)
        process.wait_ready()
        yield Web(port, process.pid)
