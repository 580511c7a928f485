"""The table of moves."""

import pytest

from orders.status import AHEAD, NEXT, Status, Verdict, judge, sources

S = Status


def test_every_status_is_reachable_from_a_new_order() -> None:
    assert AHEAD[S.NEW] | {S.NEW} == set(Status)


def test_every_status_has_its_row_in_the_table() -> None:
    assert set(NEXT) == set(Status)


def test_canceled_and_returned_are_final() -> None:
    assert {status for status in Status if not NEXT[status]} == {S.CANCELED, S.RETURNED}


def test_what_has_shipped_can_no_longer_be_canceled() -> None:
    assert sources(S.CANCELED) == {S.NEW, S.PAYMENT_OVERDUE, S.APPROVED, S.INVOICED, S.SHIPPING_ARRANGED}


@pytest.mark.parametrize("target", Status)
def test_sources_are_the_transpose_of_the_table(target: Status) -> None:
    assert sources(target) == {status for status in Status if target in NEXT[status]}


@pytest.mark.parametrize(
    ("held", "told", "verdict"),
    [
        (S.NEW, S.APPROVED, Verdict.FORWARD),
        (S.NEW, S.DELIVERED, Verdict.FORWARD),  # queues show only the current state
        (S.PAYMENT_OVERDUE, S.APPROVED, Verdict.FORWARD),  # a late payment
        (S.INVOICED, S.APPROVED, Verdict.BEHIND),  # the channel has not heard of our invoice yet
        (S.CANCELED, S.APPROVED, Verdict.BEHIND),  # our cancellation is on its way
        (S.DELIVERY_FAILED, S.SHIPPED, Verdict.FORWARD),  # a second attempt
        (S.DELIVERED, S.SHIPPED, Verdict.BEHIND),
        (S.SHIPPED, S.CANCELED, Verdict.IMPOSSIBLE),
        (S.CANCELED, S.SHIPPED, Verdict.IMPOSSIBLE),
        (S.APPROVED, S.APPROVED, Verdict.SAME),
    ],
)
def test_a_channels_word_is_judged_by_what_lies_ahead(held: Status, told: Status, verdict: Verdict) -> None:
    assert judge(held, told) is verdict
