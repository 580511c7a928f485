"""However an order's messages are delayed, repeated and reordered, by however many writers: one end state."""

import dataclasses
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import stock
from orders.intake import receive
from orders.models import Channel, Order, OrderItem, StockItem
from orders.snapshot import Address, Buyer, Item, OrderSnapshot
from orders.status import NEXT, RESERVING, Status
from tests.factories import PLACED, make_channel, make_snapshot
from tests.orders.test_races import at_once

pytestmark = pytest.mark.django_db

COMPARED = [
    field.name
    for field in Order._meta.concrete_fields
    if field.name not in {"id", "channel", "created_at", "changed_at", "update_seq"}
]


@st.composite
def histories(draw: st.DrawFn) -> list[OrderSnapshot]:
    """What one order looks like at its channel, step by step: a legal path with changing details."""
    status, history, items = Status.NEW, [], draw(lines())
    code = f"Submarino-{draw(st.integers(10**12, 10**13 - 1))}"
    for minute in range(draw(st.integers(1, 6))):
        if minute and NEXT[status] and draw(st.booleans()):
            status = draw(st.sampled_from(sorted(NEXT[status])))
        if status in RESERVING and draw(st.booleans()):  # what has shipped or is canceled does not change any more
            items = draw(lines())
        history.append(draw(snapshots(code, status, minute, items)))
    return history


@st.composite
def lines(draw: st.DrawFn) -> tuple[Item, ...]:
    skus = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True))
    return tuple(Item(line=sku, sku=sku, quantity=draw(st.integers(1, 3)), unit_price=Decimal("1.00")) for sku in skus)


@st.composite
def snapshots(draw: st.DrawFn, code: str, status: Status, minute: int, items: tuple[Item, ...]) -> OrderSnapshot:
    masked = draw(st.booleans())
    return make_snapshot(
        code=code,
        status=draw(st.sampled_from([status, status, None])),
        channel_status=f"word-{minute}",
        updated_at=PLACED + timedelta(minutes=minute),
        seen_at=PLACED + timedelta(minutes=minute, seconds=1),
        storefront=draw(st.sampled_from(["", "Submarino", "Shoptime"])),
        masked=masked,
        buyer=Buyer(name="***" if masked else f"Comprador {minute}"),
        shipping_address=Address() if masked else Address(street=f"Rua {minute}"),
        items=items,
        total=Decimal(sum(item.quantity for item in items)) + 5,
    )


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[OrderSnapshot], list[list[OrderSnapshot]]]:
    """A history, and one way in which it may reach us: repeated, reordered and cut into batches."""
    history = draw(histories())
    repeated = history + draw(st.lists(st.sampled_from(history), max_size=6))
    shuffled = draw(st.permutations(repeated))
    cuts = sorted(draw(st.lists(st.integers(1, len(shuffled)), max_size=3, unique=True)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    return history, [batch for batch in batches if batch]


def state() -> dict[str, Any]:
    """Everything that the channel decides about the one order there is."""
    items = OrderItem.objects.order_by("line").values("line", "quantity", "quantity_shipped", "reserved", "consumed")
    return {
        "order": Order.objects.values(*COMPARED).get(),
        "items": list(items),
        "reserved": dict(StockItem.objects.filter(reserved__gt=0).values_list("sku", "reserved")),
    }


@contextmanager
def undone() -> Iterator[None]:
    """Each example starts from an empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(channel: Channel, batches: list[list[OrderSnapshot]]) -> dict[str, Any]:
    with undone():
        for batch in batches:
            receive(channel, batch)
        assert (stock.unsettled(), stock.miscounted()) == ([], [])
        return state()


@given(deliveries())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_of_an_orders_messages_ends_as_the_ordered_history_does(
    delivery: tuple[list[OrderSnapshot], list[list[OrderSnapshot]]],
) -> None:
    with undone():
        channel = make_channel()
        history, batches = delivery
        assert outcome(channel, batches) == outcome(channel, [[snapshot] for snapshot in history])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(8))
def test_several_writers_with_their_own_order_of_messages_end_in_one_state(seed: int) -> None:
    chance = random.Random(seed)
    channel = make_channel()
    histories_ = [
        [
            dataclasses.replace(first, updated_at=first.updated_at + timedelta(minutes=n), status=status)
            for n, status in enumerate(
                [Status.NEW, Status.APPROVED, Status.INVOICED, chance.choice([Status.SHIPPED, Status.CANCELED])]
            )
        ]
        for first in (make_snapshot() for _ in range(10))
    ]
    every = [snapshot for history in histories_ for snapshot in history]

    def write(messages: list[OrderSnapshot]) -> None:
        for start in range(0, len(messages), 7):
            receive(channel, messages[start : start + 7])

    writers = [chance.sample(every, len(every)) for _ in range(4)]
    outcomes = at_once(*[lambda messages=messages: write(messages) for messages in writers])

    assert outcomes == {"done": 4}
    found = dict(Order.objects.values_list("code", "status"))
    assert found == {history[-1].code: history[-1].status for history in histories_}
    assert (stock.unsettled(), stock.miscounted()) == ([], [])
