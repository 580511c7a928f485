"""A backup is restored that knows less than marketplace and warehouse: no order stays lost, nothing is told twice."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.running import roles
from config.running.accounts import Account
from config.running.binaries import postgres_folder
from tests.factories import make_access_key
from tests.hub import Hub, running_hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

ORDERS = 6 if os.environ.get("QUICK") else 20


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Its own: its database is dropped."""
    with running_hub(tmp_path) as hub:
        yield hub


def sell(hub: Hub) -> list[str]:
    codes = [order["code"] for order in hub.sandbox.create_orders(ORDERS, status="APPROVED")]
    until(lambda: set(codes) <= hub.codes() and hub.sandbox.queue() == [])
    return codes


def invoice(hub: Hub, keys: dict[str, str]) -> None:
    """As the warehouse does it; the same again after the loss, because it does not know what is lost."""
    for code, key in keys.items():
        answer = hub.api.put(f"/orders/{order_id(hub, code)}/invoice", json={"access_key": key})
        assert answer.status_code == httpx.codes.OK, answer.text


def order_id(hub: Hub, code: str) -> int:
    ((found,),) = hub.query("SELECT id FROM orders_order WHERE code = %s", code)
    return int(found)


def kinds_after(hub: Hub, position: str) -> list[str]:
    answer = hub.api.get("/changes", params={"after": position, "limit": 500}).json()
    return [change["kind"] for change in answer["changes"]]


def position_now(hub: Hub) -> str:
    return str(hub.api.get("/changes", params={"after": "now"}).json()["next"])


def program(name: str, *arguments: str) -> None:
    path = postgres_folder(Account.for_servers()) / name
    subprocess.run([str(path), *arguments], check=True, capture_output=True, timeout=60)


def lose_all_and_restore(hub: Hub, backup: Path) -> None:
    for process in hub.processes:
        process.ask_to_stop()
        process.has_ended(within=15)
    server = hub.database_url.removesuffix("/despacho")
    program("dropdb", "--force", f"--maintenance-db={server}/postgres", "despacho")
    program("pg_restore", f"--dbname={server}/postgres", "--create", str(backup))
    roles.manage("migrate", env=hub.env, logs=hub.folder).run()
    roles.manage("after_restore", env=hub.env, logs=hub.folder).run()
    for process in hub.processes:
        process.restart()
    for process in hub.processes:
        process.wait_ready()


def test_after_a_restore_everything_is_where_the_marketplace_and_the_warehouse_are(hub: Hub, tmp_path: Path) -> None:
    before = sell(hub)
    told_before = {code: make_access_key() for code in before[: ORDERS // 3]}
    invoice(hub, told_before)
    until(lambda: hub.open_updates() == 0)
    program("pg_dump", "--format=custom", f"--file={tmp_path / 'backup'}", hub.database_url)

    after = sell(hub)
    told_after = {code: make_access_key() for code in [*before[ORDERS // 3 : 2 * ORDERS // 3], *after[: ORDERS // 3]]}
    invoice(hub, told_after)
    until(lambda: hub.open_updates() == 0)
    read_up_to = position_now(hub)

    lose_all_and_restore(hub, tmp_path / "backup")
    assert hub.codes() == set(before)  # the queue handed out the others long ago
    until(lambda: set(after) <= hub.codes(), within=150)
    invoice(hub, told_after)
    untold = {code: make_access_key() for code in [*before, *after] if code not in told_before | told_after}
    invoice(hub, untold)

    until(lambda: hub.open_updates() == 0)
    effects = {code: hub.sandbox.effects(code).get("invoiced") for code in [*before, *after]}
    assert effects == dict.fromkeys([*before, *after], 1)
    assert kinds_after(hub, read_up_to).count("RECEIVED") == len(after)
