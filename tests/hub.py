"""Despacho as real processes against a sandbox, for tests that break things: `with running_hub(folder) as hub`."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import redis

from config import roles
from config.ports import free_port
from config.postgres import running_postgres
from config.processes import Group, Process, wait_ready
from config.services import Services
from config.valkey import running_valkey
from sandbox.client import SandboxClient
from tests.factories import make_access_key

KEYS = {"SECRET_KEY": "only for tests", "FIELD_ENCRYPTION_KEYS": "b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmchISE="}
#: SkyHub's lease, and a second.
SKYHUB_LEASE = 301


def until(condition: Callable[[], object], *, within: float = 60) -> None:
    """Wait for it; fail when it does not come true in time."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {within:.0f} s"
        time.sleep(0.1)


@dataclass
class Hub:
    """Servers, processes and doors. Its database and broker are its own: break what you like."""

    sandbox: SandboxClient
    database_url: str
    broker: redis.Redis
    postgres: Process
    valkey: Process
    web: Process
    worker: Process
    beat: Process
    api: httpx.Client

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

    def kill_worker(self) -> None:
        self.worker.restart()
        self.worker.wait_ready()

    def let_leases_end(self) -> None:
        """Time passes: for the marketplace, for the account and for the updates that the dead had taken."""
        self.sandbox.advance(SKYHUB_LEASE)
        self.query("UPDATE marketplaces_account SET lease_until = lease_until - interval '5 minutes'")
        self.query("UPDATE orders_channelupdate SET lease_until = lease_until - interval '5 minutes'")


@contextmanager
def running_hub(folder: Path) -> Iterator[Hub]:
    """Own PostgreSQL, Valkey, sandbox, web, worker and beat, with the demo's SkyHub account; all gone afterwards."""
    with (
        running_postgres(folder / "postgres", folder / "database.log", durable=False) as (database_url, postgres),
        running_valkey(folder / "valkey", folder / "broker.log", durable=False) as (redis_url, valkey),
        redis.Redis.from_url(redis_url) as broker,
        Group() as group,
    ):
        services = Services(database_url=database_url, redis_url=redis_url, processes=(postgres, valkey))
        env = {**roles.environment(services, KEYS), "PULL_SECONDS": "2"}
        ports = {"sandbox": free_port(), "web": free_port()}
        sandbox = roles.sandbox(port=ports["sandbox"], state=folder / "sandbox", logs=folder)
        web = roles.web(port=ports["web"], env=env, logs=folder)
        worker = roles.worker(env=env, logs=folder)
        beat = roles.beat(env=env, logs=folder, schedule=folder / "beat")
        group.start(sandbox, web)
        api_key = _prepare(env, folder, sandbox, f"http://127.0.0.1:{ports['sandbox']}")
        group.start(worker, beat)
        wait_ready([web, worker, beat])
        api_url = f"http://127.0.0.1:{ports['web']}/api/v1"
        with (
            SandboxClient(f"http://127.0.0.1:{ports['sandbox']}") as client,
            httpx.Client(base_url=api_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=10) as api,
        ):
            yield Hub(client, database_url, broker, postgres, valkey, web, worker, beat, api)


def _prepare(env: dict[str, str], folder: Path, sandbox: Process, sandbox_url: str) -> str:
    """Make the tables, the login and the account; the API key."""
    roles.manage("migrate", env=env, logs=folder).run()
    sandbox.wait_ready()
    arguments = ["--sandbox-url", sandbox_url, "--secrets", str(folder / "login.json")]
    prepare = roles.manage("prepare_demo", *arguments, env=env, logs=folder)
    prepare.run()
    return str(json.loads(prepare.output.splitlines()[-1])["api_key"])
