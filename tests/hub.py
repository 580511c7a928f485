"""Despacho as real processes against a sandbox, for tests that break things: `with running_hub(folder) as hub`."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from typing import Any

import httpx
import psycopg
import redis

from config.running import roles
from config.running.ports import free_port
from config.running.postgres import running_postgres
from config.running.processes import Group, Process, wait_ready
from config.running.services import Services
from config.running.valkey import running_valkey
from sandbox.client import SandboxClient
from tests.factories import make_access_key
from tests.faults.proxy import Proxy

KEYS = {"SECRET_KEY": "only for tests", "FIELD_ENCRYPTION_KEYS": "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE="}
#: SkyHub's lease, and a second.
SKYHUB_LEASE = 301
#: For processes to start on a machine with much else to do.
START_SECONDS = 240


def until(condition: Callable[[], object], *, within: float = 60) -> None:
    """Wait for it; fail when it does not come true in time."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {within:.0f} s"
        time.sleep(0.1)


@dataclass(kw_only=True)
class Hub:
    """Servers, processes and doors. Its database and broker are its own: break what you like."""

    sandbox: SandboxClient
    database_url: str
    broker: redis.Redis
    wire: Proxy  #: between the processes and the broker
    postgres: Process
    valkey: Process
    rabbit: Process | None  #: what carries the tasks instead of Valkey, behind the wire then
    web: Process
    workers: list[Process]
    beats: list[Process]
    api: httpx.Client
    env: dict[str, str]
    folder: Path
    stores: list[SandboxClient] = field(default_factory=list)  #: all of them; `sandbox` is the first

    @property
    def worker(self) -> Process:
        return self.workers[0]

    @property
    def processes(self) -> list[Process]:
        return [self.web, *self.workers, *self.beats]

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def codes(self) -> set[str]:
        """Of the orders that have arrived."""
        return {code for (code,) in self.query("SELECT code FROM orders_order")}

    def open_updates(self) -> int:
        return int(self.query("SELECT count(*) FROM orders_channelupdate WHERE state IN ('PENDING', 'FAILED')")[0][0])

    def invoice(self, code: str) -> None:
        """As the warehouse does it."""
        ((order_id,),) = self.query("SELECT id FROM orders_order WHERE code = %s", code)
        answer = self.api.put(f"/orders/{order_id}/invoice", json={"access_key": make_access_key()})
        assert answer.status_code == 200, answer.text

    def run(self, script: str) -> None:
        """Python inside Despacho, in one transaction: no worker meets an account that has no token yet."""
        script = f"from django.db import transaction\nwith transaction.atomic():\n{indent(script, '    ')}"
        roles.manage("shell", "-c", script, env=self.env, logs=self.folder).run()

    def kill_worker(self) -> None:
        self.worker.restart()
        self.worker.wait_ready(START_SECONDS)

    def deploy(self) -> None:
        """A new version: all are asked to stop, who is late is killed, all start again."""
        for process in self.processes:
            process.ask_to_stop()
        for process in self.processes:
            process.has_ended(within=15)
            process.restart()
        wait_ready(self.processes, timeout=START_SECONDS)

    def crash_database(self) -> None:
        """At once, as `pg_ctl stop -m immediate`: what was committed must be there again."""
        os.kill(self.postgres.pid, signal.SIGQUIT)
        assert self.postgres.has_ended(within=30)
        self.postgres.start()
        self.postgres.wait_ready()

    def let_leases_end(self) -> None:
        """Time passes: for the marketplace, and for whatever the dead had taken."""
        self.sandbox.advance(SKYHUB_LEASE)
        self.query("UPDATE marketplaces_account SET lease_until = lease_until - interval '5 minutes'")
        self.query("UPDATE orders_channelupdate SET lease_until = lease_until - interval '5 minutes'")
        self.query("UPDATE marketplaces_turn SET until = until - interval '5 minutes'")

    def let_rests_end(self) -> None:
        """Time passes also for what waits after a failure."""
        self.let_leases_end()
        self.query("UPDATE marketplaces_account SET pull_after = NULL, push_after = NULL")
        self.query("UPDATE orders_channelupdate SET due_at = now() WHERE state = 'PENDING' AND lease_until IS NULL")


def set_clock(process: Process, seconds: float) -> None:
    """Its clock is off by so much from its next start on; what it measures by stays as it is."""
    library = Path(find_spec("libfaketime").origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    off = {"LD_PRELOAD": str(library), "FAKETIME": f"{seconds:+}", "DONT_FAKE_MONOTONIC": "1"}
    process.env = {**process.env, **off}


@contextmanager
def running_hub(
    folder: Path,
    *,
    durable: bool = False,
    clocks: Sequence[float] = (0,),
    stores: int = 1,
    rabbit: tuple[str, Process] | None = None,
) -> Iterator[Hub]:
    """Own PostgreSQL, Valkey, sandbox, web, workers and beats, the demo's SkyHub account; all gone afterwards.

    `durable`: the database survives a crash. `clocks`: for each worker and beat the seconds by which its clock is off.
    `stores`: so many SkyHub accounts. `rabbit`: the URL and process of a RabbitMQ that carries the tasks.
    """
    with (
        running_postgres(folder / "postgres", folder / "database.log", durable=durable) as (database_url, postgres),
        running_valkey(folder / "valkey", folder / "broker.log", durable=False) as (redis_url, valkey),
        redis.Redis.from_url(redis_url) as broker,
        Proxy(rabbit[0] if rabbit else redis_url) as wire,
        Group() as group,
    ):
        limits_url = redis_url if rabbit else wire.url
        services = Services(database_url=database_url, redis_url=limits_url, processes=(postgres, valkey))
        env = {**roles.environment(services, KEYS), "PULL_SECONDS": "2", **({"BROKER_URL": wire.url} if rabbit else {})}
        ports = {"sandbox": free_port(), "web": free_port()}
        sandbox = roles.sandbox(port=ports["sandbox"], state=None, logs=folder)
        web = roles.web(port=ports["web"], env=env, logs=folder)
        workers = [roles.worker(env=env, logs=folder, name=f"worker{n or ''}") for n in range(len(clocks))]
        beats = [
            roles.beat(env=env, logs=folder, schedule=folder / f"beat{n or ''}", name=f"beat{n or ''}")
            for n in range(len(clocks))
        ]
        for seconds, *twins in zip(clocks, workers, beats, strict=True):
            for process in twins if seconds else []:
                set_clock(process, seconds)
        group.start(sandbox, web)
        sandbox_url = f"http://127.0.0.1:{ports['sandbox']}"
        api_key = _prepare(env, folder, sandbox, sandbox_url)
        group.start(*workers, *beats)
        wait_ready([web, *workers, *beats])
        api_url = f"http://127.0.0.1:{ports['web']}/api/v1"
        with (
            SandboxClient(sandbox_url) as client,
            httpx.Client(base_url=api_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=10) as api,
            ExitStack() as closing,
        ):
            others = [closing.enter_context(client.for_store(f"store{n}")) for n in range(1, stores)]
            hub = Hub(
                sandbox=client,
                database_url=database_url,
                broker=broker,
                wire=wire,
                postgres=postgres,
                valkey=valkey,
                rabbit=rabbit[1] if rabbit else None,
                web=web,
                workers=workers,
                beats=beats,
                api=api,
                env=env,
                folder=folder,
                stores=[client, *others],
            )
            _connect(hub, others)
            yield hub


def _prepare(env: dict[str, str], folder: Path, sandbox: Process, sandbox_url: str) -> str:
    """Make the tables, the login and the account; the API key."""
    roles.manage("migrate", env=env, logs=folder).run()
    sandbox.wait_ready()
    arguments = ["--sandbox-url", sandbox_url, "--secrets", str(folder / "login.json")]
    return roles.prepare_demo(*arguments, env=env, logs=folder)["api_key"]


CONNECT = """
import json
from marketplaces.models import Account
from orders.models import Channel
for store in json.loads({stores!r}):
    channel = Channel.objects.create(code=store["code"], name=store["code"], marketplace="skyhub")
    Account.objects.create(channel=channel, connector="skyhub", production=False, base_url=store["url"],
                           credentials=store["credentials"])
"""


def _connect(hub: Hub, stores: list[SandboxClient]) -> None:
    """An account for each store; its channel is called like it."""
    if stores:
        told = [{"code": s.store, "url": s.url, "credentials": _credentials(s)} for s in stores]
        hub.run(CONNECT.format(stores=json.dumps(told)))


def _credentials(store: SandboxClient) -> dict[str, str]:
    found = store.credentials
    return {
        "email": found["email"],
        "api_key": found["api_key"],
        "account_manager_key": found["accountmanager_key"],
    }
