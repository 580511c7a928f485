"""The connector against the sandbox's SkyHub: real HTTP, real rate limits, and a ledger of what SkyHub saw."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from marketplaces import loop
from marketplaces.adapter import Fetched, Outgoing
from marketplaces.connection import connect
from marketplaces.connectors.skyhub.adapter import SkyHub
from marketplaces.errors import (
    AlreadyApplied,
    MarketplaceError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
)
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import make_account
from tests.marketplaces.wire import make_shipment, make_update

pytestmark = pytest.mark.django_db


def adapter_at(sandbox: SandboxClient, *, hurried: bool = True, **credentials: str) -> SkyHub:
    """The adapter as the engine makes it: shared limiter, shared client, the account's credentials."""
    known = sandbox.credentials
    account = make_account(
        base_url=sandbox.url,
        limits=dict.fromkeys(SkyHub.limits, 1000.0) if hurried else {},
        credentials={
            "email": known["email"],
            "api_key": known["api_key"],
            "account_manager_key": known["accountmanager_key"],
            **credentials,
        },
    )
    adapter = connect(account, patience=20)
    assert isinstance(adapter, SkyHub)
    return adapter


def drain(adapter: SkyHub) -> list[Fetched]:
    async def all_of_it() -> list[Fetched]:
        return [fetched async for fetched in adapter.fetch("")]

    return loop.run(all_of_it(), timeout=60)


def acknowledge(adapter: SkyHub, fetched: list[Fetched]) -> None:
    for one in fetched:
        loop.run(adapter.acknowledge(one.receipt), timeout=30)


def push(adapter: SkyHub, update: Outgoing) -> str:
    return loop.run(adapter.push(update), timeout=60)


def paid(sandbox: SandboxClient, **spec: Any) -> tuple[str, str]:
    """A paid order of two units of one SKU: its code, and the SKU."""
    order = sandbox.create_order(items=[{"id": "SKU-1", "qty": 2, "original_price": 10.0}], **spec)
    sandbox.pay(order["code"])
    return order["code"], "SKU-1"


def updates_of(code: str, sku: str) -> dict[str, Outgoing]:
    shipment = make_shipment(items=((sku, 2),))
    # The sandbox was paid a moment ago, so nothing about the order is older than that.
    invoice = make_update("INVOICED").invoice
    return {
        kind: make_update(
            kind, code=code, approved_at=None, invoice=invoice, shipment=shipment if kind == "SHIPPED" else None
        )
        for kind in ("INVOICED", "SHIPPED", "DELIVERED", "DELIVERY_FAILED", "CANCELED")
    }


@contextmanager
def fault(sandbox: SandboxClient, action: str, **rule: Any) -> Iterator[None]:
    number = sandbox.fault(action, **rule)
    yield
    sandbox.remove_fault(number)


@pytest.fixture
def store(skyhub_sandbox: SandboxClient) -> SandboxClient:
    skyhub_sandbox.lift_limits()
    return skyhub_sandbox


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


def test_every_order_of_a_day_is_read(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    store.switch(quirk_rate=1.0, integers=True)
    sold = {order["code"]: order for order in store.create_orders(40)}
    for code in list(sold)[::2]:
        store.pay(code)

    fetched = drain(adapter)

    read = [one.snapshot for one in fetched if one.snapshot]
    assert len(fetched) == len(read) == 60
    assert {snapshot.code for snapshot in read} == set(sold)
    for snapshot in read:
        assert abs(snapshot.expected_total - snapshot.total) < 0.01
        assert snapshot.remote_code == snapshot.code.removeprefix(f"{snapshot.storefront}-")


@pytest.mark.parametrize(
    "quirk",
    [
        "special_price_absent", "special_price_zero", "same_sku_twice", "discount_null", "interest", "payments_empty",
        "email_null", "email_invalid", "email_from_cpf", "single_name", "no_phone", "dirty_phones", "born_unknown",
        "masked_cpf", "street_newline", "no_number", "padded_number", "complement_null_text",
        "complement_not_informed", "postcode_null", "region_unknown", "fraud_risk", "unknown_keys", "older_payload",
        "no_available_to_sync", "float_noise",
    ],
)  # fmt: skip
def test_every_oddity_of_a_payload_is_read(store: SandboxClient, quirk: str) -> None:
    adapter = adapter_at(store)
    code = store.create_order(quirks=[quirk])["code"]
    store.pay(code)

    snapshot = loop.run(adapter.read(code), timeout=10).snapshot

    assert snapshot is not None
    assert snapshot.status is Status.APPROVED
    assert snapshot.expected_total == snapshot.total
    assert snapshot.masked is (quirk == "masked_cpf")


@pytest.mark.parametrize("withheld", ["absent", "placeholder"])
def test_the_buyer_is_masked_until_the_payment(store: SandboxClient, withheld: str) -> None:
    adapter = adapter_at(store)
    store.switch(withhold_address=withheld)
    code = store.create_order()["code"]

    before = loop.run(adapter.read(code), timeout=10).snapshot
    store.pay(code)
    after = loop.run(adapter.read(code), timeout=10).snapshot

    assert before is not None
    assert before.masked
    assert after is not None
    assert not after.masked
    assert after.shipping_address.street
    assert after.updated_at >= before.updated_at


@pytest.mark.parametrize("empty", ["204", "200-empty", "200-null", "200-object"])
def test_every_face_of_an_empty_queue_ends_the_drain(store: SandboxClient, empty: str) -> None:
    store.switch(empty_queue=empty)

    assert drain(adapter_at(store)) == []


@pytest.mark.parametrize("code", ["Lojas Americanas-1517940500554-01", "A/B & C-1", "Ação 50%-2", "Soma+-3"])
def test_any_code_finds_its_order(store: SandboxClient, code: str) -> None:
    adapter = adapter_at(store)
    store.create_order(code=code)
    store.pay(code)

    fetched = drain(adapter)
    acknowledge(adapter, fetched)
    push(adapter, updates_of(code, "x")["INVOICED"])

    assert {one.receipt for one in fetched} == {code}
    assert store.queue() == []
    assert store.effects(code)["invoiced"] == 1


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


@pytest.mark.parametrize("action", ["status", "drop", "garbage", "truncated"])
def test_a_queue_that_fails_is_unavailable(store: SandboxClient, action: str) -> None:
    adapter = adapter_at(store)
    store.create_order()

    with fault(store, action, method="GET"), pytest.raises(Unavailable):
        drain(adapter)

    store.advance(301)
    assert len(drain(adapter)) == 1


def test_a_body_cut_in_half_is_read_again_and_not_lost(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code = store.create_order()["code"]

    with fault(store, "malformed", path="queues", count=1):
        (fetched,) = drain(adapter)

    assert fetched.snapshot is not None
    assert fetched.receipt == code


def test_a_raw_body_that_is_no_order_is_kept_and_the_drain_goes_on(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    store.create_order(raw='{"code": "Submarino-1", "items": "nenhum"}', code="Submarino-1")
    store.create_order(raw="nada disso", code="Submarino-2")
    good = store.create_order()["code"]

    poison, nameless, fetched = drain(adapter)
    acknowledge(adapter, [one for one in (poison, nameless, fetched) if one.receipt])

    assert poison.problem.startswith("items: ")
    assert nameless.raw == "nada disso"
    assert nameless.receipt == ""
    assert fetched.receipt == good
    assert [entry["code"] for entry in store.queue()] == ["Submarino-2"]


def test_acknowledging_twice_is_no_error_and_takes_one_entry_each(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code, _ = paid(store)  # placed and paid: queued twice

    fetched = drain(adapter)
    acknowledge(adapter, [*fetched, fetched[0]])

    assert [one.receipt for one in fetched] == [code, code]
    assert store.queue() == []


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


def test_skyhubs_own_limits_are_never_reached(skyhub_sandbox: SandboxClient) -> None:
    adapter = adapter_at(skyhub_sandbox, hurried=False)
    skyhub_sandbox.create_orders(12)
    start = time.monotonic()

    fetched = drain(adapter)
    acknowledge(adapter, fetched)
    for _ in range(3):
        loop.run(adapter.check(), timeout=10)

    assert len(fetched) == 12
    assert 429 not in {entry["status"] for entry in skyhub_sandbox.ledger()}
    assert time.monotonic() - start < 15


def test_a_full_window_is_told_apart_from_a_refusal(skyhub_sandbox: SandboxClient) -> None:
    adapter = adapter_at(skyhub_sandbox)
    with fault(skyhub_sandbox, "status", status=429), pytest.raises(Unavailable) as caught:
        drain(adapter)

    assert not isinstance(caught.value, Throttled)
    assert isinstance(caught.value, MarketplaceError)
