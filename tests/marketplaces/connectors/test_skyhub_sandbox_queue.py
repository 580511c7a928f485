"""Draining the sandbox's SkyHub: every oddity, every fault, under its real limits."""

import time

import pytest

from marketplaces import loop
from marketplaces.errors import Throttled, Unavailable
from orders.status import Status
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.skyhub_sandbox import acknowledge, adapter_at, drain, fault, paid, push, updates_of

pytestmark = pytest.mark.django_db


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
