"""RabbitMQ killed, frozen, purged, cut off in the middle of the work: as with Redis, nothing is lost or told twice."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.faults.test_nothing_is_lost import ORDERS, arrive, assert_each_invoiced_once, create, invoices_seen
from tests.hub import Hub, running_hub, until
from tests.rabbitmq.server import SERVER, running_rabbitmq

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("rabbit")
    with running_rabbitmq(folder / "rabbitmq") as rabbit, running_hub(folder, rabbit=rabbit) as hub:
        yield hub


def control(hub: Hub, *arguments: str) -> str:
    assert hub.rabbit
    assert hub.rabbit.env
    command = [str(SERVER.parent / "rabbitmqctl"), "--node", hub.rabbit.env["RABBITMQ_NODENAME"], *arguments]
    return subprocess.run(command, env=hub.rabbit.env, check=True, capture_output=True, text=True, timeout=90).stdout


def freeze(hub: Hub, how: signal.Signals) -> None:
    assert hub.rabbit
    os.killpg(hub.rabbit.pid, how)


def test_its_queues_are_quorum_queues_and_redis_carries_no_task(hub: Hub) -> None:
    arrive(hub, 1)

    types = dict(line.split() for line in control(hub, "list_queues", "--quiet", "name", "type").splitlines()[1:])

    assert {types[name] for name in ("control", "pull", "push")} == {"quorum"}
    assert not [key for key in hub.broker.scan_iter() if not key.startswith(b"limit")]


def test_a_worker_killed_in_the_middle_of_a_push_repeats_no_effect(hub: Hub) -> None:
    codes = arrive(hub, ORDERS)
    hub.sandbox.fault("slow", path="/invoice$", seconds=0.5)
    for code in codes:
        hub.invoice(code)
    until(lambda: len(invoices_seen(hub).keys() & codes) >= ORDERS // 4)

    hub.kill_worker()
    hub.sandbox.clear_faults()
    hub.let_leases_end()

    assert_each_invoiced_once(hub, codes)


def test_a_purged_broker_loses_no_update_and_no_order(hub: Hub) -> None:
    codes, more = arrive(hub, ORDERS), create(hub, ORDERS)
    for number, code in enumerate(codes):
        hub.invoice(code)
        if number % 6 == 0:
            for queue in ("control", "pull", "push"):
                control(hub, "purge_queue", queue)

    assert_each_invoiced_once(hub, codes)
    until(lambda: set(more) <= hub.codes())


def test_a_frozen_broker_delays_no_request_and_loses_no_update(hub: Hub) -> None:
    codes = arrive(hub, 5)
    freeze(hub, signal.SIGSTOP)
    try:
        seconds = []
        for code in codes:
            start = time.monotonic()
            hub.invoice(code)
            seconds.append(time.monotonic() - start)
    finally:
        freeze(hub, signal.SIGCONT)

    assert max(seconds) - min(seconds) < 2  # one of them waits for 0.4 s, three times
    assert_each_invoiced_once(hub, codes)


def test_connections_that_are_cut_or_go_deaf_are_made_anew(hub: Hub) -> None:
    codes = arrive(hub, 2)
    hub.wire.cut()
    hub.invoice(codes[0])
    assert_each_invoiced_once(hub, codes[:1])  # the worker is there again, and what goes deaf is its new connection

    hub.wire.deafen()
    hub.invoice(codes[1])
    assert_each_invoiced_once(hub, codes)


def test_connections_that_go_deaf_in_the_middle_of_a_message_are_made_anew(hub: Hub) -> None:
    codes = arrive(hub, 2)
    hub.wire.tear()
    for code in codes:
        hub.invoice(code)

    assert_each_invoiced_once(hub, codes)


def test_a_broker_that_dies_and_returns_is_used_again_by_the_same_worker(hub: Hub) -> None:
    (code,) = arrive(hub, 1)
    worker = hub.worker.pid
    assert hub.rabbit
    hub.rabbit.kill()
    time.sleep(3)
    hub.invoice(code)
    hub.rabbit.start()

    assert_each_invoiced_once(hub, [code])
    assert hub.worker.exit_code is None
    assert hub.worker.pid == worker
