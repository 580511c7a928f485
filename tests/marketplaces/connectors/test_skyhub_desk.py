"""What SkyHub offers besides orders, against the sandbox: statuses, labels, late errors, stock, test orders."""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from marketplaces import loop
from marketplaces.capabilities import AccountStatus, TrialOrder
from marketplaces.connectors.skyhub.adapter import SkyHub
from marketplaces.errors import Rejected
from orders.snapshot import Fulfillment
from orders.status import Status
from sandbox.client import SandboxClient
from tests.factories import make_access_key, make_nfe_xml
from tests.marketplaces.connectors.skyhub_sandbox import adapter_at, drain, push, updates_of
from tests.marketplaces.wire import make_update

pytestmark = pytest.mark.django_db
T = TypeVar("T")
DIRECT = "b2wentregadirect"


def run(call: Coroutine[Any, Any, T]) -> T:
    return loop.run(call, timeout=30)


def snapshot_of(adapter: SkyHub, code: str) -> Any:
    return run(adapter.read(code)).snapshot


def tell_invoice(adapter: SkyHub, code: str, *, xml: bool) -> None:
    """As the engine does it: with what the mapping had made of the order."""
    key = make_access_key()
    document = make_nfe_xml(key).decode()
    if xml:
        document = document.replace("UTF-8", "ISO-8859-1")
    update = make_update("INVOICED", code=code, approved_at=None)
    assert update.invoice
    fact = type(update.invoice)(
        access_key=key, number="1", series="1", issued_at=None, volumes=3, xml=document if xml else ""
    )
    seen = snapshot_of(adapter, code)
    push(adapter, make_update("INVOICED", code=code, invoice=fact, fulfillment=seen.fulfillment, tags=seen.tags))


def paid_b2w(store: SandboxClient, kind: str, count: int = 1) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = store.create_orders(count, status="APPROVED", calculation_type=kind, enqueue=False)
    return orders


class TestStatuses:
    def test_one_is_created_and_its_label_changed(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        run(adapter.create_status(AccountStatus(code="separando", label="Separando", type="APPROVED")))
        run(adapter.change_status(AccountStatus(code="separando", label="Em separação", type="APPROVED")))

        found = {status.code: status for status in run(adapter.list_statuses())}

        assert found["separando"].label == "Em separação"
        assert "SHIPMENT_EXCEPTION" in run(adapter.status_types())

    def test_a_code_that_exists_is_refused_in_words(self, store: SandboxClient) -> None:
        with pytest.raises(Rejected, match="já existe"):
            run(adapter_at(store).create_status(AccountStatus(code="complete", label="x", type="DELIVERED")))

    def test_what_changed_is_known_to_the_next_update(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        run(adapter._statuses())
        for status in run(adapter.list_statuses()):
            if status.code == "order_invoiced":
                run(adapter.change_status(AccountStatus(code=status.code, label=status.label, type="NEW")))
        run(adapter.create_status(AccountStatus(code="faturado", label="Faturado", type="INVOICED")))

        assert run(adapter._statuses()).code_for(Status.INVOICED) == "faturado"


class TestWhoMayWrite:
    @pytest.mark.parametrize("kind", ["SHIPPED", "DELIVERED", "DELIVERY_FAILED"])
    def test_what_b2w_ships_is_not_told_by_us(self, store: SandboxClient, kind: str) -> None:
        adapter = adapter_at(store)
        (order,) = paid_b2w(store, "b2wentregacorreios")
        before = len(store.ledger())

        with pytest.raises(Rejected, match="B2W"):
            push(adapter, make_update(kind, code=order["code"], fulfillment=Fulfillment.MARKETPLACE_SHIPS))

        assert len(store.ledger()) == before

    def test_an_invoice_of_b2w_fulfillment_is_not_told_by_us(self, store: SandboxClient) -> None:
        with pytest.raises(Rejected, match="Fulfillment"):
            push(adapter_at(store), make_update("INVOICED", fulfillment=Fulfillment.MARKETPLACE))


class TestInvoiceAsAFile:
    def test_direct_takes_the_xml_with_its_volumes(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        (order,) = paid_b2w(store, DIRECT)

        tell_invoice(adapter, order["code"], xml=True)

        (call,) = store.ledger(method="POST", path="/invoice$")
        assert call["status"] == 201
        assert store.order(order["code"])["invoices"][0]["volume_qty"] == 3
        assert [waiting.kind for waiting in run(adapter.orders_to_group())] == ["DIRECT"]

    def test_without_the_xml_its_key_is_told(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        (order,) = paid_b2w(store, DIRECT)

        tell_invoice(adapter, order["code"], xml=False)

        assert store.order(order["code"])["status"]["type"] == "INVOICED"
        assert run(adapter.orders_to_group()) == []  # no label without the file

    def test_correios_takes_the_key_even_when_the_xml_is_there(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        (order,) = paid_b2w(store, "b2wentregacorreios")

        tell_invoice(adapter, order["code"], xml=True)

        assert store.order(order["code"])["status"]["type"] == "INVOICED"


class TestLabels:
    def test_invoiced_orders_are_grouped_printed_and_ungrouped(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        orders = paid_b2w(store, "b2wentregacorreios", 22)
        for order in orders:
            tell_invoice(adapter, order["code"], xml=False)

        waiting = run(adapter.orders_to_group())
        assert len(waiting) == 22  # two pages
        number = run(adapter.group([order.remote_code for order in waiting]))
        (group,) = run(adapter.label_groups())
        assert (group.id, group.kind, len(group.remote_codes)) == (number, "CORREIOS", 22)
        assert group.expires is not None
        assert run(adapter.label_pdf(number)).startswith(b"%PDF")
        run(adapter.ungroup(number))

        assert run(adapter.label_groups()) == []
        assert len(run(adapter.orders_to_group())) == 22

    def test_the_collection_of_direct_orders_is_confirmed(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        (order,) = paid_b2w(store, DIRECT)
        tell_invoice(adapter, order["code"], xml=True)
        run(adapter.group([order["import_info"]["remote_code"]]))

        (waiting,) = run(adapter.orders_to_collect())
        run(adapter.confirm_collection([waiting.remote_code]))

        assert run(adapter.orders_to_collect()) == []
        assert store.effects(order["code"])["collection_confirmed"] == 1

    def test_a_refusal_is_skyhubs_own_sentence(self, store: SandboxClient) -> None:
        (order,) = paid_b2w(store, DIRECT)
        with pytest.raises(Rejected, match="não está pronto"):
            run(adapter_at(store).group([order["import_info"]["remote_code"]]))


def test_late_errors_are_listed_and_dismissed(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code = store.create_order(status="APPROVED")["code"]
    store.act(code, "sync_error", message="Transportadora não cadastrada")

    (error,) = run(adapter.late_errors())
    assert (error.order_code, error.message) == (code, "Transportadora não cadastrada")
    run(adapter.dismiss([error]))

    assert run(adapter.late_errors()) == []


class TestStock:
    def test_what_is_available_is_told_for_products_and_variations(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        sku = next(iter(store.stock()))

        assert run(adapter.tell_stock(sku=sku, quantity=7))

        assert store.stock()[sku] == 7

    def test_a_sku_that_the_account_does_not_sell_is_no_error(self, store: SandboxClient) -> None:
        assert not run(adapter_at(store).tell_stock(sku="DE OUTRA LOJA/1", quantity=7))


class TestTrialOrders:
    def test_one_comes_in_through_the_queue_and_is_paid(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        order = TrialOrder(sku="SKU-1", quantity=2, unit_price=Decimal("19.90"), buyer_name="Teste da Silva")

        run(adapter.create_trial_order(order))
        (fetched,) = drain(adapter)
        assert fetched.snapshot
        run(adapter.approve_trial_order(fetched.external_id))

        assert (fetched.snapshot.buyer.name, fetched.snapshot.total) == ("Teste da Silva", Decimal("39.80"))
        assert store.order(fetched.external_id)["status"]["type"] == "APPROVED"

    def test_a_production_account_is_refused_before_any_call(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        adapter.connection = replace(adapter.connection, production=True)
        before = len(store.ledger())
        order = TrialOrder(sku="SKU-1", quantity=1, unit_price=Decimal(1), buyer_name="Teste")

        with pytest.raises(Rejected, match="homolog"):
            run(adapter.create_trial_order(order))
        with pytest.raises(Rejected, match="homolog"):
            run(adapter.approve_trial_order("Submarino-1"))

        assert len(store.ledger()) == before


def test_the_updates_of_an_order_that_we_ship_are_told_as_ever(store: SandboxClient) -> None:
    adapter = adapter_at(store)
    code = store.create_order(status="APPROVED", items=[{"id": "SKU-1", "qty": 2}])["code"]

    for kind in ("INVOICED", "SHIPPED"):
        push(adapter, updates_of(code, "SKU-1")[kind])

    assert store.order(code)["status"]["type"] == "SHIPPED"


class TestListing:
    def test_orders_are_listed_page_by_page_with_their_status(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        codes = {order["code"] for order in store.create_orders(120, status="APPROVED", enqueue=False)}
        now = datetime.now(UTC)

        found = run(listed(adapter, now - timedelta(days=1), now + timedelta(hours=1)))

        assert {order.code for order in found} == codes
        assert {order.status for order in found} == {Status.APPROVED}

    def test_only_what_was_placed_in_that_time(self, store: SandboxClient) -> None:
        adapter = adapter_at(store)
        store.create_order(status="APPROVED", enqueue=False)
        now = datetime.now(UTC)

        assert run(listed(adapter, now - timedelta(days=2), now - timedelta(days=1))) == []


async def listed(adapter: SkyHub, since: datetime, until: datetime) -> list[Any]:
    return [order async for order in adapter.listed(since, until)]
