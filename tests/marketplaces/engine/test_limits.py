"""Turns under a rate limit: evenly spaced, shared by all processes, and still there while Redis is not."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, pairwise

import pytest
import redis
from django.conf import settings
from django.core.exceptions import ValidationError

from config.running.ports import free_port
from marketplaces import limits, loop
from marketplaces.errors import Throttled
from marketplaces.limits import LOCAL_SHARE, SHARE, SharedLimiter, limits_problem
from tests.factories import make_account

_account = count(10_000)


@pytest.fixture(autouse=True)
def turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[limits._Turns]:
    """As in a process that has just started."""
    with fresh_turns() as fresh:
        monkeypatch.setattr(limits, "_turns", fresh)
        monkeypatch.setattr(limits, "COLD", 0.0)
        yield fresh


@contextmanager
def fresh_turns() -> Iterator[limits._Turns]:
    turns = limits._Turns()
    yield turns
    loop.run(turns.close(), timeout=5)


@pytest.fixture
def silent_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It takes connections and never answers, as a frozen one does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{listening.getsockname()[1]}/0")
        yield


def times(turns: limits._Turns, n: int, *, rate: float = 9.0, key: str | None = None) -> list[float]:
    """The moments that `n` callers get, who all ask at once."""
    key = key or f"limit:{next(_account)}:b"

    async def ask() -> list[float]:
        moments = []
        for _ in range(n):
            now = time.monotonic()
            moments.append(now + await turns.take(key, interval=1 / (rate * SHARE), patience=1000))
        return moments

    return loop.run(ask(), timeout=10)


def test_no_second_holds_more_turns_than_the_limit_and_almost_all_of_it_is_used(turns: limits._Turns) -> None:
    moments = times(turns, 60)

    for start in moments:
        assert sum(start <= at < start + 1 for at in moments) <= 9
    assert 59 / (moments[-1] - moments[0]) >= 0.95 * 9


def test_the_first_call_after_an_idle_time_may_be_late_by_more(
    turns: limits._Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "COLD", 0.2)
    first, *others = times(turns, 20)

    for start in (first + 0.2, *others):
        assert sum(start <= at < start + 1 for at in (first + 0.2, *others)) <= 9
    assert max(later - earlier for earlier, later in pairwise(others)) < 1.1 / (9 * SHARE)


def test_calls_do_not_leave_together_after_the_loop_was_busy(turns: limits._Turns) -> None:
    limiter = SharedLimiter(next(_account), {"b": 50.0}, patience=10)
    left: list[float] = []

    async def call() -> None:
        await limiter.take("b")
        left.append(time.monotonic())

    async def call_many() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(call())
            await asyncio.sleep(0.05)
            time.sleep(0.1)  # a large body is parsed, say

    loop.run(call_many(), timeout=10)

    assert min(later - earlier for earlier, later in pairwise(left)) > 0.9 / 50


def test_two_processes_share_one_limit(turns: limits._Turns) -> None:
    key = f"limit:{next(_account)}:b"
    with fresh_turns() as other:
        moments = sorted(times(turns, 10, key=key) + times(other, 10, key=key))

    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) > 0.5 / 9


def test_those_who_ask_together_get_turns_one_after_the_other(turns: limits._Turns) -> None:
    key, interval = f"limit:{next(_account)}:b", 0.1

    async def ask() -> list[float]:
        return await asyncio.gather(*[turns.take(key, interval=interval, patience=0.55) for _ in range(20)])

    waits = loop.run(ask(), timeout=10)
    (next_wait,) = [at - time.monotonic() for at in times(turns, 1, key=key)]

    taken = [wait for wait in waits if wait <= 0.55]
    assert 5 <= len(taken) <= 6
    assert min(later - earlier for earlier, later in pairwise(taken)) > 0.9 * interval
    assert next_wait < taken[-1] + 1.1 * interval  # whoever had no patience has used no turn up


def test_a_limit_that_nobody_reaches_asks_nobody(turns: limits._Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    limiter = SharedLimiter(next(_account), {"b": limits.UNREACHABLE}, patience=0)

    async def take_many() -> None:
        await asyncio.gather(*[limiter.take("b") for _ in range(100)])

    loop.run(take_many(), timeout=1)

    assert turns._redis is None


def test_accounts_and_buckets_do_not_share(turns: limits._Turns) -> None:
    async def take() -> float:
        start = time.monotonic()
        for rates in ({"a": 0.5, "b": 0.5}, {"a": 0.5}):
            limiter = SharedLimiter(next(_account), rates, patience=10)
            for bucket in rates:
                await limiter.take(bucket)
        return time.monotonic() - start

    assert loop.run(take(), timeout=10) < 1


def test_a_turn_that_is_too_far_away_is_not_waited_for_and_not_used_up(turns: limits._Turns) -> None:
    limiter = SharedLimiter(next(_account), {"b": 2.0}, patience=0.1)

    async def take_two() -> float:
        await limiter.take("b")
        waits = []
        for _ in range(2):
            with pytest.raises(Throttled) as raised:
                await limiter.take("b")
            waits.append(raised.value.seconds)
        return max(waits)

    assert 0.3 < loop.run(take_two(), timeout=10) < 0.6


def test_a_rest_that_the_marketplace_asked_for_holds_in_every_process_and_for_turns_given_out_before(
    turns: limits._Turns,
) -> None:
    limiter = SharedLimiter(next(_account), {"calls": 4.0}, patience=5.0)
    began = time.monotonic()

    async def call(number: int) -> float:
        await limiter.take("calls")
        if number == 0:
            await limiter.rest("calls", seconds=1.0)
        return time.monotonic() - began

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*[call(number) for number in range(3)])

    first, *others = loop.run(all_of_them(), timeout=15)
    assert min(others) > first + 0.95
    loop.run(limiter.rest("calls", seconds=60.0), timeout=5)
    with fresh_turns() as elsewhere:
        waits = times(elsewhere, 1, rate=4.0, key=limiter._key("calls"))
        assert waits[0] > time.monotonic() + 55
    with pytest.raises(Throttled):
        loop.run(limiter.take("calls"), timeout=5)


def test_a_flushed_redis_does_not_give_the_same_turns_out_again(turns: limits._Turns) -> None:
    key = f"limit:{next(_account)}:b"
    before = times(turns, 10, key=key)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(key)

    after = times(turns, 1, key=key)

    assert after[0] > before[-1] + 0.5 / 9


def test_without_redis_each_process_counts_for_itself_more_carefully(
    turns: limits._Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")

    moments = times(turns, 10)

    assert 9 / (moments[-1] - moments[0]) == pytest.approx(9 * LOCAL_SHARE, rel=0.05)


@pytest.mark.usefixtures("silent_redis")
def test_a_frozen_redis_costs_a_fraction_of_a_second_once(turns: limits._Turns) -> None:
    limiter = SharedLimiter(next(_account), {"b": 900.0}, patience=2)

    async def take_many() -> float:
        start = time.monotonic()
        await asyncio.gather(*[limiter.take("b") for _ in range(50)])
        return time.monotonic() - start

    assert loop.run(take_many(), timeout=10) < 1
    assert loop.run(take_many(), timeout=10) < 0.2


def test_redis_is_asked_again_after_a_rest(
    turns: limits._Turns, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "REDIS_REST", 0.0)
    url = settings.REDIS_URL
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    times(turns, 1)
    monkeypatch.setattr(settings, "REDIS_URL", url)
    loop.run(turns.close(), timeout=5)

    times(turns, 1)

    assert "Redis answers again" in caplog.text


@pytest.mark.parametrize("limits", [[], {"queue": 0}, {"queue": "9"}, {"queue": True}, {"nonsense": 9}])
def test_nonsense_limits_are_refused_in_words(limits: object) -> None:
    assert limits_problem(limits, known={"queue": 9.0}) != ""


def test_good_limits_are_no_problem() -> None:
    assert limits_problem({"queue": 4.5}, known={"queue": 9.0}) == ""


@pytest.mark.django_db
def test_an_account_refuses_nonsense_limits_at_their_field() -> None:
    account = make_account(limits={"queues:get": "fast"})

    with pytest.raises(ValidationError) as raised:
        account.full_clean()

    assert list(raised.value.message_dict) == ["limits"]
