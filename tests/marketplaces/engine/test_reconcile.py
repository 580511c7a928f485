"""Reconciling: what no queue and no poll shows is found, healed and written down, a few orders at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import differences, reconcile
from marketplaces.errors import Malformed, Rejected, Throttled, Unauthorized, Unavailable
from marketplaces.models import Account, Difference, InboundMessage
from marketplaces.outbound import push_channel
from orders.models import Order
from orders.snapshot import OrderSnapshot
from orders.status import Status
from orders.verbs import invoice
from tests.factories import WAREHOUSE, make_access_key, make_order, make_snapshot
from tests.fakes import Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

Kind = Difference.Kind
HOUR = timedelta(hours=1)


@pytest.fixture
def account(db: None) -> Account:
    return make_fake_account()


def quiet(account: Account, count: int = 1, **fields: object) -> list[Order]:
    """Orders that are open here and of which nothing was heard for half a day."""
    orders = [make_order(channel=account.channel, **fields) for _ in range(count)]
    Order.objects.update(changed_at=timezone.now() - 12 * HOUR)
    return orders


def there(order: Order, status: Status) -> OrderSnapshot:
    """The order as the marketplace has it."""
    return make_snapshot(code=order.code, status=status, updated_at=timezone.now() - HOUR)


def run(account: Account) -> reconcile.Reconciled:
    Account.objects.filter(pk=account.pk).update(reconcile_after=None)
    done = reconcile.reconcile(account.pk)
    assert done is not None
    return done


def found() -> list[tuple[str, str]]:
    return list(Difference.objects.order_by("pk").values_list("code", "kind"))


def test_a_cancellation_that_was_never_told_is_found_healed_and_written_down(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.CANCELED))

    done = run(account)

    order.refresh_from_db()
    assert order.status == Status.CANCELED
    assert (done.read, done.error) == (1, "")
    (difference,) = Difference.objects.all()
    assert (difference.code, difference.kind) == (order.code, Kind.CHANGED)
    assert difference.detail == "Aqui: Aprovado. No marketplace: Cancelado."


def test_what_is_the_same_there_leaves_no_trace(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.APPROVED))

    assert run(account).read == 1
    assert found() == []


def test_an_order_that_is_finished_or_changed_lately_is_not_doubted(account: Account, shop: Shop) -> None:
    quiet(account, status=Status.DELIVERED)
    make_order(channel=account.channel)
    make_order()

    assert run(account).read == 0
    assert shop.calls == []


def test_an_order_that_the_marketplace_does_not_know_is_told_once_a_week(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)

    run(account)
    run(account)
    assert found() == [(order.code, Kind.GONE)]

    Difference.objects.update(found_at=timezone.now() - timedelta(days=8))
    run(account)
    assert len(found()) == 2


def test_an_order_that_cannot_be_read_is_told(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.APPROVED))
    shop.next[f"read {order.code}"].append(Malformed("items: there is none"))

    run(account)

    assert found() == [(order.code, Kind.UNREADABLE)]


def test_what_was_told_and_is_not_shown_there_is_written_down(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.APPROVED))
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    push_channel(account.channel)
    Order.objects.update(changed_at=timezone.now() - 12 * HOUR)

    run(account)

    order.refresh_from_db()
    assert order.status == Status.INVOICED
    assert found() == [(order.code, Kind.BEHIND)]


def test_what_is_still_to_be_told_is_no_difference(account: Account, shop: Shop) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.APPROVED))
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    Order.objects.update(changed_at=timezone.now() - 12 * HOUR)

    run(account)

    assert found() == []


def test_each_run_is_small_and_the_next_one_goes_on(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "ORDERS", 4)
    orders = quiet(account, count=10)
    shop.knows(*(there(order, Status.APPROVED) for order in orders))

    assert [run(account).read for _ in range(3)] == [4, 4, 2]

    Order.objects.update(changed_at=timezone.now() - 12 * HOUR)
    assert run(account).read == 4  # from the beginning


def test_runs_keep_their_distance_and_two_workers_do_not_meet(account: Account, shop: Shop) -> None:
    quiet(account)

    assert reconcile.due_accounts() == [account.pk]
    assert reconcile.reconcile(account.pk) is not None
    assert reconcile.due_accounts() == []
    assert reconcile.reconcile(account.pk) is None


def test_a_walk_through_all_is_begun_once_an_hour(account: Account, shop: Shop) -> None:
    run(account)

    left = Account.objects.get().reconcile_after - timezone.now()
    assert timedelta(minutes=59) < left <= HOUR


@pytest.mark.parametrize("error", [Unavailable("HTTP 503"), Throttled("Our own limit.", seconds=9)])
def test_a_marketplace_that_cannot_answer_is_asked_the_same_again(
    account: Account, shop: Shop, error: Exception
) -> None:
    (order,) = quiet(account)
    shop.knows(there(order, Status.CANCELED))
    shop.next["read"].append(error)

    assert run(account).error == error.detail  # type: ignore[attr-defined]
    assert Account.objects.get().reconciled_at is None
    assert found() == []

    run(account)
    assert found() == [(order.code, Kind.CHANGED)]


def test_a_paused_account_is_left_alone_and_refused_credentials_pause_it(account: Account, shop: Shop) -> None:
    quiet(account)
    shop.always["read"] = Unauthorized("Invalid access_token.")

    run(account)

    assert Account.objects.get().pause_reason == Account.Pause.UNAUTHORIZED
    Account.objects.update(reconcile_after=None)
    assert reconcile.reconcile(account.pk) is None


def test_one_refused_read_does_not_stop_the_others(account: Account, shop: Shop) -> None:
    orders = quiet(account, count=5)
    shop.knows(*(there(order, Status.CANCELED) for order in orders))
    shop.next[f"read {orders[0].code}"].append(Rejected("Not of this shop."))

    run(account)

    assert sorted(kind for _, kind in found()) == [Kind.CHANGED] * 4 + [Kind.GONE]


@pytest.fixture
def lister(db: None) -> Account:
    return make_fake_account(connector="poller")


def test_a_listed_order_that_never_came_is_received(lister: Account) -> None:
    lost = make_snapshot(placed_at=timezone.now() - 5 * HOUR, updated_at=timezone.now() - 5 * HOUR)
    shop_of(lister).knows(lost)

    run(lister)

    assert Order.objects.get().code == lost.code
    assert InboundMessage.objects.get().external_id == lost.code
    assert found() == [(lost.code, Kind.MISSING)]


def test_an_order_that_was_placed_just_now_may_still_be_on_its_way(lister: Account) -> None:
    shop_of(lister).knows(make_snapshot(placed_at=timezone.now() - timedelta(minutes=5)))

    run(lister)

    assert found() == []


def test_a_listed_order_that_is_further_there_is_read_however_lately_it_changed(lister: Account) -> None:
    order = make_order(channel=lister.channel, placed_at=timezone.now() - 3 * HOUR)
    shop_of(lister).knows(
        make_snapshot(
            code=order.code, status=Status.CANCELED, placed_at=order.placed_at, updated_at=timezone.now() - HOUR
        )
    )

    run(lister)

    assert found() == [(order.code, Kind.CHANGED)]


def test_more_lost_orders_than_one_run_reads_are_left_for_the_next(
    lister: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "ORDERS", 2)
    shop_of(lister).knows(*(make_snapshot(placed_at=timezone.now() - 5 * HOUR) for _ in range(7)))

    assert [len(run(lister).differences) for _ in range(3)] == [4, 3, 0]


def test_a_list_that_cannot_be_had_does_not_stop_the_walk(lister: Account) -> None:
    (order,) = quiet(lister)
    shop = shop_of(lister)
    shop.knows(there(order, Status.CANCELED))
    shop.always["listed"] = Unavailable("HTTP 503")

    assert run(lister).error == "HTTP 503"

    assert found() == [(order.code, Kind.CHANGED)]
    assert Account.objects.get().reconciled_at is None


def test_what_was_found_long_ago_is_forgotten(account: Account, shop: Shop) -> None:
    quiet(account)
    run(account)
    assert differences.forget_old() == 0

    Difference.objects.update(found_at=timezone.now() - timedelta(days=91))

    assert differences.forget_old() == 1
