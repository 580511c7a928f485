"""pull: what a marketplace has comes in, whole, once, whatever breaks in between."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils import timezone

from marketplaces import drain, inbound, lease, receiving
from marketplaces.errors import Malformed, Throttled, Unauthorized, Unavailable
from marketplaces.inbound import pull
from marketplaces.models import Account, InboundMessage
from marketplaces.stopping import stopping
from orders.models import Order, OrderEvent
from orders.status import Status
from tests.factories import make_snapshot
from tests.fakes import FakeMarketplace, Shop


def test_a_queue_is_emptied_stored_and_acknowledged(account: Account, shop: Shop) -> None:
    snapshots = [make_snapshot() for _ in range(30)]
    shop.put(*snapshots)

    pulled = pull(account)

    assert (pulled.fetched, pulled.created, pulled.acknowledged, pulled.error) == (30, 30, 30, "")
    assert set(Order.objects.values_list("code", flat=True)) == {snapshot.code for snapshot in snapshots}
    assert shop.waiting == []


def test_an_empty_queue_costs_one_call(account: Account, shop: Shop) -> None:
    pulled = pull(account)

    assert shop.calls == ["fetch"]
    assert (pulled.fetched, pulled.error) == (0, "")


def test_the_raw_message_is_kept_and_the_event_names_it(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())

    pull(account)

    message = InboundMessage.objects.get()
    assert message.raw == next(iter(shop.readable))
    assert message.state == InboundMessage.State.APPLIED
    assert OrderEvent.objects.get().message_id == message.pk


def test_a_redelivery_changes_nothing_leaves_no_message_and_is_acknowledged(account: Account, shop: Shop) -> None:
    snapshot = make_snapshot()
    shop.put(snapshot)
    pull(account)
    shop.put(snapshot)

    pulled = pull(account)

    assert (pulled.unchanged, pulled.acknowledged) == (1, 1)
    assert InboundMessage.objects.count() == 1


def test_an_order_that_is_in_the_queue_twice_ends_in_its_newest_state(account: Account, shop: Shop) -> None:
    new = make_snapshot(status=Status.NEW)
    canceled = make_snapshot(code=new.code, status=Status.CANCELED, updated_at=new.updated_at + timedelta(hours=1))
    shop.put(new, canceled)

    pulled = pull(account)

    assert (pulled.fetched, shop.waiting) == (2, [])
    assert Order.objects.get().status == Status.CANCELED


def test_nothing_is_acknowledged_before_it_is_committed(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(make_snapshot())

    def lose_the_database(*_: Any) -> None:
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(receiving, "receive", lose_the_database)
    with pytest.raises(OperationalError):
        pull(account)

    assert "acknowledge" not in shop.calls
    assert not Order.objects.exists()


def test_a_crash_before_the_acknowledgement_only_means_that_it_comes_again(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())
    shop.always["acknowledge"] = Unavailable("connection reset")
    assert pull(account).acknowledged == 0
    assert Order.objects.count() == 1

    shop.always.clear()
    shop.end_leases()
    pulled = pull(account)

    assert (pulled.created, pulled.unchanged, shop.waiting) == (0, 1, [])
    assert Order.objects.count() == 1


def test_an_unreadable_message_is_quarantined_whole_and_the_drain_goes_on(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())
    shop.put_unreadable('{"code": "X-1", "items": []}', code="X-1", problem="items: there is none")
    shop.put(make_snapshot())

    pulled = pull(account)

    assert (pulled.created, pulled.quarantined, shop.waiting) == (2, 1, [])
    message = InboundMessage.objects.get(state=InboundMessage.State.QUARANTINED)
    assert (message.raw, message.external_id) == ('{"code": "X-1", "items": []}', "X-1")
    assert message.problem == "items: there is none"


def test_the_same_unreadable_message_is_quarantined_once_however_often_it_comes(account: Account, shop: Shop) -> None:
    for _ in range(3):
        shop.put_unreadable("{}", code="")
        pull(account)

    assert InboundMessage.objects.count() == 1


def test_garbage_that_postgresql_would_refuse_is_quarantined_too(account: Account, shop: Shop) -> None:
    shop.put_unreadable("\x00\ud800 what?", code="X\x00" * 100)

    assert pull(account).quarantined == 1


def test_an_order_that_cannot_be_stored_is_quarantined_with_the_reason_and_blocks_nobody(
    account: Account, shop: Shop
) -> None:
    poison = make_snapshot(storefront="S" * 500)
    others = [make_snapshot() for _ in range(10)]
    shop.put(*others[:5], poison, *others[5:])

    pulled = pull(account)

    assert (pulled.created, pulled.quarantined, shop.waiting) == (10, 1, [])
    message = InboundMessage.objects.get(state=InboundMessage.State.QUARANTINED)
    assert message.external_id == poison.code
    assert "too long" in message.problem


def test_an_outage_is_not_an_empty_queue(account: Account, shop: Shop) -> None:
    pull(account)
    contact = Account.objects.get().last_pull_at
    shop.always["fetch"] = Unavailable("HTTP 503: maintenance")

    pulled = pull(account)

    account.refresh_from_db()
    assert pulled.error == account.last_error == "HTTP 503: maintenance"
    assert account.last_pull_at == contact


def test_what_came_before_an_outage_is_kept_and_the_next_good_pull_clears_the_error(
    account: Account, shop: Shop
) -> None:
    shop.put(*[make_snapshot() for _ in range(3)])
    shop.next["fetch"].extend([None, None, None, Unavailable("HTTP 502: bad gateway")])
    pulled = pull(account)
    assert (pulled.created, pulled.acknowledged, pulled.error) == (3, 3, "HTTP 502: bad gateway")

    pull(account)

    assert Account.objects.get().last_error == ""


def test_a_marketplace_that_names_a_time_is_left_alone_until_then(account: Account, shop: Shop) -> None:
    shop.always["fetch"] = Unavailable("HTTP 429: slow down", retry_after=120)

    pull(account)

    assert inbound.due_accounts("fake") == []
    assert Account.objects.get().pull_after > timezone.now() + timedelta(seconds=110)


def test_our_own_rate_limit_is_no_error_of_the_marketplace(account: Account, shop: Shop) -> None:
    shop.always["fetch"] = Throttled("limit", seconds=60)

    assert pull(account).error == "limit"
    assert Account.objects.get().last_error == ""


def test_refused_credentials_pause_the_account_with_the_reason(account: Account, shop: Shop) -> None:
    shop.always["fetch"] = Unauthorized("HTTP 401: invalid token")

    pull(account)

    account.refresh_from_db()
    assert account.is_paused
    assert (account.pause_reason, account.pause_detail) == ("UNAUTHORIZED", "HTTP 401: invalid token")
    assert inbound.due_accounts("fake") == []


def test_a_paused_account_is_not_pulled(account: Account, shop: Shop) -> None:
    account.pause(Account.Pause.MANUAL, detail="by Ana")

    assert pull(account).error != ""
    assert shop.calls == []


def test_resuming_lifts_the_pause_and_every_rest(account: Account) -> None:
    account.pause(Account.Pause.MANUAL)
    Account.objects.update(pull_after=timezone.now() + timedelta(hours=1), last_error="HTTP 503")

    account.resume()

    assert inbound.due_accounts("fake") == [account.pk]
    assert Account.objects.get().last_error == ""


def test_two_pulls_of_one_account_do_not_overlap(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())
    held = lease.take(account.pk)

    assert held is not None
    assert pull(account).fetched == 0
    held.give_back()
    assert pull(account).fetched == 1


def test_an_expired_lease_is_taken_over_and_its_holder_can_write_nothing_more(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was frozen for a minute wakes up in the middle of its drain."""
    shop.put(make_snapshot())
    take = drain.Drain.take
    thieves: list[lease.Lease | None] = []

    def take_slowly(self: drain.Drain, limit: int, *, wait: float) -> list[drain.Arrival] | None:
        batch = take(self, limit, wait=wait)
        thieves.append(steal_lease(account))
        return batch

    monkeypatch.setattr(drain.Drain, "take", take_slowly)
    pulled = pull(account)

    assert pulled.error != ""
    assert not Order.objects.exists()
    assert "acknowledge" not in shop.calls
    assert thieves[0] is not None
    thieves[0].keep()  # it is still the thief's


def steal_lease(account: Account) -> lease.Lease | None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE marketplaces_account SET lease_until = now() - interval '1 s'")
    return lease.take(account.pk)


def test_a_bug_in_a_connector_is_raised_and_shown_and_what_came_before_it_is_kept(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())
    shop.next["fetch"].extend([None, ZeroDivisionError("oops")])

    with pytest.raises(ZeroDivisionError):
        pull(account)

    account.refresh_from_db()
    assert "oops" in account.last_error
    assert account.lease_until is None
    assert (Order.objects.count(), shop.waiting) == (1, [])


def test_a_refused_acknowledgement_is_left_to_the_marketplace(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot(), make_snapshot())
    shop.next["acknowledge"].append(Malformed("what?"))

    pulled = pull(account)

    assert (pulled.created, pulled.acknowledged, pulled.error) == (2, 1, "")
    assert len(shop.waiting) == 1


def test_an_acknowledgement_that_our_limit_holds_up_is_sent_when_its_turn_comes(account: Account, shop: Shop) -> None:
    shop.put(make_snapshot())
    shop.next["acknowledge"].extend([Throttled("limit", seconds=0.01)] * 3)

    assert pull(account).acknowledged == 1


def test_an_acknowledgement_that_would_come_after_the_marketplaces_lease_is_not_sent(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could take a newer message of the same order out of the queue."""
    monkeypatch.setattr(drain, "TOO_LATE", 0)
    shop.put(make_snapshot())

    pulled = pull(account)

    assert (pulled.created, pulled.acknowledged) == (1, 0)
    assert "acknowledge" not in shop.calls


def test_no_more_is_fetched_than_can_be_acknowledged_in_time(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "WINDOW", 4)
    open_orders: list[int] = []
    shop.put(*[make_snapshot() for _ in range(40)])
    acknowledge = FakeMarketplace.acknowledge

    async def counting(self: FakeMarketplace, receipt: str) -> None:
        leased = sum(entry.leased for entry in self.shop.queue)
        open_orders.append(leased)
        await acknowledge(self, receipt)

    monkeypatch.setattr(FakeMarketplace, "acknowledge", counting)
    assert pull(account).acknowledged == 40

    # Every fetcher may have one more on its way when the window closes.
    assert max(open_orders) <= 4 + FakeMarketplace.fetchers


def test_a_run_ends_when_its_time_is_up_and_loses_nothing(account: Account, shop: Shop) -> None:
    shop.latency = 0.02
    shop.put(*[make_snapshot() for _ in range(1000)])

    pulled = pull(account, seconds=0.2)

    assert 0 < pulled.fetched < 1000
    assert pulled.acknowledged == pulled.created == pulled.fetched
    assert len(shop.waiting) == 1000 - pulled.fetched


def test_when_the_last_order_came_is_remembered(account: Account, shop: Shop) -> None:
    pull(account)
    assert Account.objects.get().last_order_at is None
    shop.put(make_snapshot())
    pull(account)

    assert Account.objects.get().last_order_at is not None


def test_a_process_that_is_asked_to_end_stops_soon_and_loses_nothing(account: Account, shop: Shop) -> None:
    shop.latency = 0.02
    shop.put(*[make_snapshot() for _ in range(1000)])
    soon = threading.Timer(0.2, stopping.set)
    soon.start()
    try:
        pulled = pull(account)
    finally:
        soon.join()
        stopping.clear()

    assert 0 < pulled.fetched < 1000
    assert pulled.acknowledged == pulled.created == pulled.fetched


def test_credentials_that_nobody_can_decrypt_are_shown_and_stop_no_other_account(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FIELD_ENCRYPTION_KEYS", [Fernet.generate_key().decode()])
    assert inbound.due_accounts("fake") == [account.pk]

    with pytest.raises(ImproperlyConfigured):
        pull(Account.objects.only("pk").get())

    shown = Account.objects.defer("credentials").get()
    assert "cannot be decrypted" in shown.last_error
    assert shown.lease_until is None
