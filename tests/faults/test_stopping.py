"""A worker that is asked to end, as each deployment does: it finishes what is on its way and hands everything back."""

from collections.abc import Iterator

import pytest

from tests.faults.test_nothing_is_lost import arrive, assert_each_invoiced_once, create, invoices_seen
from tests.hub import START_SECONDS, Hub, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

ORDERS = 40  #: more than are on their way at the same time
HELD = """
    SELECT 'account', id::text FROM marketplaces_account WHERE lease_until > now()
     UNION ALL SELECT 'update', id::text FROM orders_channelupdate WHERE state = 'PENDING' AND lease_until > now()
     UNION ALL SELECT 'turn', name FROM marketplaces_turn WHERE until > now()"""


@pytest.fixture(autouse=True)
def worker_again(hub: Hub) -> Iterator[None]:
    yield
    if hub.worker.exit_code is not None:
        hub.worker.start()
        hub.worker.wait_ready(START_SECONDS)


def end_worker(hub: Hub) -> None:
    """Docker gives it 100 s before it is killed; it needs seconds."""
    hub.worker.ask_to_stop()
    assert hub.worker.has_ended(within=60)
    assert hub.worker.exit_code == 0


def test_a_worker_that_ends_in_the_middle_of_a_push_leaves_no_lease_and_tells_nothing_twice(hub: Hub) -> None:
    codes = arrive(hub, ORDERS)
    hub.sandbox.fault("slow", path="/invoice$", seconds=0.5)
    for code in codes:
        hub.invoice(code)
    until(lambda: len(invoices_seen(hub).keys() & codes) >= ORDERS // 4)

    end_worker(hub)
    assert hub.open_updates() > 0  # it was in the middle
    assert hub.query(HELD) == []

    hub.sandbox.clear_faults()
    hub.worker.start()
    assert_each_invoiced_once(hub, codes)


def test_a_worker_that_ends_in_the_middle_of_a_drain_leaves_no_lease_and_loses_no_order(hub: Hub) -> None:
    hub.sandbox.fault("slow", path="/queues/orders", seconds=0.3)
    codes = create(hub, ORDERS)
    until(lambda: hub.codes() & set(codes))

    end_worker(hub)
    assert not set(codes) <= hub.codes()
    assert hub.query(HELD) == []

    hub.sandbox.clear_faults()
    hub.worker.start()
    until(lambda: set(codes) <= hub.codes() and hub.sandbox.queue() == [])
