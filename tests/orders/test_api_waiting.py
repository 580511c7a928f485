"""Long-poll: who waits for a change hears of it at once, and does not shut out the others."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from orders import verbs
from orders.api import waiting
from tests.factories import WAREHOUSE, make_access_key, make_api_key, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(settings.API_WAITERS) as pool:
        yield pool


def wait_for_a_change(pool: ThreadPoolExecutor, secret: str, seconds: int) -> "Future[tuple[Any, float]]":
    def ask() -> tuple[Any, float]:
        start = time.monotonic()
        try:
            return Warehouse(secret).get("/changes", after="now", wait=seconds), time.monotonic() - start
        finally:
            connection.close()

    return pool.submit(ask)


def until_waiting(places: int) -> None:
    deadline = time.monotonic() + 10
    while waiting._places._value > settings.API_WAITERS - places:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_who_waits_hears_of_a_change_soon(pool: ThreadPoolExecutor) -> None:
    order, secret = make_order(), make_api_key()
    waiter = wait_for_a_change(pool, secret, 20)
    until_waiting(1)

    verbs.invoice(order, access_key=make_access_key(), by=WAREHOUSE)

    answer, seconds = waiter.result(20)
    assert [change["kind"] for change in answer.json()["changes"]] == ["INVOICED"]
    assert seconds < 10


def test_who_waits_in_vain_gets_an_empty_page(pool: ThreadPoolExecutor) -> None:
    answer, seconds = wait_for_a_change(pool, make_api_key(), 1).result(20)

    assert (answer.status_code, answer.json()["changes"]) == (200, [])
    assert seconds >= 1
    assert not answer.has_header("Retry-After")


def test_when_too_many_wait_the_next_is_answered_at_once_and_told_when_to_come_back(pool: ThreadPoolExecutor) -> None:
    secret = make_api_key()
    waiters = [wait_for_a_change(pool, secret, 2) for _ in range(settings.API_WAITERS)]
    until_waiting(settings.API_WAITERS)

    start = time.monotonic()
    answer = Warehouse(secret).get("/changes", after="now", wait=2)

    assert time.monotonic() - start < 1
    assert (answer.status_code, answer["Retry-After"]) == (200, "2")
    assert [waiter.result(20)[0].status_code for waiter in waiters] == [200] * settings.API_WAITERS


def test_what_is_there_already_is_not_waited_for() -> None:
    verbs.invoice(make_order(), access_key=make_access_key(), by=WAREHOUSE)

    start = time.monotonic()
    answer = Warehouse().get("/changes", wait=30)

    assert len(answer.json()["changes"]) == 1
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("wait", ["-1", "31", "x"])
def test_nobody_waits_for_ever(wait: str) -> None:
    assert Warehouse().get("/changes", wait=wait).status_code == 422
