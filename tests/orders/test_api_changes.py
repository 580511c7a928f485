"""The change feed: everything, once, in order, whoever writes meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orders import verbs
from orders.intake import receive
from orders.models import Order, OrderEvent
from orders.status import Status
from tests.factories import WAREHOUSE, make_access_key, make_channel, make_order, make_snapshot
from tests.orders.warehouse import Warehouse

# The feed shows what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def seen(answer: Any) -> list[tuple[str, str]]:
    return [(change["kind"], change["order"]["code"]) for change in answer.json()["changes"]]


def invoice(order: Order) -> None:
    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)


@contextmanager
def writing(order: Order) -> Iterator[Event]:
    """Another connection cancels the order and commits only when told, or at the end of the block."""
    written, commit = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)
                written.set()
                assert commit.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        try:
            assert written.wait(timeout=20)
            yield commit
        finally:
            commit.set()
            done.result(timeout=20)


def test_each_change_says_what_changed_and_carries_the_order_as_it_is_now(wms: Warehouse) -> None:
    order = make_order()
    verbs.invoice(order, access_key=make_access_key(number=8), by=WAREHOUSE)
    verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)

    first, second = wms.get("/changes").json()["changes"]

    assert (first["kind"], first["before"], first["after"]) == ("INVOICED", "APPROVED", "INVOICED")
    assert first["by"] == {"kind": "WAREHOUSE", "name": "wms"}
    assert first["details"]["number"] == "8"
    assert (second["kind"], second["details"]["tracking_code"]) == ("SHIPPED", "BR1")
    assert first["order"] == second["order"]
    assert (first["order"]["status"], first["order"]["items"][0]["shipped"]) == ("SHIPPED", 1)


def test_what_a_channel_tells_appears_too(wms: Warehouse) -> None:
    channel, snapshot = make_channel(), make_snapshot()
    receive(channel, [snapshot])

    (change,) = wms.get("/changes").json()["changes"]

    assert (change["kind"], change["before"], change["after"]) == ("RECEIVED", None, "APPROVED")
    assert change["by"] == {"kind": "CHANNEL", "name": channel.code}


def test_pages_follow_each_other_without_gap_or_repetition(wms: Warehouse) -> None:
    channel = make_channel()
    receive(channel, [make_snapshot() for _ in range(7)])  # one transaction, many events
    receive(channel, [make_snapshot() for _ in range(3)])

    positions, after, more = [], {}, True
    while more:
        page = wms.get("/changes", limit=3, **after).json()
        positions += [change["position"] for change in page["changes"]]
        after, more = {"after": page["next"]}, page["more"]

    assert len(positions) == len(set(positions)) == 10
    assert wms.get("/changes", **after).json() == {"changes": [], "next": after["after"], "more": False}


def test_any_position_may_be_gone_back_to(wms: Warehouse) -> None:
    order = make_order()
    invoice(order)
    verbs.cancel(order, reason="Sem estoque", by=WAREHOUSE)
    all_of_it = wms.get("/changes").json()["changes"]

    again = wms.get("/changes", after=all_of_it[0]["position"]).json()["changes"]

    assert again == all_of_it[1:]


def test_from_now_on_shows_only_what_comes(wms: Warehouse) -> None:
    invoice(make_order())
    now = wms.get("/changes", after="now").json()
    later = make_order()
    invoice(later)

    assert now["changes"] == []
    assert seen(wms.get("/changes", after=now["next"])) == [("INVOICED", later.code)]


def test_a_transaction_that_commits_late_holds_back_what_began_after_it(wms: Warehouse) -> None:
    late, early = make_order(), make_order()

    with writing(late) as commit:
        invoice(early)  # begun later, committed first
        assert seen(wms.get("/changes")) == []
        commit.set()

    assert seen(wms.get("/changes")) == [("CANCELED", late.code), ("INVOICED", early.code)]


def test_from_now_on_does_not_miss_what_was_being_written_at_that_moment(wms: Warehouse) -> None:
    late = make_order()

    with writing(late):
        now = wms.get("/changes", after="now").json()["next"]

    assert seen(wms.get("/changes", after=now)) == [("CANCELED", late.code)]


def test_a_reader_among_parallel_writers_misses_nothing_and_sees_nothing_twice(wms: Warehouse) -> None:
    orders = [make_order() for _ in range(48)]
    channel = make_channel()

    def write(share: list[Order]) -> None:
        try:
            for number, order in enumerate(share):
                with transaction.atomic():
                    invoice(order)
                    if number % 3 == 0:  # transactions of uneven length commit out of order
                        receive(channel, [make_snapshot() for _ in range(5)])
                    verbs.ship(order, tracking_code="BR1", by=WAREHOUSE)
        finally:
            connection.close()

    positions: list[str] = []
    after: dict[str, str] = {}
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, orders[n::6]) for n in range(6)]
        while True:
            finished = all(writer.done() for writer in writers)
            page = wms.get("/changes", limit=7, **after).json()
            positions += [change["position"] for change in page["changes"]]
            after = {"after": page["next"]}
            if finished and not page["changes"]:
                break
        for writer in writers:
            writer.result()

    written = [f"{xid}-{pk}" for xid, pk in OrderEvent.objects.order_by("xid", "id").values_list("xid", "id")]
    assert len(written) == 48 * 2 + 6 * 3 * 5
    assert positions == written


@pytest.mark.parametrize("after", ["1", "a-b", "1-2-3", "-1-5", "99999999999999999999-1", "1-99999999999999999999"])
def test_a_position_that_we_never_gave_is_refused(wms: Warehouse, after: str) -> None:
    answer = wms.get("/changes", after=after)

    assert answer.status_code == 422
    assert [(e["parameter"], e["code"]) for e in answer.json()["errors"]] == [("after", "unknown_position")]


def test_a_position_from_the_future_is_refused_instead_of_waiting_for_ever(wms: Warehouse) -> None:
    answer = wms.get("/changes", after="999999999999-1")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_position")


def test_a_page_of_changes_costs_a_bounded_number_of_statements(wms: Warehouse) -> None:
    receive(make_channel(), [make_snapshot(status=Status.NEW) for _ in range(100)])
    wms.get("/channels")

    with CaptureQueriesContext(connection) as queries:
        assert len(wms.get("/changes").json()["changes"]) == 100

    assert len(queries) <= 5
