"""push_channel: every fact is told once, in order per order, and every error has its one consequence."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketplaces import backoff, outbound, outbox, sending, statements
from marketplaces.errors import (
    AlreadyApplied,
    Malformed,
    NotReady,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
)
from marketplaces.lease import Held, turn
from marketplaces.models import Account, Turn
from marketplaces.outbound import push_channel
from orders.models import Attention, ChannelUpdate, ChannelUpdateAttempt, Order, OrderEvent
from orders.status import Status
from orders.verbs import answer_cancel_request, cancel, deliver, fail_delivery, invoice, ship
from tests.factories import WAREHOUSE, make_access_key, make_order
from tests.fakes import Shop

State = ChannelUpdate.State


@pytest.fixture
def order(account: Account) -> Order:
    return make_order(channel=account.channel)


def invoiced(account: Account) -> Order:
    order = make_order(channel=account.channel)
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    return order


def the_update() -> ChannelUpdate:
    return ChannelUpdate.objects.get()


def make_due() -> None:
    """Every pending update's waiting is over."""
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    Account.objects.update(push_after=None)


def backlog(account: Account, size: int, **fields: object) -> None:
    """Invoices of so many orders, each to be told."""
    kind, at = OrderEvent.Kind.INVOICED, timezone.now() - timedelta(hours=1)
    orders = Order.objects.bulk_create(
        Order(channel=account.channel, code=f"{fields}-{number}", placed_at=at, total=1, status=Status.INVOICED)
        for number in range(size)
    )
    events = OrderEvent.objects.bulk_create(
        OrderEvent(order=order, kind=kind, before="APPROVED", after="INVOICED", by_kind="SYSTEM", data={})
        for order in orders
    )
    ChannelUpdate.objects.bulk_create(
        ChannelUpdate(
            order=event.order, channel=account.channel, event=event, seq=1, lane="FULFILLMENT", kind=kind, due_at=at,
            **fields,
        )
        for event in events
    )  # fmt: skip


def blocks_read_by_a_claim(account: Account, *, limit: int) -> int:
    with connection.cursor() as cursor:
        values = {"channel": account.channel_id, "limit": limit, "lease": 90}
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statements.CLAIM}", values)
        ((explained,),) = cursor.fetchall()
    plan = explained[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_a_backlog_after_a_quiet_hour_is_claimed_as_cheaply_as_any_other(account: Account) -> None:
    backlog(account, 2_000, state=State.SENT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_channelupdate")  # nothing is open, say the statistics from now on
    backlog(account, 2_000)

    assert blocks_read_by_a_claim(account, limit=50) < 50 * 40


def test_an_order_is_told_in_the_order_of_its_facts_in_one_run(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    deliver(order, by=WAREHOUSE)

    pushed = push_channel(account.channel)

    assert pushed[State.SENT] == 3
    assert [kind for _, kind in shop.told] == ["INVOICED", "SHIPPED", "DELIVERED"]
    assert not ChannelUpdate.objects.exclude(state=State.SENT).exists()


def test_many_orders_are_told_each_in_its_own_order(account: Account, shop: Shop) -> None:
    orders = [invoiced(account) for _ in range(20)]
    for order in orders:
        ship(order, tracking_code="BR1", by=WAREHOUSE)
    shop.latency = 0.005

    push_channel(account.channel)

    for order in orders:
        assert [kind for code, kind in shop.told if code == order.code] == ["INVOICED", "SHIPPED"]


def test_an_attempt_is_logged_with_its_outcome(account: Account, shop: Shop) -> None:
    invoiced(account)

    push_channel(account.channel)

    attempt = ChannelUpdateAttempt.objects.get()
    assert (attempt.outcome, attempt.detail) == ("SENT", "OK")
    assert the_update().attempts == 1


def test_an_unreadable_answer_is_read_back(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    shop.next["answer"].append(Malformed("what?"))  # taken there, answered with a proxy's page

    push_channel(account.channel)
    assert (the_update().state, the_update().outcome_unknown) == (State.PENDING, True)
    make_due()
    push_channel(account.channel)

    assert the_update().state == State.SENT
    assert len(shop.told) == 1


def test_answers_that_stay_unreadable_need_a_person(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    shop.always["is_applied"] = shop.always["push"] = Malformed("what?")

    for _ in range(sending.UNREADABLE):
        assert the_update().state == State.PENDING
        make_due()
        push_channel(account.channel)

    assert (the_update().state, the_update().failure) == (State.FAILED, "MALFORMED")
    assert Attention.objects.get(order=order).reason == "UPDATE_FAILED"


def test_a_failed_invoice_holds_back_its_shipment_and_needs_a_person(
    account: Account, shop: Shop, order: Order
) -> None:
    error = Rejected("HTTP 422: wrong key")
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    shop.next["push"].append(error)

    push_channel(account.channel)
    push_channel(account.channel)

    first, second = ChannelUpdate.objects.order_by("seq")
    assert (first.state, first.last_error) == (State.FAILED, error.detail)
    assert second.state == State.PENDING
    assert shop.told == []
    attention = Attention.objects.get(order=order)
    assert (attention.reason, attention.cleared_at) == ("UPDATE_FAILED", None)
    assert error.detail in attention.detail
    assert outbox.due_channels() == []  # nothing to ring for


def test_other_orders_flow_on_past_a_failed_one(account: Account, shop: Shop) -> None:
    for _ in range(3):
        invoiced(account)
    shop.next["push"].append(Rejected("no"))

    pushed = push_channel(account.channel)

    assert (pushed[State.FAILED], pushed[State.SENT]) == (1, 2)


def test_a_cancellation_overtakes_what_waits_in_another_lane(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    shop.next["push"].append(Unavailable("HTTP 503", retry_after=3600))
    push_channel(account.channel)
    Account.objects.update(push_after=None)
    order.refresh_from_db()

    cancel(order, reason="out of stock", by=WAREHOUSE)
    push_channel(account.channel)

    assert shop.told == [(order.code, "CANCELED")]
    assert ChannelUpdate.objects.get(kind="INVOICED").state == State.SUPERSEDED


def test_an_answer_to_the_buyer_does_not_wait_for_what_is_on_hold_in_another_lane(account: Account, shop: Shop) -> None:
    order = make_order(
        channel=account.channel,
        items=[("A", 2)],
        status=Status.INVOICED,
        hold_until=timezone.now() + timedelta(hours=1),
        cancel_requested_at=timezone.now(),
    )
    ship(order, tracking_code="BR1", items=[("A", 1)], by=WAREHOUSE)
    answer_cancel_request(order, accept=False, by=WAREHOUSE)

    push_channel(account.channel)

    assert [kind for _, kind in shop.told] == ["CANCEL_REJECTED"]
    assert ChannelUpdate.objects.get(kind="SHIPPED").state == State.PENDING


def test_an_update_that_is_superseded_while_it_is_sent_stays_so(account: Account, shop: Shop) -> None:
    """The cancellation commits while the invoice's call is on its way."""
    invoiced(account)
    (claim,) = outbox.claim(account.channel_id, limit=10)
    ChannelUpdate.objects.update(state=State.SUPERSEDED, lease_until=None)

    finished = outbox.finish([sending.Outcome(claim=claim, ending=sending.Ending.SENT, state=State.SENT)])

    assert finished == set()
    assert the_update().state == State.SUPERSEDED


def test_an_unknown_outcome_is_read_back_and_not_repeated(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["answer"].append(OutcomeUnknown("no answer"))  # taken there, unanswered
    push_channel(account.channel)
    assert (the_update().state, the_update().outcome_unknown) == (State.PENDING, True)

    make_due()
    push_channel(account.channel)

    assert the_update().state == State.SENT
    assert len(shop.told) == 1
    assert list(ChannelUpdateAttempt.objects.order_by("id").values_list("outcome", flat=True)) == [
        "OUTCOME_UNKNOWN",
        "ALREADY_APPLIED",
    ]


def test_what_was_taken_is_asked_about_until_it_is_decided(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["answer"].append(NotReady("Being checked.", seconds=20, taken=True))
    shop.next["is_applied"].append(NotReady("Still being checked.", seconds=20, taken=True))

    for _attempt in range(3):
        push_channel(account.channel)
        make_due()

    assert (the_update().state, the_update().attempts) == (State.SENT, 1)
    assert len(shop.told) == 1


def test_what_was_taken_and_thrown_out_later_needs_a_person_and_can_be_told_anew(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(NotReady("Being checked.", seconds=20, taken=True))
    shop.next["is_applied"].append(Rejected("It was thrown out.", undone=True))
    for _attempt in range(2):
        push_channel(account.channel)
        make_due()
    assert (the_update().state, the_update().last_error) == (State.FAILED, "It was thrown out.")

    outbound.retry([the_update()], by=WAREHOUSE)
    push_channel(account.channel)

    assert the_update().state == State.SENT
    assert len(shop.told) == 1


def test_an_unknown_outcome_that_had_not_arrived_is_sent_again(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(OutcomeUnknown("connection reset"))
    push_channel(account.channel)
    make_due()

    push_channel(account.channel)

    assert shop.calls.count("is_applied") == 1
    assert (the_update().state, len(shop.told)) == (State.SENT, 1)


def test_while_reading_back_fails_nothing_is_sent(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["answer"].append(OutcomeUnknown("no answer"))
    shop.always["is_applied"] = Unavailable("HTTP 503")
    for _ in range(3):
        push_channel(account.channel)
        make_due()

    assert len(shop.told) == 1
    assert the_update().outcome_unknown


def test_a_worker_that_died_leaves_an_update_whose_outcome_is_unknown(account: Account, shop: Shop) -> None:
    invoiced(account)
    assert len(outbox.claim(account.channel_id, limit=10)) == 1
    assert outbox.claim(account.channel_id, limit=10) == []  # leased

    ChannelUpdate.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    push_channel(account.channel)

    assert shop.calls[0] == "is_applied"
    assert (the_update().state, the_update().attempts) == (State.SENT, 2)


def test_a_worker_that_slept_through_its_lease_changes_nothing(account: Account, shop: Shop) -> None:
    invoiced(account)
    (slept,) = outbox.claim(account.channel_id, limit=1)
    ChannelUpdate.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (awake,) = outbox.claim(account.channel_id, limit=1)

    outcome = sending.Outcome(claim=slept, ending=sending.Ending.REJECTED, state=State.FAILED, failure="REJECTED")
    assert outbox.finish([outcome]) == set()
    sent = sending.Outcome(claim=awake, ending=sending.Ending.SENT, state=State.SENT)
    assert outbox.finish([sent]) == {awake.id}
    assert the_update().state == State.SENT
    assert not Attention.objects.exists()


def test_unavailable_is_postponed_by_backoff(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(Unavailable("HTTP 503: maintenance"))

    push_channel(account.channel)

    update = the_update()
    assert (update.state, update.attempts, update.last_error) == (State.PENDING, 1, "HTTP 503: maintenance")
    assert timezone.now() - timedelta(seconds=1) < update.due_at < timezone.now() + timedelta(seconds=backoff.STEPS[0])


def test_a_named_time_is_honored_for_the_update_and_the_whole_account(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(Unavailable("HTTP 429", retry_after=600))
    push_channel(account.channel)
    invoiced(account)

    push_channel(account.channel)

    assert shop.calls.count("push") == 1
    assert ChannelUpdate.objects.earliest("id").due_at > timezone.now() + timedelta(seconds=590)
    assert Account.objects.get().push_after > timezone.now() + timedelta(seconds=590)
    assert outbox.due_channels() == []


def test_a_marketplace_that_fails_again_and_again_is_left_alone_then_probed_with_one_call(
    account: Account, shop: Shop
) -> None:
    for _ in range(outbound.FAILURES_IN_A_ROW):
        invoiced(account)
    shop.always["push"] = Unavailable("HTTP 500")
    push_channel(account.channel)
    assert Account.objects.get().push_after > timezone.now()
    calls = len(shop.calls)

    Account.objects.update(push_after=timezone.now() - timedelta(seconds=1))
    ChannelUpdate.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    push_channel(account.channel)
    assert len(shop.calls) == calls + 1

    shop.always.clear()
    Account.objects.update(push_after=timezone.now() - timedelta(seconds=1))
    ChannelUpdate.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    push_channel(account.channel)
    assert Account.objects.get().push_after is None
    assert not ChannelUpdate.objects.exclude(state=State.SENT).exists()


def test_giving_up_is_a_matter_of_age(account: Account, shop: Shop) -> None:
    order = invoiced(account)
    shop.always["push"] = Unavailable("HTTP 500: still")
    push_channel(account.channel)
    ChannelUpdate.objects.update(trying_since=timezone.now() - timedelta(seconds=backoff.GIVE_UP_AFTER + 60))
    make_due()

    push_channel(account.channel)

    update = the_update()
    assert (update.state, update.failure) == (State.FAILED, "EXHAUSTED")
    assert Attention.objects.filter(order=order, reason="UPDATE_FAILED", cleared_at=None).exists()


def test_an_old_update_that_was_never_tried_is_not_given_up(account: Account, shop: Shop) -> None:
    """A hold, a pause or a long outage of ours before the first attempt does not count."""
    invoiced(account)
    month_ago = timezone.now() - timedelta(days=30)
    ChannelUpdate.objects.update(created_at=month_ago, due_at=month_ago)
    shop.next["push"].append(Unavailable("HTTP 500"))

    push_channel(account.channel)

    assert the_update().state == State.PENDING


def test_a_limit_of_ours_gives_the_attempt_back(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(Throttled("limit", seconds=30))

    push_channel(account.channel)

    update = the_update()
    assert (update.state, update.attempts, update.trying_since) == (State.PENDING, 0, None)
    assert update.due_at > timezone.now() + timedelta(seconds=25)
    assert not ChannelUpdateAttempt.objects.exists()


def test_a_turn_that_comes_soon_is_waited_for_in_the_same_run(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].extend([Throttled("limit", seconds=0.1)] * 2)

    assert push_channel(account.channel)[State.SENT] == 1
    assert the_update().attempts == 1


def test_refused_credentials_pause_the_account_and_give_the_attempt_back(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.always["push"] = Unauthorized("HTTP 401: invalid token")

    push_channel(account.channel)

    account.refresh_from_db()
    assert (account.pause_reason, account.pause_detail) == ("UNAUTHORIZED", "HTTP 401: invalid token")
    assert (the_update().state, the_update().attempts) == (State.PENDING, 0)
    assert outbox.due_channels() == []
    shop.always.clear()
    account.resume()
    assert push_channel(account.channel)[State.SENT] == 1


def test_what_the_marketplace_knows_already_counts_as_sent(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].append(AlreadyApplied("it is invoiced"))

    push_channel(account.channel)

    assert the_update().state == State.SENT


def test_what_the_marketplace_has_no_call_for_is_skipped_visibly(account: Account, shop: Shop, order: Order) -> None:
    Order.objects.update(status=Status.SHIPPED)
    order.refresh_from_db()
    fail_delivery(order, reason="nobody at home", by=WAREHOUSE)

    push_channel(account.channel)

    assert the_update().state == State.SKIPPED
    assert the_update().last_error == "There is no call for that."


def test_a_bug_in_a_connector_postpones_its_update_and_stops_no_other(account: Account, shop: Shop) -> None:
    for _ in range(3):
        invoiced(account)
    shop.next["push"].append(ZeroDivisionError("oops"))

    pushed = push_channel(account.channel)

    assert (pushed[State.PENDING], pushed[State.SENT]) == (1, 2)
    update = ChannelUpdate.objects.get(state=State.PENDING)
    assert "oops" in update.last_error
    assert update.outcome_unknown


def test_nothing_is_sent_before_it_is_due(account: Account, shop: Shop, order: Order) -> None:
    Order.objects.update(hold_until=timezone.now() + timedelta(hours=1), status=Status.INVOICED)
    order.refresh_from_db()
    ship(order, tracking_code="BR1", by=WAREHOUSE)

    push_channel(account.channel)
    assert shop.calls == []

    make_due()
    push_channel(account.channel)
    assert [kind for _, kind in shop.told] == ["SHIPPED"]


def test_a_paused_account_sends_nothing(account: Account, shop: Shop) -> None:
    invoiced(account)
    account.pause(Account.Pause.MANUAL)

    assert not push_channel(account.channel)
    assert shop.calls == []
    assert outbox.due_channels() == []


def test_a_channel_without_account_waits(account: Account) -> None:
    order = invoiced(account)
    account.delete()

    assert not push_channel(order.channel)
    assert the_update().state == State.PENDING


def test_an_update_that_waited_too_long_for_a_free_place_is_given_back(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent late, its call could outlive the lease."""
    invoiced(account)
    monkeypatch.setattr(sending, "WAIT_SECONDS", -1)

    pushed = push_channel(account.channel, seconds=0.1)

    assert shop.calls == []
    assert pushed[State.PENDING] > 0
    assert the_update().attempts == 0


def test_an_attempt_that_hangs_is_broken_off_before_its_lease_ends(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoiced(account)
    shop.latency = 5
    monkeypatch.setattr(sending, "ATTEMPT_SECONDS", 0.05)

    push_channel(account.channel)

    assert (the_update().state, the_update().outcome_unknown) == (State.PENDING, True)


def test_success_clears_the_attention_and_lets_the_next_one_go(account: Account, shop: Shop, order: Order) -> None:
    invoice(order, access_key=make_access_key(), by=WAREHOUSE)
    ship(order, tracking_code="BR1", by=WAREHOUSE)
    shop.next["push"].append(Rejected("HTTP 422: unknown order"))
    push_channel(account.channel)

    assert outbound.retry(ChannelUpdate.objects.all(), by=WAREHOUSE) == 1
    push_channel(account.channel)

    assert [kind for _, kind in shop.told] == ["INVOICED", "SHIPPED"]
    assert Attention.objects.get().cleared_at is not None


def test_a_retry_that_is_only_postponed_leaves_the_attention_open(account: Account, shop: Shop) -> None:
    invoiced(account)
    shop.next["push"].extend([Rejected("no"), Unavailable("HTTP 503")])
    push_channel(account.channel)
    outbound.retry(ChannelUpdate.objects.all(), by=WAREHOUSE)

    push_channel(account.channel)

    assert Attention.objects.get().cleared_at is None


def test_one_pusher_per_channel_at_a_time(account: Account, shop: Shop) -> None:
    invoiced(account)

    with turn(f"push {account.channel_id}") as held:
        assert held is not None
        assert not push_channel(account.channel)
        assert the_update().state == State.PENDING

    assert push_channel(account.channel)


def test_a_killed_pusher_holds_its_turn_for_seconds_only(account: Account, shop: Shop) -> None:
    invoiced(account)
    Turn.objects.create(name=f"push {account.channel_id}", token=1, until=timezone.now() + timedelta(seconds=10))
    assert not push_channel(account.channel)

    Turn.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert push_channel(account.channel)


def test_who_lost_the_turn_finishes_what_it_claimed_and_claims_no_more(
    account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "RENEW_SECONDS", 0.0)
    monkeypatch.setattr(outbound, "CONNECTIONS", 1)
    for _ in range(6):
        invoiced(account)
    shop.latency = 0.05
    renew = Held.renew

    def lose(held: Held) -> bool:
        Turn.objects.filter(name=held.name).update(token=1, until=timezone.now() + timedelta(seconds=10))
        return renew(held)

    monkeypatch.setattr(Held, "renew", lose)

    push_channel(account.channel)

    states = list(ChannelUpdate.objects.values_list("state", flat=True))
    assert State.PENDING in states
    assert len(shop.told) == states.count(State.SENT)
