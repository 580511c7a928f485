"""Visits to the back office inside one process: what a page costs the server, and what its answer weighs."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Visit:
    p50_ms: float
    p95_ms: float
    cpu_ms: float  #: of this process: what a busy machine cannot stretch
    queries: int
    kilobytes: float  #: compressed, as it is sent


def visits(addresses: Mapping[str, str], *, times: int) -> dict[str, Visit]:
    """Each address so many times, in turns so that noise hits all alike; the first two of each are not counted."""
    from django.contrib.auth.models import User
    from django.test import Client

    user, _created = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-encoding": "gzip"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    measured: dict[str, list[float]] = {name: [] for name in addresses}
    worked: dict[str, list[float]] = {name: [] for name in addresses}
    for _ in range(times + 2):
        for name, address in addresses.items():
            started, begun = time.perf_counter(), time.process_time()
            answer = client.get(address)
            measured[name].append((time.perf_counter() - started) * 1000)
            worked[name].append((time.process_time() - begun) * 1000)
            assert answer.status_code in (200, 302), (name, answer.status_code)
    return {name: _visit(client, address, measured[name][2:], worked[name][2:]) for name, address in addresses.items()}


def _visit(client: object, address: str, times: list[float], cpu: list[float]) -> Visit:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        answer = client.get(address)  # type: ignore[attr-defined]
    return Visit(median(times), quantiles(times, n=20)[18], median(cpu), len(caught), len(answer.content) / 1024)


def main() -> None:
    """In a process of its own: the addresses as JSON on stdin, the visits as JSON on stdout."""
    import django

    django.setup()
    asked = json.load(sys.stdin)
    found = visits(asked["addresses"], times=asked["times"])
    json.dump({name: asdict(visit) for name, visit in found.items()}, sys.stdout)


if __name__ == "__main__":
    main()
