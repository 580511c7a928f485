"""A read replica: who reads it, when it is left, and that the change feed has no gaps there either."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from config.replica import WROTE, may_be_behind
from config.running import roles
from config.running.ports import free_port
from config.running.postgres import running_postgres
from config.running.processes import Group, Process
from config.running.services import Services
from orders import replica
from orders.models import ApiKey, Order
from tests.hub import KEYS, until
from tests.standby import running_standby

pytestmark = [pytest.mark.timeout(300)]

LISTS = ["/api/v1/orders", "/api/v1/changes", "/admin/orders/order/", "/admin/orders/channelupdate/"]


@pytest.mark.parametrize("path", LISTS)
def test_lists_may_be_behind(path: str) -> None:
    assert may_be_behind(RequestFactory().get(path, {"page": "2"}))


@pytest.mark.parametrize(
    "path", ["/api/v1/orders/1", "/admin/orders/order/1/change/", "/admin/", "/healthz", "/nowhere"]
)
def test_what_is_read_to_be_changed_may_not(path: str) -> None:
    assert not may_be_behind(RequestFactory().get(path))


def test_who_has_just_changed_something_sees_it() -> None:
    request: HttpRequest = RequestFactory().get(LISTS[2])
    request.COOKIES[WROTE] = "1"

    assert not may_be_behind(request)
    assert not may_be_behind(RequestFactory().post(LISTS[2]))


def test_only_orders_are_read_there_and_nothing_is_written() -> None:
    router = replica.Router()
    with replica.reading_replica():
        assert router.db_for_read(Order) == "replica"
        assert router.db_for_read(ApiKey) == "default"
        assert router.db_for_read(Order, instance=ApiKey()) == "default"
        assert router.db_for_write(Order, instance=Order()) == "default"
        replica.leave()
        assert router.db_for_read(Order) == "default"
    assert router.db_for_read(Order) == "default"


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("primary")
    with running_postgres(folder / "postgres", folder / "database.log", durable=True) as (url, _):
        yield url


@pytest.fixture(scope="module")
def standby(primary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Process]]:
    with running_standby(primary, tmp_path_factory.mktemp("standby") / "postgres") as running:
        yield running


WRITERS, ROWS = 6, 60
#: As orders/api/feed.py asks it.
PAGE = """
WITH horizon AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_running)
SELECT xid, id FROM facts WHERE (xid, id) > (%s, %s) AND xid < (SELECT oldest_running FROM horizon)
 ORDER BY xid, id LIMIT 7
"""


def write(url: str, seed: int) -> None:
    """Transactions that overlap, commit in another order than they began, or not at all."""
    dice = random.Random(seed)
    with psycopg.connect(url) as connection:
        for _ in range(ROWS):
            connection.execute("INSERT INTO facts DEFAULT VALUES")
            time.sleep(dice.uniform(0, 0.02))
            connection.rollback() if dice.random() < 0.2 else connection.commit()


def test_a_feed_read_at_a_standby_and_at_the_database_by_turns_has_no_gap(
    primary: str, standby: tuple[str, Process]
) -> None:
    with psycopg.connect(primary, autocommit=True) as home:
        home.execute("CREATE TABLE facts (id bigserial, xid bigint DEFAULT pg_current_xact_id()::text::bigint)")
        writers = [threading.Thread(target=write, args=(primary, seed)) for seed in range(WRITERS)]
        with psycopg.connect(standby[0], autocommit=True) as away:
            until(lambda: away.execute("SELECT to_regclass('facts')").fetchone() != (None,))
            seen: list[tuple[int, int]] = []
            for writer in writers:
                writer.start()
            turn = 0
            idle_since = time.monotonic()
            while any(writer.is_alive() for writer in writers) or time.monotonic() - idle_since < 3:
                turn += 1
                server = home if turn % 5 == 0 else away
                page = server.execute(PAGE, seen[-1] if seen else (0, 0)).fetchall()
                seen += page
                if page:
                    idle_since = time.monotonic()
            there = home.execute("SELECT xid, id FROM facts ORDER BY xid, id").fetchall()

    assert len(there) > WRITERS * ROWS / 2
    assert seen == there


MAKE_KEY = "from tests.factories import make_api_key; print(make_api_key())"
MAKE_ORDER = "from tests.factories import make_order; make_order()"
BEAT = """
    INSERT INTO marketplaces_heartbeat (name, at) VALUES ('sweep', now() - make_interval(secs => %s))
        ON CONFLICT (name) DO UPDATE SET at = excluded.at"""


def test_web_reads_the_replica_while_it_is_near_and_the_database_when_it_is_far_or_gone(
    primary: str, standby: tuple[str, Process], tmp_path: Path
) -> None:
    services = Services(database_url=primary, redis_url="redis://127.0.0.1:1/0", processes=())
    env = {**roles.environment(services, KEYS), "DATABASE_REPLICA_URL": standby[0], "DATABASE_REPLICA_LAG": "30"}

    def manage(*arguments: str) -> str:
        process = roles.manage(*arguments, env=env, logs=tmp_path)
        process.run()
        return process.output

    manage("migrate")
    secret = next(word for word in manage("shell", "-c", MAKE_KEY).split() if word.startswith("dsp_"))
    port = free_port()
    web = roles.web(port=port, env=env, logs=tmp_path)
    with (
        Group() as group,
        psycopg.connect(primary, autocommit=True) as home,
        psycopg.connect(standby[0], autocommit=True) as away,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers={"Authorization": f"Bearer {secret}"}) as api,
    ):

        def orders_shown() -> int:
            return len(api.get("/orders", timeout=20).raise_for_status().json()["orders"])

        home.execute(BEAT, [0])
        group.start(web)
        web.wait_ready(240)
        until(lambda: away.execute("SELECT count(*) FROM marketplaces_heartbeat").fetchone() == (1,))
        away.execute("SELECT pg_wal_replay_pause()")  # from now on it is told nothing more
        manage("shell", "-c", MAKE_ORDER)
        until(lambda: orders_shown() == 0, within=20)  # so it was the replica that was read
        assert api.get("/orders/1").status_code == httpx.codes.OK  # and here it was not
        now = f"{home.execute('SELECT pg_current_xact_id()').fetchone()[0]}-0"  # type: ignore[index]
        assert api.get("/changes", params={"after": now}).status_code == httpx.codes.OK

        home.execute(BEAT, [0])
        away.execute("SELECT pg_wal_replay_resume()")
        until(lambda: orders_shown() == 1)
        home.execute(BEAT, [31])  # nobody sweeps: how far the replica is behind cannot be told
        until(lambda: web.output.count("replica.left") > 0 or orders_shown() < 0, within=20)
        home.execute(BEAT, [0])
        until(lambda: web.output.count("replica.read") > 1 or orders_shown() < 0, within=20)
        standby[1].kill()
        assert orders_shown() == 1
