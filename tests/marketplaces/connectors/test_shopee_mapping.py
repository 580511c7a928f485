"""From get_order_detail to a snapshot: statuses, prices, dates, people."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplaces.errors import Malformed
from orders.snapshot import Address, Fulfillment
from orders.status import Status
from tests.marketplaces.connectors.shopee import item, package, sample, snapshot

CREATED = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def packages(*statuses: str) -> list[dict[str, Any]]:
    return [package(package_number=f"OFG{n}", logistics_status=status) for n, status in enumerate(statuses)]


@pytest.mark.parametrize("word", ["INVOICE_PENDING", "PENDING_INVOICE", "READY_TO_SHIP"])
def test_a_paid_order_without_a_note_is_approved_however_shopee_calls_it(word: str) -> None:
    assert snapshot(sample(order_status=word)).status is Status.APPROVED


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (["LOGISTICS_NOT_START"], Status.APPROVED),
        (["LOGISTICS_READY"], Status.APPROVED),
        (["LOGISTICS_REQUEST_CREATED"], Status.SHIPPING_ARRANGED),
        (["LOGISTICS_PICKUP_RETRY"], Status.SHIPPING_ARRANGED),
        (["LOGISTICS_PICKUP_DONE"], Status.SHIPPED),
        (["LOGISTICS_DELIVERY_DONE"], Status.DELIVERED),
        (["LOGISTICS_REQUEST_CREATED", "LOGISTICS_READY"], Status.APPROVED),
        (["LOGISTICS_PICKUP_DONE", "LOGISTICS_REQUEST_CREATED"], Status.SHIPPING_ARRANGED),
        (["LOGISTICS_PICKUP_DONE", "LOGISTICS_REQUEST_CANCELED"], Status.SHIPPED),
        (["LOGISTICS_IN_ORBIT"], Status.APPROVED),
    ],
)
def test_of_an_order_that_stays_ready_the_slowest_package_tells(told: list[str], status: Status) -> None:
    assert snapshot(sample(package_list=packages(*told))).status is status


def test_all_packages_that_could_not_be_delivered_are_a_failed_delivery() -> None:
    assert snapshot(sample("shipped", package_list=packages("LOGISTICS_DELIVERY_FAILED"))).status is (
        Status.DELIVERY_FAILED
    )
    both = packages("LOGISTICS_DELIVERY_FAILED", "LOGISTICS_PICKUP_DONE")
    assert snapshot(sample("shipped", package_list=both)).status is Status.SHIPPED


def test_a_buyers_request_stands_beside_the_status_where_the_order_was() -> None:
    asked = snapshot(sample("buyer_asks_to_cancel"))

    assert asked.status is Status.INVOICED
    assert asked.cancel_request is not None
    assert asked.cancel_request.reason == "Não preciso mais"
    assert asked.cancel_request.requested_at == asked.updated_at
    assert asked.cancel_request.answer_by == asked.ship_by


def test_a_completed_order_whose_units_all_came_back_is_returned() -> None:
    assert snapshot(sample("completed", item_list=[item(model_quantity_purchased=2, returned_qty=1)])).status is (
        Status.DELIVERED
    )
    back = snapshot(sample("completed", item_list=[item(model_quantity_purchased=2, returned_qty=1, cancelled_qty=1)]))
    assert back.status is Status.RETURNED
    assert [(line.shipped, line.canceled, line.returned) for line in back.items] == [(1, 1, 1)]


def test_prices_are_per_unit() -> None:
    """Measured: two units of 15 and 1.99 shipping are 31.99."""
    bought = snapshot(
        sample(
            item_list=[item(model_quantity_purchased=2, model_discounted_price=15, model_original_price=20)],
            estimated_shipping_fee=1.99,
            total_amount=31.99,
        )
    )

    assert [(line.quantity, line.unit_price, line.list_price) for line in bought.items] == [
        (2, Decimal("15.00"), Decimal("20.00"))
    ]
    assert (bought.total, bought.shipping_cost, bought.discount) == (
        Decimal("31.99"), Decimal("1.99"), Decimal("0.00"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("estimated", "total", "shipping", "discount"),
    [(10, 100, "10.00", "10.00"), (10, 95, "10.00", "15.00"), (0, 108, "8.00", "0.00"), (5, 100.004, "5.00", "5.00")],
    ids=["shipping given away", "voucher", "shipping not estimated", "noise"],
)
def test_what_the_buyer_did_not_pay_is_a_discount(estimated: float, total: float, shipping: str, discount: str) -> None:
    goods = [item(model_discounted_price=100)]

    bought = snapshot(sample(item_list=goods, estimated_shipping_fee=estimated, total_amount=total))

    assert (bought.shipping_cost, bought.discount) == (Decimal(shipping), Decimal(discount))
    assert bought.expected_total == bought.total


def test_lines_of_a_bundle_are_told_apart_for_ever() -> None:
    told = sample("bundle_discounted_price_zero")
    lines = {line.line for line in snapshot(told).items}
    told["item_list"].reverse()

    assert len(lines) == 2
    assert {line.line for line in snapshot(told).items} == lines


def test_the_hour_counts_from_the_later_of_purchase_and_payment() -> None:
    created = int(CREATED.timestamp())

    assert snapshot(sample(pay_time=created + 1800)).hold_until == CREATED + timedelta(minutes=90)
    assert snapshot(sample(pay_time=created - 60)).hold_until == CREATED + timedelta(hours=1)
    assert snapshot(sample(pay_time=None)).hold_until is None


@pytest.mark.parametrize(
    ("over", "fulfillment"),
    [
        ({}, Fulfillment.MARKETPLACE_SHIPS),
        ({"fulfillment_flag": "fulfilled_by_shopee"}, Fulfillment.MARKETPLACE),
        ({"package_list": [package(logistics_channel_id=91007)]}, Fulfillment.MARKETPLACE),
        ({"booking_sn": "261118BOOKING"}, Fulfillment.MARKETPLACE),
        ({"package_list": [package(logistics_channel_id=90021)]}, Fulfillment.SELLER),
        ({"shipping_carrier": "Transportadora do vendedor"}, Fulfillment.SELLER),
    ],
)
def test_who_does_the_work(over: dict[str, Any], fulfillment: Fulfillment) -> None:
    assert snapshot(sample(**over)).fulfillment is fulfillment


def test_an_address_is_one_text_that_is_taken_apart() -> None:
    assert snapshot(sample()).shipping_address == Address(
        recipient="Maria Exemplo da Silva",
        street="Rua dos Exemplos",
        number="123",
        complement="Apto 45",
        neighborhood="Vila Exemplo",
        city="São Paulo",
        state="SP",
        postcode="01000000",
    )


@pytest.mark.parametrize(
    ("full", "street", "number", "complement"),
    [
        ("Rua A, s/n, Centro", "Rua A", "s/n", "Centro"),
        ("Rodovia BR-101 km 5", "Rodovia BR-101 km 5", "", ""),
        ("Praça Central, lote 7, quadra 3", "Praça Central", "", "lote 7, quadra 3"),
        ("", "", "", ""),
    ],
)
def test_an_unusual_address_loses_nothing(full: str, street: str, number: str, complement: str) -> None:
    told = {**sample()["recipient_address"], "full_address": full}

    address = snapshot(sample(recipient_address=told)).shipping_address

    assert (address.street, address.number, address.complement) == (street, number, complement)


def test_a_seller_with_a_cpf_sees_the_address_alone() -> None:
    told = {**sample()["recipient_address"], "name": "M******a"}

    order = snapshot(sample(recipient_address=told, buyer_cpf_id="******25"))

    assert order.masked
    assert order.buyer.document == ""
    assert order.buyer.name == "maria.exemplo"
    assert order.shipping_address.street == "Rua dos Exemplos"


def test_a_note_that_sefaz_refused_later_is_shown_and_does_not_count() -> None:
    order = snapshot(sample("invoice_refused_later"))

    assert order.status is Status.APPROVED
    assert [seen.refused for seen in order.invoices] == ["SEFAZ: NF-e cancelada"]


def test_a_line_without_any_sku_is_called_by_shopees_numbers() -> None:
    assert snapshot(sample("two_units_with_voucher")).items[0].sku == "22345678901-145678901234"


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ({"order_sn": None}, "order_sn: falta o código."),
        ({"create_time": 0}, "create_time: falta a data."),
        ({"update_time": "ontem"}, "update_time: “ontem” não é uma data (segundos)."),
        ({"item_list": ...}, "item_list: falta a lista."),
        ({"item_list": {"a": 1}}, "item_list: esperava uma lista, veio objeto."),
        ({"item_list": [7]}, "item_list[0]: esperava um item (objeto), veio número."),
        ({"item_list": [item(item_id=None)]}, "item_list[0].item_id: falta o código."),
        ({"item_list": [item(model_quantity_purchased=0)]}, "item_list[0].model_quantity_purchased: número 0 não é"),
        (
            {"item_list": [item(model_discounted_price=None, model_original_price=None)]},
            "item_list[0].model_original_price: falta o valor.",
        ),
        ({"total_amount": -1}, "total_amount: número -1 não é um valor em reais."),
    ],
)
def test_what_cannot_be_read_is_named_with_its_field(over: dict[str, Any], problem: str) -> None:
    with pytest.raises(Malformed) as caught:
        snapshot(sample(**over))

    assert caught.value.detail.startswith(problem)
