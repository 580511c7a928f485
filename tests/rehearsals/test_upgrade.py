"""An upgrade under load: old code goes on with the new tables while process after process is replaced. Nobody notices.

`FROM=<revision>` says what is upgraded; else it is the version before the last commit. What it is upgraded to is this
tree and one migration more, which adds whatever a migration may add (CONTRIBUTING.md).
"""

import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
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


ADDITION = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "{last}")]
    operations = [
        migrations.CreateModel("Rehearsal", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("order", "rehearsed_word", models.TextField(null=True)),
        migrations.AddField("order", "rehearsed_count", models.IntegerField(db_default=0)),
        migrations.AddField("channelupdate", "rehearsed_count", models.IntegerField(db_default=0)),
        AddIndexConcurrently("order", models.Index(fields=["rehearsed_word"], name="orders_rehearsed")),
    ]
"""


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


@pytest.fixture
def new_code(tmp_path: Path) -> Path:
    """This tree as it stands, committed or not, and a migration that no old code has heard of."""
    tree = tmp_path / "new"
    files = [name for name in git("ls-files", "-co", "--exclude-standard").splitlines() if (ROOT / name).is_file()]
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    folder = tree / "orders/migrations"
    last = max(path.stem for path in folder.glob("[0-9]*.py"))
    (folder / "9999_rehearsal.py").write_text(ADDITION.format(last=last))
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


def renew(process: Process, tree: Path) -> None:
    """End it politely; start it from the new code."""
    process.ask_to_stop()
    process.has_ended(within=30)
    process.popen = {**process.popen, "cwd": tree}
    process.restart()
    process.wait_ready()


def run_from(tree: Path, processes: Iterable[Process]) -> bool:
    """Do they all? Gunicorn's and Celery's children do not leave the folder they are started in."""
    return {Path(f"/proc/{process.pid}/cwd").readlink() for process in processes} == {tree}


def test_an_upgrade_under_load_shows_no_error_and_repeats_nothing(
    old_code: Path, new_code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "ROOT", old_code)
    with running_hub(tmp_path) as hub, Group() as group:
        port = free_port()
        second = roles.web(port=port, env=hub.env, logs=tmp_path)
        group.start(second)
        second.wait_ready()
        first = str(hub.api.base_url).removesuffix("/api/v1/")
        key = hub.api.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setattr(roles, "ROOT", new_code)
        with closing(Balancer({first: hub.web, f"http://127.0.0.1:{port}": second}, key)) as balancer:
            warehouse = Warehouse(balancer)
            warehouse.start()

            def done(codes: list[str]) -> bool:
                return warehouse.failure is not None or all_invoiced_once(hub, codes)

            codes = sell(hub)
            roles.manage("migrate", env=hub.env, logs=tmp_path).run()
            codes += sell(hub)
            until(lambda: done(codes), within=120)
            assert hub.query("SELECT DISTINCT rehearsed_count FROM orders_order") == [(0,)]  # written by old code
            assert run_from(old_code, [*hub.processes, second])

            for url in balancer.replicas:
                with balancer.out_of_service(url) as web:
                    renew(web, new_code)
            codes += sell(hub)
            for process in [*hub.workers, *hub.beats]:
                renew(process, new_code)
            codes += sell(hub)
            until(lambda: done(codes), within=120)
            assert run_from(new_code, [*hub.processes, second])
            warehouse.ended.set()
            warehouse.join(timeout=30)

        assert warehouse.failure is None
        assert all_invoiced_once(hub, codes)
        assert {answer for answer in balancer.answers if answer.startswith("HTTP")} == {"HTTP 200"}
        assert min(balancer.answers[url] for url in balancer.replicas) > 0
        print(f"{len(codes)} orders, {sum(balancer.answers.values()) // 2} requests: {dict(balancer.answers)}")


def all_invoiced_once(hub: Hub, codes: list[str]) -> bool:
    return [hub.sandbox.effects(code).get("invoiced") for code in codes] == [1] * len(codes)


def sell(hub: Hub) -> list[str]:
    return [order["code"] for order in hub.sandbox.create_orders(ORDERS // 4, status="APPROVED")]
