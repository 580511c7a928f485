"""Pollers: windows that overlap and end, a cursor that never runs ahead of what is committed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from django.utils import timezone

from marketplaces import drain, receiving
from marketplaces.errors import Unavailable
from marketplaces.inbound import pull
from marketplaces.models import Account
from marketplaces.windows import windows
from orders.models import Order
from orders.snapshot import OrderSnapshot
from tests.factories import make_snapshot
from tests.fakes import FakePoller, Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def account(db: None) -> Account:
    return make_fake_account(connector="poller")


@pytest.fixture
def shop(account: Account) -> Shop:
    return shop_of(account)


def updated(ago: timedelta) -> OrderSnapshot:
    return make_snapshot(updated_at=timezone.now() - ago)


def cursor_of(account: Account) -> datetime:
    return datetime.fromisoformat(Account.objects.get(pk=account.pk).cursor)


def test_windows_leave_no_gap_and_end_now() -> None:
    start = NOW - 10 * DAY

    found = list(windows(start.isoformat(), now=NOW, overlap=10 * MINUTE, longest=3 * DAY, look_back=DAY))

    assert found[0].start == start - 10 * MINUTE
    assert found[-1].end == NOW
    assert all(window.end - window.start <= 3 * DAY for window in found)
    assert all(later.start == earlier.end - 10 * MINUTE for earlier, later in pairwise(found))


def test_the_first_window_ever_looks_back() -> None:
    (window,) = windows("", now=NOW, overlap=MINUTE, longest=15 * DAY, look_back=DAY)

    assert (window.start, window.end) == (NOW - DAY - MINUTE, NOW)


def test_a_cursor_ahead_of_our_clock_asks_for_the_overlap() -> None:
    (window,) = windows((NOW + DAY).isoformat(), now=NOW, overlap=MINUTE, longest=DAY, look_back=DAY)

    assert (window.start, window.end) == (NOW - MINUTE, NOW)


def test_a_window_must_be_longer_than_its_overlap() -> None:
    with pytest.raises(ValueError, match="overlap"):
        list(windows("", now=NOW, overlap=DAY, longest=DAY, look_back=DAY))


def test_what_changed_is_listed_and_read_side_by_side(account: Account, shop: Shop) -> None:
    shop.knows(*(updated(ago=n * MINUTE) for n in range(1, 40)))
    shop.latency = 0.02

    pulled = pull(account)

    assert (pulled.created, pulled.error) == (39, "")
    assert cursor_of(account) == shop.asked[-1][1]


def test_the_next_pull_overlaps_the_last_one(account: Account, shop: Shop) -> None:
    pull(account)
    end = shop.asked[-1][1]
    late = make_snapshot(updated_at=end - 5 * MINUTE)
    shop.knows(late)

    pulled = pull(account)

    assert shop.asked[-1][0] == end - FakePoller.overlap
    assert pulled.created == 1


def test_catching_up_after_days_goes_window_by_window_and_shows_how_far_it_got(account: Account, shop: Shop) -> None:
    Account.objects.update(cursor=(timezone.now() - 5 * DAY).isoformat())
    orders = [updated(ago=n * DAY / 2) for n in range(1, 10)]
    shop.knows(*orders)
    shop.next["list"].extend([None, None, None, Unavailable("HTTP 503")])

    first = pull(account)
    reached = Account.objects.get().reached_at
    assert first.error == "HTTP 503"
    assert reached == shop.asked[-1][1] == cursor_of(account)
    assert 2 * DAY < timezone.now() - reached < 3 * DAY
    asked = len(shop.asked)

    second = pull(account)

    assert shop.asked[asked][0] == reached - FakePoller.overlap
    assert first.created + second.created == Order.objects.count() == len(orders)
    assert timezone.now() - Account.objects.get().reached_at < MINUTE


def test_an_order_that_cannot_be_read_now_keeps_the_cursor_before_its_window(account: Account, shop: Shop) -> None:
    orders = [updated(ago=n * MINUTE) for n in range(1, 30)]
    shop.knows(*orders)
    shop.next[f"read {orders[20].code}"].append(Unavailable("HTTP 500"))

    first = pull(account)

    # Two days back are three windows; the last one, where the orders are, was not drained.
    assert first.error == "HTTP 500"
    assert cursor_of(account) == shop.asked[-2][1] < min(order.updated_at for order in orders)
    pull(account)
    assert set(Order.objects.values_list("code", flat=True)) == {order.code for order in orders}


def test_the_cursor_stays_when_what_it_covers_cannot_be_committed(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.update(cursor=(timezone.now() - 10 * MINUTE).isoformat())
    before = cursor_of(account)
    shop.knows(updated(ago=MINUTE))

    def lose_the_database(*_: object) -> None:
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(receiving, "receive", lose_the_database)
    with pytest.raises(OperationalError):
        pull(account)

    assert cursor_of(account) == before


def test_an_order_that_cannot_be_stored_does_not_hold_up_the_cursor(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = updated(ago=MINUTE)
    shop.knows(updated(ago=2 * MINUTE), poison, updated(ago=3 * MINUTE))
    receive = receiving.receive

    def choke(channel: object, snapshots: list[OrderSnapshot]) -> object:
        if any(snapshot.code == poison.code for snapshot in snapshots):
            raise ValueError("poison")
        return receive(channel, snapshots)

    monkeypatch.setattr(receiving, "receive", choke)

    pulled = pull(account)

    assert (pulled.created, pulled.quarantined) == (2, 1)
    assert cursor_of(account) == shop.asked[-1][1]


def test_a_window_that_was_begun_is_finished_beyond_the_end_of_the_run(account: Account, shop: Shop) -> None:
    """Else a window with more orders than a run can read would be begun for ever."""
    Account.objects.update(cursor=(timezone.now() - 2 * DAY).isoformat())
    shop.knows(*(updated(ago=2 * DAY - n * MINUTE) for n in range(12)), updated(ago=MINUTE))
    shop.latency = 0.03

    pulled = pull(account, seconds=0.05)

    assert pulled.created == 12
    assert cursor_of(account) == shop.asked[0][1]
    assert len(shop.asked) == 1


def test_a_worker_that_ends_does_not_wait_for_the_window(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.knows(*(updated(ago=n * MINUTE) for n in range(1, 30)))
    monkeypatch.setattr(drain.stopping, "is_set", lambda: len(shop.calls) > 20)

    pull(account)

    assert cursor_of(account) < timezone.now() - FakePoller.overlap
    assert Order.objects.count() < 29
