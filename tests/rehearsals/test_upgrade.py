"""An upgrade under load: old code goes on with the new tables while process after process is replaced. Nobody notices.

`FROM=<revision>` says what is upgraded; else it is the version before the last commit.
"""

import os
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from config.running import roles
from config.running.ports import free_port
from config.running.processes import Group, Process
from tests.factories import make_access_key
from tests.hub import Hub, running_hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
FROM = os.environ.get("FROM", "HEAD~1")
ORDERS = 12 if os.environ.get("QUICK") else 60


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The tree of FROM. Its migrations must all be in ours as they were: what was released is never rewritten."""
    rewritten = git("diff", "--name-status", "--diff-filter=ad", FROM, "--", "*/migrations/*.py")
    assert rewritten == "", f"migrations of {FROM} are not what they were"
    tree = tmp_path / "old"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", FROM], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x"], cwd=tree, input=archive, check=True)
    return tree


class Balancer:
    """Two web processes and whoever calls them: as a load balancer, it asks only those that are in service."""

    def __init__(self, replicas: dict[str, Process], key: str) -> None:
        self.replicas = replicas
        self.in_service = set(replicas)
        self.answers: Counter[str] = Counter()
        self._calling = {url: threading.Lock() for url in replicas}
        self._clients = {
            url: httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=20)
            for url in replicas
        }

    def call(self, method: str, path: str, **options: object) -> httpx.Response:
        url = min(self.in_service, key=lambda one: self.answers[one])
        with self._calling[url]:
            answer = self._clients[url].request(method, path, **options)  # type: ignore[arg-type]
        self.answers[url] += 1
        self.answers[f"HTTP {answer.status_code}"] += 1
        return answer

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    @contextmanager
    def out_of_service(self, url: str) -> Iterator[Process]:
        self.in_service.discard(url)
        with self._calling[url]:  # what was asked is answered
            yield self.replicas[url]
        self.in_service.add(url)


class Warehouse(threading.Thread):
    """Invoices whatever it finds paid, as fast as it is answered."""

    def __init__(self, balancer: Balancer) -> None:
        super().__init__(daemon=True)
        self.balancer = balancer
        self.ended = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                self._work()
        except Exception as error:  # told by the test, in its own thread
            self.failure = error

    def _work(self) -> None:
        found = self.balancer.call("GET", "/orders", params={"status": "APPROVED", "limit": 5}).json()["orders"]
        for order in found:
            self.balancer.call("PUT", f"/orders/{order['id']}/invoice", json={"access_key": make_access_key()})
        self.ended.wait(0.05)


def renew(process: Process) -> None:
    """End it politely; start it from the new code."""
    process.ask_to_stop()
    process.has_ended(within=30)
    process.popen = {**process.popen, "cwd": ROOT}
    process.restart()
    process.wait_ready()


def upgrade(hub: Hub, balancer: Balancer) -> None:
    roles.manage("migrate", env=hub.env, logs=hub.folder).run()
    for url in list(balancer.replicas):
        with balancer.out_of_service(url) as web:
            renew(web)
    for process in [*hub.workers, *hub.beats]:
        renew(process)


def test_an_upgrade_under_load_shows_no_error_and_repeats_nothing(
    old_code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "ROOT", old_code)
    with running_hub(tmp_path) as hub, Group() as group:
        port = free_port()
        second = roles.web(port=port, env=hub.env, logs=tmp_path)
        group.start(second)
        second.wait_ready()
        first = str(hub.api.base_url).removesuffix("/api/v1/")
        key = hub.api.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setattr(roles, "ROOT", ROOT)
        with closing(Balancer({first: hub.web, f"http://127.0.0.1:{port}": second}, key)) as balancer:
            warehouse = Warehouse(balancer)
            warehouse.start()
            codes = sell(hub)
            upgrade(hub, balancer)
            codes += sell(hub)
            until(lambda: warehouse.failure or all_invoiced_once(hub, codes), within=120)
            warehouse.ended.set()
            warehouse.join(timeout=30)

        assert warehouse.failure is None
        assert all_invoiced_once(hub, codes)
        assert {answer for answer in balancer.answers if answer.startswith("HTTP")} == {"HTTP 200"}
        assert min(balancer.answers[url] for url in balancer.replicas) > 0


def all_invoiced_once(hub: Hub, codes: list[str]) -> bool:
    return [hub.sandbox.effects(code).get("invoiced") for code in codes] == [1] * len(codes)


def sell(hub: Hub) -> list[str]:
    return [order["code"] for order in hub.sandbox.create_orders(ORDERS // 2, status="APPROVED")]
