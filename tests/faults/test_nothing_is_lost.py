"""Kill, flush and freeze in the middle of the work: nothing is lost, and no effect happens twice."""

import os
import signal
import time
from collections import Counter

import pytest

from tests.hub import Hub, set_clock, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

ORDERS = 12 if os.environ.get("QUICK") else 60


def arrive(hub: Hub, count: int) -> list[str]:
    """Paid orders that the hub has pulled and acknowledged."""
    codes = create(hub, count)
    until(lambda: set(codes) <= hub.codes() and hub.sandbox.queue() == [])
    return codes


def create(hub: Hub, count: int) -> list[str]:
    return [order["code"] for order in hub.sandbox.create_orders(count, status="APPROVED")]


def invoices_seen(hub: Hub) -> Counter[str]:
    """How often each order was invoiced at the marketplace."""
    return Counter(entry["code"] for entry in hub.sandbox.ledger(effect="invoiced"))


def assert_each_invoiced_once(hub: Hub, codes: list[str]) -> None:
    until(lambda: hub.open_updates() == 0)
    assert {code: hub.sandbox.effects(code).get("invoiced") for code in codes} == dict.fromkeys(codes, 1)


def calls_so_far(hub: Hub) -> int:
    return max((int(entry["number"]) for entry in hub.sandbox.ledger(limit=1)), default=0)


def assert_hardly_told_to_slow_down(hub: Hub, *, since: int) -> None:
    """Turns leave 2 % of a second for the way; a worker that is starved of CPU for longer may meet a full window."""
    answers = [entry["status"] for entry in hub.sandbox.ledger(after=since)]
    assert answers.count(429) <= len(answers) / 10


def test_a_worker_killed_in_the_middle_of_a_drain_loses_no_order(hub: Hub) -> None:
    since, codes = calls_so_far(hub), create(hub, ORDERS)
    until(lambda: len(hub.codes().intersection(codes)) >= ORDERS // 4)

    hub.kill_worker()
    hub.let_leases_end()

    until(lambda: set(codes) <= hub.codes())
    until(lambda: hub.sandbox.queue() == [])
    assert_hardly_told_to_slow_down(hub, since=since)


def test_a_worker_killed_in_the_middle_of_a_push_repeats_no_effect(hub: Hub) -> None:
    codes = arrive(hub, ORDERS)
    hub.sandbox.fault("slow", path="/invoice$", seconds=0.5)
    for code in codes:
        hub.invoice(code)
    until(lambda: len(invoices_seen(hub).keys() & codes) >= ORDERS // 4)

    hub.kill_worker()
    hub.let_leases_end()

    assert_each_invoiced_once(hub, codes)


def test_a_flushed_broker_loses_no_update_and_no_order(hub: Hub) -> None:
    since, codes = calls_so_far(hub), arrive(hub, ORDERS)
    more = create(hub, ORDERS)
    for number, code in enumerate(codes):
        hub.invoice(code)
        if number % 5 == 0:
            hub.broker.flushall()

    assert_each_invoiced_once(hub, codes)
    until(lambda: set(more) <= hub.codes())
    assert_hardly_told_to_slow_down(hub, since=since)


def test_a_frozen_broker_delays_no_request_and_loses_no_update(hub: Hub) -> None:
    codes = arrive(hub, 5)
    os.kill(hub.valkey.pid, signal.SIGSTOP)
    try:
        seconds = []
        for code in codes:
            start = time.monotonic()
            hub.invoice(code)
            seconds.append(time.monotonic() - start)
    finally:
        os.kill(hub.valkey.pid, signal.SIGCONT)

    assert max(seconds) - min(seconds) < 1.5  # one of them waits a second, on whatever machine
    assert_each_invoiced_once(hub, codes)


def test_a_broker_that_dies_and_returns_is_used_again_by_the_same_worker(hub: Hub) -> None:
    """Guards the pins: celery 5.7.0 workers end here, older kombus stay alive and consume nothing."""
    (code,) = arrive(hub, 1)
    worker = hub.worker.pid
    hub.valkey.kill()
    time.sleep(3)
    hub.invoice(code)
    hub.valkey.start()

    assert_each_invoiced_once(hub, [code])
    assert hub.worker.exit_code is None
    assert hub.worker.pid == worker


def test_a_worker_whose_clock_is_most_of_a_minute_ahead_works_all_the_same(hub: Hub) -> None:
    """Messages expire by the clock of whoever reads them."""
    right = hub.worker.env
    set_clock(hub.worker, 45)
    hub.kill_worker()

    try:
        codes = arrive(hub, 3)
        for code in codes:
            hub.invoice(code)
        assert_each_invoiced_once(hub, codes)
    finally:  # other tests have this worker, too
        hub.worker.env = right
        hub.kill_worker()
