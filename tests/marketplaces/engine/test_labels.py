"""Labels are asked for when a shipment is arranged, fetched by the outbox, and kept with the carrier's numbers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import backoff, receiving, registry
from marketplaces.adapter import Fetched, Outgoing
from marketplaces.by_hand import why_waiting
from marketplaces.capabilities import FetchesLabels, LabelFile
from marketplaces.errors import NotReady, Rejected, Unavailable, Unsupported
from marketplaces.models import Account
from marketplaces.outbound import push_channel
from orders.models import Actor, Attention, ChannelUpdate, Label, Order, OrderEvent
from orders.retention import anonymize
from orders.snapshot import Fulfillment
from orders.status import Status
from orders.verbs import arrange_shipping, ask_label, cancel
from tests.factories import WAREHOUSE, make_order, make_snapshot
from tests.fakes import FakeMarketplace, Shop
from tests.marketplaces.engine.conftest import make_fake_account, shop_of

Kind, State = ChannelUpdate.Kind, ChannelUpdate.State
PDF = LabelFile(
    content=b"%PDF-1", content_type="application/pdf", package="P1", tracking_code="AA1BR", carrier="Rapida"
)
FILES: list[LabelFile] = []
BEGUN: list[bool] = []


class Labeling(FetchesLabels, FakeMarketplace):
    async def labels(self, update: Outgoing) -> Sequence[LabelFile]:
        BEGUN.append(update.begun)
        await self.shop.call("labels")
        return FILES


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch) -> list[LabelFile]:
    monkeypatch.setitem(registry.CONNECTORS, "labeling", f"{__name__}.Labeling")
    FILES[:] = [PDF]
    BEGUN.clear()
    return FILES


@pytest.fixture
def account(db: None) -> Account:
    return make_fake_account(connector="labeling")


@pytest.fixture
def shop(account: Account) -> Shop:
    return shop_of(account)


@pytest.fixture
def order(account: Account) -> Order:
    return make_order(channel=account.channel, status=Status.INVOICED, needs_arranging=True)


def label_updates(order: Order) -> list[ChannelUpdate]:
    return list(order.updates.filter(kind=Kind.LABEL).order_by("seq"))


def arranged(account: Account, order: Order) -> Order:
    arrange_shipping(order, by=WAREHOUSE)
    push_channel(account.channel)
    order.refresh_from_db()
    return order


def try_again(account: Account) -> None:
    ChannelUpdate.objects.filter(state=State.PENDING).update(due_at=timezone.now() - timedelta(seconds=1))
    Account.objects.update(push_after=None)
    push_channel(account.channel)


def test_a_label_comes_by_itself_once_the_channel_has_taken_the_arrangement(account: Account, order: Order) -> None:
    arranged(account, order)

    label = Label.objects.get(order=order)
    assert (bytes(label.content or b""), label.package, label.tracking_code) == (b"%PDF-1", "P1", "AA1BR")
    assert order.trackings == [{"code": "AA1BR", "carrier": "Rapida", "method": "", "url": ""}]
    assert list(order.events.order_by("id").values_list("kind", flat=True)) == [
        "SHIPPING_ARRANGED",
        "LABEL_ASKED",
        "LABEL_RECEIVED",
    ]


def test_a_label_is_asked_for_in_the_transaction_of_the_arrangement(account: Account, shop: Shop, order: Order) -> None:
    shop.always["labels"] = Unavailable("HTTP 503")

    arranged(account, order)

    (update,) = label_updates(order)
    assert (update.state, update.lane) == (State.PENDING, "LABEL")
    assert order.updates.get(kind=Kind.SHIPPING_ARRANGED).state == State.SENT


def test_an_arrangement_that_failed_asks_for_no_label(account: Account, shop: Shop, order: Order) -> None:
    shop.next["push"].append(Rejected("no"))

    arranged(account, order)

    assert label_updates(order) == []


def test_who_makes_no_labels_is_not_asked_for_one(db: None) -> None:
    account = make_fake_account()
    order = arranged(account, make_order(channel=account.channel, status=Status.INVOICED, needs_arranging=True))

    assert order.updates.get().kind == Kind.SHIPPING_ARRANGED


def seen(account: Account, **fields: object) -> Order:
    """An order as the channel shows it, stored as a pull stores it."""
    snapshot = make_snapshot(**{"status": Status.SHIPPING_ARRANGED, **fields})
    fetched = Fetched(raw="{}", external_id=snapshot.code, snapshot=snapshot)
    receiving.store(account, [fetched], count=lambda stored: None, fence=lambda: None)
    return Order.objects.get(code=snapshot.code)


def test_a_shipment_arranged_at_the_marketplace_itself_gets_its_label_too(account: Account) -> None:
    order = seen(account)
    push_channel(account.channel)

    assert [update.state for update in label_updates(order)] == [State.SENT]
    assert Label.objects.filter(order=order).exists()


def test_a_label_is_asked_for_once_however_often_the_order_is_seen(account: Account) -> None:
    order = seen(account)
    for minutes in (1, 2):
        later = timezone.now() + timedelta(minutes=minutes)
        seen(account, code=order.code, updated_at=later, seen_at=later, carrier=f"Carrier {minutes}")

    assert len(label_updates(order)) == 1


def test_the_marketplaces_own_warehouse_needs_no_label_of_ours(account: Account) -> None:
    assert label_updates(seen(account, fulfillment=Fulfillment.MARKETPLACE)) == []


def test_tracking_codes_stay_when_the_channel_tells_none(account: Account) -> None:
    order = seen(account)
    push_channel(account.channel)
    later = timezone.now()
    seen(account, code=order.code, updated_at=later, seen_at=later, carrier="Another")

    order.refresh_from_db()
    assert (order.carrier, [tracking["code"] for tracking in order.trackings]) == ("Another", ["AA1BR"])


def test_what_an_attempt_has_begun_is_remembered_until_the_label_is_there(
    account: Account, order: Order, shop: Shop
) -> None:
    shop.next["labels"] += [
        NotReady("No tracking number yet.", seconds=1),
        NotReady("Asked for.", seconds=1, taken=True),
        Unavailable("Down."),
        NotReady("Being made.", seconds=1),
    ]
    arranged(account, order)

    for _again in range(4):
        try_again(account)

    assert BEGUN == [False, False, True, True, True]
    assert Label.objects.filter(order=order).exists()


def test_what_is_not_ready_is_asked_again_without_counting_and_says_why(
    account: Account, shop: Shop, order: Order
) -> None:
    shop.next["labels"].append(NotReady("The carrier has given no tracking number yet.", seconds=120))

    arranged(account, order)

    (update,) = label_updates(order)
    assert (update.state, update.attempts) == (State.PENDING, 0)
    assert timedelta(seconds=100) < update.due_at - timezone.now() <= timedelta(seconds=120)
    assert "The carrier has given no tracking number yet." in why_waiting(update)
    assert update.attempt_log.get().outcome == "NOT_READY"


def test_what_is_never_ready_needs_a_person_after_some_days(account: Account, shop: Shop, order: Order) -> None:
    shop.always["labels"] = NotReady("Not printed yet.", seconds=60)
    arranged(account, order)
    long_ago = timezone.now() - timedelta(seconds=backoff.GIVE_UP_AFTER + 1)
    order.updates.filter(kind=Kind.LABEL).update(trying_since=long_ago)

    try_again(account)

    (update,) = label_updates(order)
    assert (update.state, update.failure) == (State.FAILED, "EXHAUSTED")
    assert Attention.objects.get(order=order).reason == "UPDATE_FAILED"


def test_a_lost_attempt_is_not_read_back_but_fetched_again(account: Account, shop: Shop, order: Order) -> None:
    shop.next["labels"].append(Unavailable("HTTP 503"))
    arranged(account, order)
    order.updates.filter(kind=Kind.LABEL).update(lease_until=timezone.now() - timedelta(seconds=1))

    try_again(account)

    assert label_updates(order)[0].state == State.SENT
    assert "is_applied" not in shop.calls


def test_a_label_that_is_none_is_skipped_with_its_reason(account: Account, shop: Shop, order: Order) -> None:
    shop.next["labels"].append(Unsupported("The carrier has the parcel."))

    arranged(account, order)

    (update,) = label_updates(order)
    assert (update.state, update.last_error) == (State.SKIPPED, "The carrier has the parcel.")


def test_a_slow_label_holds_up_nothing_else_of_its_order(account: Account, shop: Shop, order: Order) -> None:
    shop.always["labels"] = NotReady("Not yet.", seconds=60)
    arranged(account, order)

    cancel(order, reason="sold out", by=WAREHOUSE)
    push_channel(account.channel)

    assert (order.code, "CANCELED") in shop.told
    assert label_updates(order)[0].state == State.SUPERSEDED


def test_arranged_anew_after_a_failed_pickup_an_order_gets_another_label(account: Account, order: Order) -> None:
    arranged(account, order)
    Order.objects.update(pickup_failed=True)

    arranged(account, order)

    assert [update.state for update in label_updates(order)] == [State.SENT, State.SENT]


def test_arranged_anew_while_its_label_is_waited_for_an_order_is_asked_about_once(
    account: Account, shop: Shop, order: Order
) -> None:
    shop.always["labels"] = NotReady("Not yet.", seconds=60)
    arranged(account, order)
    Order.objects.update(pickup_failed=True)

    arranged(account, order)

    assert [update.state for update in label_updates(order)] == [State.PENDING]
    assert not order.updates.filter(kind=Kind.SHIPPING_ARRANGED).exclude(state=State.SENT).exists()


def test_asked_for_again_a_label_takes_the_place_of_the_one_before(
    account: Account, order: Order, files: list[LabelFile]
) -> None:
    arranged(account, order)
    Label.objects.update(printed_at=timezone.now(), printed_by="ana")
    files[:] = [LabelFile(content=b"%PDF-2", content_type="application/pdf", package="P2", tracking_code="AA2BR")]

    ask_label(order, by=Actor.user("ana"))
    push_channel(account.channel)

    label = Label.objects.get(order=order)
    assert (label.package, bytes(label.content or b""), label.printed_at) == ("P2", b"%PDF-2", None)
    order.refresh_from_db()
    assert [tracking["code"] for tracking in order.trackings] == ["AA1BR", "AA2BR"]


def test_with_the_buyers_data_the_label_goes_too(account: Account, order: Order) -> None:
    arranged(account, order)

    anonymize([order.pk], by_name="retention")
    ask_label(order, by=Actor.user("ana"))
    push_channel(account.channel)

    label = Label.objects.get(order=order)
    assert (label.content, label.tracking_code) == (None, "AA1BR")
    assert order.events.filter(kind=OrderEvent.Kind.LABEL_RECEIVED).count() == 2
