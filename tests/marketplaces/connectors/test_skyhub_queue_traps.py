"""The traps that others fell into while draining SkyHub's queue (protocols/skyhub.md §7)."""

import asyncio
import json

import httpx
import pytest

from marketplaces.errors import MarketplaceError, Unavailable
from tests.marketplaces.connectors.skyhub import Store, drained, sample

CODE = "Lojas Americanas-281000000101"


def test_trap_1_orders_that_cannot_be_read_are_counted_acknowledgeable_and_never_end_the_drain() -> None:
    poison = [sample(code=f"Submarino-{n}", items=None) for n in range(5)]
    store = Store(*poison, sample())

    *unreadable, good = asyncio.run(drained(store.adapter()))

    assert [fetched.receipt for fetched in unreadable] == [order["code"] for order in poison]
    assert all(fetched.problem and fetched.snapshot is None for fetched in unreadable)
    assert good.snapshot is not None


def test_trap_1_a_body_that_nobody_can_acknowledge_does_not_spin_the_drain() -> None:
    store = Store(*[{"message": "sem pedido"}] * 50)

    (nameless,) = asyncio.run(drained(store.adapter()))

    assert nameless.receipt == ""
    assert nameless.problem
    assert len(store.requests) == 2


def test_trap_1_a_body_cut_off_on_its_way_is_read_again_before_it_counts_as_poison() -> None:
    cut = json.dumps(sample()).encode()[:300]
    store = Store(cut)
    store.orders[sample()["code"]] = sample()

    (fetched,) = asyncio.run(drained(store.adapter()))

    assert fetched.snapshot is not None
    assert fetched.receipt == sample()["code"]


@pytest.mark.parametrize("again", [httpx.Response(404), httpx.Response(503), httpx.Response(200, text="<html>")])
def test_trap_1_a_body_cut_off_is_not_acknowledged_while_the_order_cannot_be_read(again: httpx.Response) -> None:
    store = Store(json.dumps(sample()).encode()[:300])
    store.orders[sample()["code"]] = again

    (fetched,) = asyncio.run(drained(store.adapter()))

    assert fetched.problem
    assert fetched.external_id == sample()["code"]
    assert fetched.receipt == ""


def test_trap_1_a_body_broken_at_its_source_is_kept_and_acknowledged() -> None:
    broken = json.dumps(sample()).encode().replace(b'"qty": 3', b'"qty": tres')
    store = Store(broken)
    store.orders[sample()["code"]] = broken

    (fetched,) = asyncio.run(drained(store.adapter()))

    assert fetched.raw == broken.decode()
    assert fetched.problem
    assert fetched.receipt == sample()["code"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trap_2_an_outage_is_not_an_empty_queue(status: int) -> None:
    store = Store(sample(), httpx.Response(status))

    with pytest.raises(Unavailable):
        asyncio.run(drained(store.adapter()))


def test_trap_3_a_failed_acknowledgement_is_noticed() -> None:
    for status in (400, 500):
        store = Store()
        store.answers.append(httpx.Response(status))

        with pytest.raises(MarketplaceError):
            asyncio.run(store.adapter().acknowledge(CODE))


def test_trap_4_an_unknown_status_neither_stops_the_drain_nor_moves_the_order() -> None:
    unknown = sample(status={"code": "em_orbita", "label": "Em órbita", "type": "ORBITING"})
    store = Store(unknown, sample("seed_example"))

    first, second = asyncio.run(drained(store.adapter()))

    assert first.snapshot is not None
    assert first.snapshot.status is None
    assert first.snapshot.channel_status == "em_orbita (Em órbita)"
    assert first.receipt
    assert second.snapshot is not None


def test_trap_19_acknowledging_what_is_not_in_the_queue_is_no_error() -> None:
    store = Store()
    store.refuse("Pedido não está na fila", status=404)

    asyncio.run(store.adapter().acknowledge(CODE))

    assert [method for method, _, _ in store.writes] == ["DELETE"]
