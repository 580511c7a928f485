"""What the engine tells a connector about a fact."""

import pytest

from marketplaces.outgoing import outgoing
from orders.models import ChannelUpdate, ChannelUpdateAttempt
from orders.status import Status
from orders.verbs import arrange_shipping, cancel, ship
from tests.factories import WAREHOUSE, make_order


@pytest.mark.django_db
def test_each_shipment_knows_which_hand_over_of_its_order_it_is() -> None:
    order, other = (make_order(status=Status.INVOICED, items=[("A", 3)]) for _ in range(2))
    for serial, (shipped, units) in enumerate([(order, 1), (other, 1), (order, 1), (order, 1)]):
        ship(shipped, tracking_code=f"TR{serial}", items=[("A", units)], by=WAREHOUSE)

    updates = ChannelUpdate.objects.filter(kind=ChannelUpdate.Kind.SHIPPED).order_by("id")
    told = outgoing([update.pk for update in updates])

    hand_overs = [told[update.pk].shipment.hand_over for update in updates]
    assert hand_overs == [1, 1, 2, 3]
    assert [told[update.pk].shipping_complete for update in updates] == [False, False, False, True]


@pytest.mark.django_db
def test_how_shipping_was_to_be_arranged_reaches_the_connector() -> None:
    arrange_shipping(make_order(status=Status.INVOICED, needs_arranging=True), by=WAREHOUSE, choice={"address_id": "7"})

    update = ChannelUpdate.objects.get()

    assert outgoing([update.pk])[update.pk].choice == {"address_id": "7"}


@pytest.mark.django_db
@pytest.mark.parametrize(("items", "partial"), [([("A", 1)], True), ([], False)])
def test_a_cancellation_of_some_units_is_told_apart_from_one_of_the_order(
    items: list[tuple[str, int]], partial: bool
) -> None:
    cancel(make_order(status=Status.APPROVED, items=[("A", 3)]), reason="sem estoque", items=items, by=WAREHOUSE)

    update = ChannelUpdate.objects.get()

    assert outgoing([update.pk])[update.pk].partial is partial


@pytest.mark.django_db
def test_a_cancellation_says_how_many_units_are_canceled_by_now() -> None:
    order = make_order(status=Status.APPROVED, items=[("A", 3), ("B", 1)])
    cancel(order, reason="sem estoque", items=[("A", 1)], by=WAREHOUSE)
    cancel(order, reason="sem estoque", items=[("A", 1), ("B", 1)], by=WAREHOUSE)

    update = ChannelUpdate.objects.order_by("id").last()

    assert update is not None
    assert outgoing([update.pk])[update.pk].canceled == (("A", 2), ("B", 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("endings", "taken"),
    [
        ([], False),
        (["NOT_READY"], True),
        (["NOT_READY", "UNAVAILABLE"], True),
        (["NOT_READY", "REJECTED"], False),
        (["NOT_READY", "OUTCOME_UNKNOWN"], False),
        (["OUTCOME_UNKNOWN", "NOT_READY"], True),
    ],
)
def test_what_the_marketplace_said_it_took_is_told_apart_from_what_got_no_answer(
    endings: list[str], taken: bool
) -> None:
    cancel(make_order(status=Status.APPROVED), reason="sem estoque", by=WAREHOUSE)
    ChannelUpdate.objects.update(outcome_unknown=True)
    update = ChannelUpdate.objects.get()
    for ending in endings:
        ChannelUpdateAttempt.objects.create(update=update, outcome=ending, duration_ms=1)

    assert outgoing([update.pk])[update.pk].taken is taken
