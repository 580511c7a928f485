"""The traps that others fell into (protocols/skyhub.md §7), as far as the connector decides them."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.utils import translation

from marketplaces.errors import AlreadyApplied, OutcomeUnknown, Rejected, Unavailable
from orders.snapshot import Fulfillment
from orders.status import Status
from tests.marketplaces.connectors.skyhub import Store, drained, sample, snapshot
from tests.marketplaces.wire import make_shipment, make_update

CODE = "Lojas Americanas-281000000101"


def test_trap_6_one_refused_update_leaves_the_others_alone() -> None:
    store = Store()
    adapter = store.adapter()
    store.refuse("Campos obrigatórios ausentes", status=400)

    async def push_two() -> list[Any]:
        updates = [make_update("CANCELED", code=f"X-{n}") for n in range(2)]
        return [*await asyncio.gather(*map(adapter.push, updates), return_exceptions=True)]

    refused, sent = asyncio.run(push_two())

    assert isinstance(refused, Rejected)
    assert sent.startswith("HTTP 201")


def test_trap_8_nothing_of_one_order_leaks_into_the_next() -> None:
    whole = sample("shipped_with_invoice")
    bare = sample("seed_example", customer=None, billing_address=None, shipping_address=None)

    alone = snapshot(bare)
    adapter = Store().adapter()
    adapter.parse(json.dumps(whole), seen_at=alone.seen_at)
    adapter.parse("broken", seen_at=alone.seen_at)
    after = adapter.parse(json.dumps(bare), seen_at=alone.seen_at)

    assert after.snapshot == alone


def test_trap_11_the_orders_own_code_is_never_taken_for_a_status() -> None:
    order = snapshot(sample(code="complete", status={"label": "", "type": "NEW"}))

    assert order.code == "complete"
    assert order.status is Status.NEW
    assert order.channel_status == "NEW"


def test_trap_14_an_invoice_without_its_key_is_never_posted() -> None:
    store, update = Store(), make_update("INVOICED")
    assert update.invoice is not None

    for invoice in (None, replace(update.invoice, access_key="")):
        with translation.override("en"), pytest.raises(Rejected, match="access key"):
            asyncio.run(store.adapter().push(replace(update, invoice=invoice)))
    assert store.writes == []


def test_trap_14_a_failed_invoice_may_be_sent_again() -> None:
    store = Store()
    adapter = store.adapter()
    store.answers.append(httpx.Response(503))

    with pytest.raises(Unavailable):
        asyncio.run(adapter.push(make_update("INVOICED")))

    assert asyncio.run(adapter.push(make_update("INVOICED"))).startswith("HTTP 201")


def test_trap_15_documents_and_numbers_that_came_as_integers_get_their_zeros_back() -> None:
    order = snapshot(sample("seed_example"))

    assert order.buyer.document == "01234567890"
    assert order.shipping_address.number == "45"
    assert order.billing_address.number == "45"


def test_trap_16_an_incomplete_buyer_is_still_a_buyer() -> None:
    order = snapshot(sample("cnova_address"))

    assert order.buyer.name == "Fulana"
    assert order.buyer.email == ""
    assert order.buyer.phones == ()
    assert order.shipping_address.street == "Avenida dos Exemplos lado par"
    assert order.shipping_address.complement == ""
    assert order.shipping_address.country == "BR"
    assert order.billing_address.number == "S/N"


def test_trap_17_zero_is_a_price() -> None:
    order = snapshot(sample("test_order_free"))

    (line,) = order.items
    assert (line.unit_price, line.list_price) == (Decimal("0.00"), Decimal("12.50"))
    assert order.expected_total == order.total == 0


def test_trap_18_items_go_inside_the_shipment_and_an_invoice_says_invoiced() -> None:
    store = Store()
    adapter = store.adapter()

    asyncio.run(adapter.push(make_update("INVOICED")))
    asyncio.run(adapter.push(make_update("SHIPPED")))

    (_, _, invoice), (_, _, shipment) = store.writes
    assert invoice["status"] == "order_invoiced"
    assert shipment["shipment"]["items"] == [{"sku": "CAMISA-P-AZUL", "qty": 1}]
    assert "items" not in shipment
    assert snapshot(sample("canceled_first_seen")).status is Status.CANCELED  # "CANCELLED", with two L's


def test_trap_20_two_stores_side_by_side_keep_their_credentials_and_their_status_codes() -> None:
    one, two = Store(sample(), sample()), Store(sample(), statuses=[{"code": "5", "type": "INVOICED"}])
    first, second = one.adapter(api_key="first"), two.adapter(api_key="second")

    async def interleaved() -> None:
        await asyncio.gather(drained(first), drained(second))
        await asyncio.gather(first.push(make_update("INVOICED")), second.push(make_update("INVOICED")))

    asyncio.run(interleaved())

    assert {request.headers["X-Api-Key"] for request in one.requests} == {"first"}
    assert {request.headers["X-Api-Key"] for request in two.requests} == {"second"}
    assert (one.writes[0][2]["status"], two.writes[0][2]["status"]) == ("order_invoiced", "5")


def test_trap_21_names_stay_whole_and_units_count() -> None:
    order = snapshot(sample())

    assert order.buyer.name == "Comprador de Teste"
    assert order.expected_total == order.total == Decimal("82.07")


def test_trap_22_data_withheld_before_approval_is_marked_and_its_release_is_not() -> None:
    before = sample("address_withheld")
    after = before | {
        name: sample()[name] for name in ("customer", "billing_address", "shipping_address", "status", "updated_at")
    }
    after["shipping_method"] = "Correios PAC"

    withheld, released = snapshot(before), snapshot(after)

    assert withheld.masked
    assert withheld.shipping_method == ""
    assert not released.masked
    assert released.shipping_address.postcode == "01001000"
    assert released.shipping_method == "Correios PAC"


def test_trap_23_orders_that_b2w_ships_are_known_as_such_and_a_prefilled_shipment_is_no_shipment() -> None:
    correios, warehouse = snapshot(sample("approved_prefilled_shipment")), snapshot(sample("b2w_fulfillment"))

    assert correios.fulfillment is Fulfillment.MARKETPLACE_SHIPS
    assert correios.status is Status.APPROVED
    assert [tracking.code for tracking in correios.trackings] == ["PX000000001BR"]
    assert correios.shipped_at is None
    assert warehouse.fulfillment is Fulfillment.MARKETPLACE


def test_trap_24_a_second_hyphen_belongs_to_the_code() -> None:
    order = snapshot(sample("second_hyphen_2025"))

    assert order.code == "Lojas Americanas-1517940500554-01"
    assert order.remote_code == "1517940500554-01"


class Mute(Store):
    """The first write arrives, and its answer never does; the second finds the order where the first brought it."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and not self.writes:
            super().answer(request)
            raise httpx.ReadTimeout("no answer", request=request)
        return super().answer(request)


def test_trap_25_a_write_that_timed_out_and_arrived_is_success_when_repeated() -> None:
    store = Mute()
    adapter = store.adapter()
    update = make_update("SHIPPED", shipment=make_shipment())

    with pytest.raises(OutcomeUnknown):
        asyncio.run(adapter.push(update))
    store.refuse("Transição inválida: SHIPPED -> SHIPPED")
    with pytest.raises(AlreadyApplied):
        asyncio.run(adapter.push(update))

    assert len(store.writes) == 2
