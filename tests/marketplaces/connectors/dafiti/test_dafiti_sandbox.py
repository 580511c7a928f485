"""The connector against the simulated Dafiti, over real HTTP."""

from dataclasses import replace

import pytest

from marketplaces import loop, stock
from marketplaces.errors import AlreadyApplied, NotReady, OutcomeUnknown, Rejected, Unauthorized, Unsupported
from marketplaces.models import Account
from orders.models import StockItem
from orders.snapshot import Fulfillment
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import make_access_key
from tests.marketplaces.connectors.dafiti.at_sandbox import (
    SKU,
    account_at,
    adapter_of,
    held,
    is_applied,
    labels,
    pull,
    push,
    ready,
    statuses,
    update_of,
)
from tests.marketplaces.wire import make_shipment

pytestmark = pytest.mark.django_db(transaction=True)


def check(account: Account) -> None:
    loop.run(adapter_of(account).check(), timeout=20)


def test_orders_come_with_their_units_folded(seller: SandboxClient) -> None:
    items = [{"sku": SKU, "quantity": 3}, {"sku": "GARRAFA-1L"}]
    code = seller.create_order(status="pending", items=items)["code"]

    pull(account_at(seller))

    order = held(code)
    assert (order.status, order.fulfillment) == (Status.APPROVED, Fulfillment.SELLER)
    assert sorted(order.items.values_list("sku", "quantity")) == [(SKU, 3), ("GARRAFA-1L", 1)]


def test_a_carrier_of_the_sellers_own_is_told_with_invoice_and_tracking_number(seller: SandboxClient) -> None:
    account, code, key = account_at(seller), ready(seller), make_access_key(7)

    update = update_of("SHIPPED", code)
    assert update.invoice is not None
    push(account, "SHIPPED", code, invoice=replace(update.invoice, access_key=key))

    (package,) = seller.order(code)["sandbox"]["packages"]
    assert (package["provider"], package["tracking"], package["access_key"]) == ("Total Express", "AA000000001BR", key)
    assert statuses(seller, code) == ["shipped"]
    assert is_applied(account, "SHIPPED", code)
    push(account, "DELIVERED", code)
    assert statuses(seller, code) == ["delivered"]
    effects = seller.effects(code)
    assert (effects["invoiced"], effects["arranged"], effects["shipped"], effects["delivered"]) == (1, 1, 1, 1)


def test_dafitis_own_logistics_gives_the_number_and_is_asked_to_come(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller, provider="Dafiti Envios")

    push(account, "SHIPPING_ARRANGED", code)

    (package,) = seller.order(code)["sandbox"]["packages"]
    assert package["provider"] == "Dafiti Envios"
    assert package["tracking"] == seller.order(code)["items"][0]["shipment"]["trackingCode"]
    effects = seller.effects(code)
    assert (effects["packed"], effects["arranged"], effects["pickup_requested"]) == (1, 1, 1)
    assert is_applied(account, "SHIPPING_ARRANGED", code)
    with pytest.raises(AlreadyApplied):
        push(account, "SHIPPING_ARRANGED", code)
    (label,) = labels(account, code)
    assert label.content.startswith(b"%PDF")
    assert label.tracking_code == package["tracking"]
    with pytest.raises(Unsupported):
        push(account, "DELIVERED", code)


def test_a_number_that_is_on_its_way_is_waited_for_and_nothing_is_packed_twice(seller: SandboxClient) -> None:
    seller.switch(tracking_seconds=30)
    account, code = account_at(seller), ready(seller, provider="Dafiti Envios")

    for _ in range(2):
        with pytest.raises(NotReady):
            push(account, "SHIPPING_ARRANGED", code)
    seller.advance(31)
    push(account, "SHIPPING_ARRANGED", code)

    assert statuses(seller, code) == ["ready_to_ship"]
    assert seller.effects(code)["packed"] == 1


def test_the_key_of_what_became_ready_elsewhere_is_told_by_itself(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller)
    with pytest.raises(Unsupported):
        push(account, "INVOICED", code)
    seller.act(code, "ready")

    key = make_access_key(9)
    update = update_of("INVOICED", code)
    assert update.invoice is not None
    invoice = replace(update.invoice, access_key=key)
    push(account, "INVOICED", code, invoice=invoice)

    assert seller.order(code)["items"][0]["invoiceAccesskey"] == key
    assert is_applied(account, "INVOICED", code, invoice=invoice)
    with pytest.raises(AlreadyApplied):
        push(account, "INVOICED", code, invoice=invoice)


def test_parts_leave_one_after_the_other(seller: SandboxClient) -> None:
    account = account_at(seller)
    code = ready(seller, items=[{"sku": SKU, "quantity": 3}])

    for serial, units in enumerate((1, 2), start=1):
        shipment = make_shipment(items=((SKU, units),), carrier="Total Express", tracking_code=f"TE{serial}")
        push(account, "SHIPPED", code, shipment=shipment)
        assert statuses(seller, code).count("shipped") == serial * 2 - 1
        with pytest.raises(AlreadyApplied):
            push(account, "SHIPPED", code, shipment=shipment)

    assert seller.effects(code)["shipped"] == 2


def test_some_units_are_canceled_and_no_more_on_a_repetition(seller: SandboxClient) -> None:
    account = account_at(seller)
    code = ready(seller, items=[{"sku": SKU, "quantity": 3}])

    push(account, "CANCELED", code, partial=True, canceled=((SKU, 2),), reason="acabou")

    assert statuses(seller, code).count("canceled") == 2
    with pytest.raises(AlreadyApplied):
        push(account, "CANCELED", code, partial=True, canceled=((SKU, 2),))
    assert seller.order(code)["items"][0]["failureReason"] == {
        "type": "canceled", "name": "Sem estoque", "description": "Sem estoque", "details": "acabou",
    }  # fmt: skip
    pull(account)
    assert held(code).items.get().quantity_canceled == 2


def test_a_failed_delivery_has_one_of_dafitis_reasons(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller, status="shipped")

    with pytest.raises(Rejected, match="Cliente ausente"):
        push(account, "DELIVERY_FAILED", code, reason="ninguém em casa")
    push(account, "DELIVERY_FAILED", code, reason="cliente AUSENTE")

    assert statuses(seller, code) == ["failed"]
    assert is_applied(account, "DELIVERY_FAILED", code)
    pull(account)
    assert held(code).status == Status.DELIVERY_FAILED


@pytest.mark.parametrize("signing", ["", "v2", "classic"])
def test_calls_are_signed_where_the_account_says_so(seller: SandboxClient, signing: str) -> None:
    account = account_at(seller, signing=signing)
    check(account)
    seller.switch(signature=signing or "verified")

    check(account)
    push(account, "SHIPPED", ready(seller))

    if signing:
        seller.switch(signature="classic" if signing == "v2" else "v2")
        with pytest.raises(Unauthorized):
            check(account)


def test_a_token_that_died_is_replaced_once_and_a_changed_secret_stops_the_account(seller: SandboxClient) -> None:
    account = account_at(seller)
    check(account)
    seller.command("expire_tokens")

    check(account)

    assert len(seller.ledger(effect="token_given")) == 2
    seller.command("change_secret")
    with pytest.raises(Unauthorized):
        check(account)
    account.refresh_from_db()
    assert account.is_paused


@pytest.mark.parametrize("shape", ["problem", "errors", "message", "classic-200"])
@pytest.mark.parametrize("status", [422, 400])
def test_every_shape_of_refusal_is_told_in_words(seller: SandboxClient, shape: str, status: int) -> None:
    seller.switch(error_shape=shape, error_status=status)
    account, code = account_at(seller), ready(seller)

    with pytest.raises(Rejected, match="not valid status"):
        push(account, "DELIVERED", code)


def test_what_may_have_happened_is_read_back(seller: SandboxClient) -> None:
    account, code = account_at(seller), ready(seller)
    seller.fault("apply-then-500", path="set-to-ready-to-ship$", count=1)

    with pytest.raises(OutcomeUnknown):
        push(account, "SHIPPED", code)
    assert not is_applied(account, "SHIPPED", code)
    push(account, "SHIPPED", code)

    effects = seller.effects(code)
    assert (effects["arranged"], effects["shipped"]) == (1, 1)


def test_available_stock_is_told_by_dafitis_product(seller: SandboxClient) -> None:
    account = account_at(seller)
    StockItem.objects.create(sku=SKU, on_hand=7)
    StockItem.objects.create(sku="NOT-SOLD-HERE", on_hand=7)

    stock.notice(everything=True)
    stock.tell(account)

    assert seller.stock()[SKU] == 7


def test_what_is_packed_together_is_canceled_together(seller: SandboxClient) -> None:
    account = account_at(seller)
    code = ready(seller, items=[{"sku": SKU, "quantity": 2}, {"sku": "GARRAFA-1L"}])
    seller.act(code, "pack")

    together = loop.run(adapter_of(account).canceled_together(code), timeout=20)

    assert [dict(package) for package in together] == [{SKU: 2, "GARRAFA-1L": 1}]
    push(account, "CANCELED", code, partial=True, canceled=((SKU, 1),))
    assert statuses(seller, code) == ["canceled"] * 3
