"""The connector against the sandbox's SkyHub: real HTTP, real rate limits, and a ledger of what SkyHub saw."""

import pytest

from marketplaces import loop
from marketplaces.errors import (
    AlreadyApplied,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
)
from orders.status import Status
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.skyhub_sandbox import acknowledge, adapter_at, drain, fault, paid, push, updates_of
from tests.marketplaces.wire import make_shipment, make_update

pytestmark = pytest.mark.django_db


def test_an_order_travels_from_the_queue_to_its_delivery(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code = store.create_order(channel="Lojas Americanas", items=[{"id": "SKU-1", "qty": 2}])["code"]

    new = drain(adapter)
    acknowledge(adapter, new)
    store.pay(code)
    approved = drain(adapter)
    acknowledge(adapter, approved)
    updates = updates_of(code, "SKU-1")
    for kind in ("INVOICED", "SHIPPED", "DELIVERED"):
        assert push(adapter, updates[kind]).startswith("HTTP 201")
        assert loop.run(adapter.is_applied(updates[kind]), timeout=10)

    assert [f.snapshot.status for f in (*new, *approved) if f.snapshot] == [Status.NEW, Status.APPROVED]
    assert store.queue() == []
    effects = store.effects(code)
    assert (effects["invoiced"], effects["shipped"], effects["delivered"]) == (1, 1, 1)
    assert store.order(code)["status"]["type"] == "DELIVERED"
    assert {entry["status"] for entry in store.ledger()} <= {200, 201, 204}


@pytest.mark.parametrize("shape", ["documented", "error", "errors", "message", "empty"])
@pytest.mark.parametrize("wording", ["type", "code"])
def test_repeating_any_write_is_known_as_done(store: SandboxClient, shape: str, wording: str) -> None:
    adapter = adapter_at(store)
    store.switch(error_shape=shape, transition_wording=wording, two_step_cancel=False)
    code, sku = paid(store)
    updates = updates_of(code, sku)

    for kind in ("INVOICED", "SHIPPED", "DELIVERY_FAILED", "DELIVERED"):
        push(adapter, updates[kind])
        with pytest.raises(AlreadyApplied):
            push(adapter, updates[kind])
    with pytest.raises(AlreadyApplied):
        push(adapter, updates["INVOICED"])

    other, sku = paid(store)
    push(adapter, updates_of(other, sku)["CANCELED"])
    with pytest.raises(AlreadyApplied):
        push(adapter, updates_of(other, sku)["CANCELED"])
    with pytest.raises(Rejected):
        push(adapter, updates_of(other, sku)["INVOICED"])

    effects = store.effects(code)
    assert {effects[name] for name in ("invoiced", "shipped", "delivered", "exception_reported")} == {1}


def test_a_cancellation_waits_for_the_marketplaces_deadline(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code, sku = paid(store)
    acknowledge(adapter, drain(adapter))
    cancellation = updates_of(code, sku)["CANCELED"]

    answer = push(adapter, cancellation)
    assert "INDISPONÍVEL" in answer
    assert not loop.run(adapter.is_applied(cancellation), timeout=10)
    with pytest.raises(AlreadyApplied):
        push(adapter, cancellation)
    store.advance(400)

    (canceled,) = drain(adapter)
    assert canceled.snapshot is not None
    assert canceled.snapshot.status is Status.CANCELED
    assert store.effects(code)["cancel_requested"] == 1


@pytest.mark.parametrize("status_set", ["numeric", "extended"])
def test_an_account_with_its_own_statuses_is_understood(store: SandboxClient, status_set: str) -> None:
    adapter = adapter_at(store)
    store.switch(status_set=status_set, type_alias={"INVOICED": "INVOICE", "DELIVERED": "COMPLETE"})
    code, sku = paid(store)

    for kind in ("INVOICED", "SHIPPED", "DELIVERED"):
        push(adapter, updates_of(code, sku)[kind])

    snapshot = loop.run(adapter.read(code), timeout=10).snapshot
    assert snapshot is not None
    assert snapshot.status is Status.DELIVERED


def test_an_account_that_changes_its_codes_is_asked_again(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    loop.run(adapter._statuses(), timeout=10)
    store.switch(status_set="numeric")
    code, sku = paid(store)

    push(adapter, updates_of(code, sku)["INVOICED"])

    assert store.effects(code)["invoiced"] == 1


@pytest.mark.parametrize("action", ["apply-then-500", "truncated"])
@pytest.mark.parametrize("kind", ["INVOICED", "SHIPPED", "DELIVERED"])
def test_a_write_whose_answer_was_lost_is_found_by_reading_back(store: SandboxClient, action: str, kind: str) -> None:
    adapter = adapter_at(store)
    code, sku = paid(store)
    updates = updates_of(code, sku)
    for before in list(updates)[: list(updates).index(kind)]:
        push(adapter, updates[before])
    store.switch(write_status=201, error_shape="documented")

    with fault(store, action, method="POST"), pytest.raises(OutcomeUnknown):
        push(adapter, updates[kind])

    assert loop.run(adapter.is_applied(updates[kind]), timeout=10)
    with pytest.raises(AlreadyApplied):
        push(adapter, updates[kind])


def test_a_2xx_with_anything_in_it_is_success(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code, sku = paid(store)

    with fault(store, "garbage", method="POST"):
        push(adapter, updates_of(code, sku)["INVOICED"])
    store.switch(write_status=204)
    push(adapter, updates_of(code, sku)["SHIPPED"])

    assert store.order(code)["status"]["type"] == "SHIPPED"


def test_partial_shipments_move_the_order_with_the_last_one(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code, sku = paid(store)
    push(adapter, updates_of(code, sku)["INVOICED"])
    first = make_shipment(tracking_code="AA1", items=((sku, 1),))
    second = make_shipment(tracking_code="BB2", items=((sku, 1),), hand_over=2)

    partial = make_update("SHIPPED", code=code, shipment=first, shipping_complete=False)
    push(adapter, partial)
    assert store.order(code)["status"]["type"] == "INVOICED"
    assert loop.run(adapter.is_applied(partial), timeout=10)
    push(adapter, make_update("SHIPPED", code=code, shipment=second))

    assert store.order(code)["status"]["type"] == "SHIPPED"
    assert [shipment["code"] for shipment in store.order(code)["shipments"]] == [code, f"{code}-BB2"]


def test_wrong_credentials_are_unauthorized(store: SandboxClient) -> None:
    with pytest.raises(Unauthorized, match="HTTP 401"):
        loop.run(adapter_at(store, api_key="wrong").check(), timeout=10)
    store.switch(inactive=True)
    with pytest.raises(Unauthorized, match="inativa"):
        loop.run(adapter_at(store).check(), timeout=10)
