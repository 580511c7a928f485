"""What SkyHub's orders mean. The samples' codes, units and totals are checked by the contract of all connectors."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orders.snapshot import Fulfillment
from orders.status import Status
from tests.marketplaces.connectors.skyhub import item, sample, snapshot


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2018-06-26T10:00:00-03:00", at(2018, 6, 26, 13)),
        ("2018-02-07T08:40:00-02:00", at(2018, 2, 7, 10, 40)),  # summer time, until 2019
        ("2018-06-26T13:31:05", at(2018, 6, 26, 13, 31, 5)),  # naive is UTC
        ("2018-06-26T13:31:05.482913", at(2018, 6, 26, 13, 31, 5, 482913)),
        ("2018-06-26T13:31:05Z", at(2018, 6, 26, 13, 31, 5)),
        ("", None),
        (None, None),
        (..., None),
        ("ontem", None),
        ("0000-00-00", None),
        ("9999-12-31T23:59:59-03:00", None),
        (1518000000, None),
        ({}, None),
    ],
)
def test_five_styles_of_dates_and_no_date_at_all(told: Any, expected: datetime | None) -> None:
    assert snapshot(sample(approved_date=told)).approved_at == expected
    assert snapshot(sample(delivered_date=told)).delivered_at == expected


def test_the_samples_dates() -> None:
    delivered = snapshot(sample("delivered_without_invoice"))
    assert delivered.approved_at == at(2019, 11, 20, 12, 40, 2)
    assert delivered.shipped_at == at(2019, 11, 22, 19, 3, 41)
    assert delivered.delivered_at == at(2019, 11, 29, 18, 2)
    assert delivered.deliver_by == at(2019, 12, 5, 3)

    custom = snapshot(sample("custom_status_2018"))
    assert custom.placed_at == at(2018, 2, 7, 10, 40)
    assert custom.updated_at == at(2018, 2, 7, 10, 41, 12)
    assert custom.approved_at is None


def test_what_makes_a_snapshot_newer_falls_back_to_the_purchase() -> None:
    without = snapshot(sample(updated_at=...))

    assert without.updated_at == without.placed_at


@pytest.mark.parametrize(
    ("limit", "believed"),
    [
        ("2018-06-28T23:59:59-03:00", True),
        ("2018-06-25T23:59:59-03:00", False),  # before the purchase
        ("2018-08-01T00:00:00-03:00", False),  # after the promised delivery
        ("2030-01-01T00:00:00-03:00", False),
        (None, False),
    ],
)
def test_an_expedition_limit_is_believed_only_where_it_makes_sense(limit: str | None, believed: bool) -> None:
    order = snapshot(sample(expedition_limit_date=limit, estimated_delivery="2018-07-10T00:00:00-03:00"))

    assert (order.ship_by is not None) is believed


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("NEW", Status.NEW),
        ("WAITING_PAYMENT", Status.NEW),
        ("OVERDUE", Status.PAYMENT_OVERDUE),
        ("PAYMENT_OVERDUE", Status.PAYMENT_OVERDUE),
        ("APPROVED", Status.APPROVED),
        ("INVOICED", Status.INVOICED),
        ("INVOICE", Status.INVOICED),
        ("SHIPPED", Status.SHIPPED),
        ("SHIPMENT_EXCEPTION", Status.DELIVERY_FAILED),
        ("DELIVERED", Status.DELIVERED),
        ("COMPLETE", Status.DELIVERED),
        ("CANCELED", Status.CANCELED),
        ("CANCELLED", Status.CANCELED),
        ("canceled", Status.CANCELED),
        ("RETURNED", Status.RETURNED),
        ("ORBITING", None),
    ],
)
def test_the_type_decides_whatever_the_account_calls_its_code(type: str, expected: Status | None) -> None:
    order = snapshot(sample(status={"code": "payment_received", "label": "Pago", "type": type}))

    assert order.status is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"code": "waiting_payment", "label": "Aguardando"}, Status.NEW),
        ({"code": "complete", "type": None}, Status.DELIVERED),
        ({"code": "returned", "type": ""}, Status.RETURNED),
        ({"code": "processing_store", "type": ""}, None),  # paid or not? no source tells
        ({"code": "has_incident"}, None),
        ("order_shipped", Status.SHIPPED),
        ({}, None),
        (None, None),
        ([], None),
        (5, None),
    ],
)
def test_only_without_a_type_does_the_code_decide(status: Any, expected: Status | None) -> None:
    assert snapshot(sample(status=status)).status is expected


def test_people_are_shown_the_code_with_its_label() -> None:
    assert snapshot(sample("custom_status_2018")).channel_status == "11 (Aguardando pagamento pela carteira)"
    assert snapshot(sample(status={"code": "x", "label": "x", "type": "NEW"})).channel_status == "x"
    assert len(snapshot(sample(status={"code": "x", "label": "y" * 90, "type": "NEW"})).channel_status) == 60


@pytest.mark.parametrize(
    ("prices", "unit", "listed"),
    [
        ({"original_price": 12.5, "special_price": 0}, "0.00", "12.50"),
        ({"original_price": 12.5, "special_price": ...}, "12.50", "12.50"),
        ({"original_price": 12.5, "special_price": None}, "12.50", "12.50"),
        ({"original_price": ..., "special_price": 9.9}, "9.90", None),
        ({"original_price": "12.50", "special_price": 99.98999999999998}, "99.99", "12.50"),
    ],
)
def test_the_buyer_pays_the_special_price_where_there_is_one(
    prices: dict[str, Any], unit: str, listed: str | None
) -> None:
    (line,) = snapshot(sample(items=[item(**prices)])).items

    assert line.unit_price == Decimal(unit)
    assert line.list_price == (None if listed is None else Decimal(listed))


@pytest.mark.parametrize("nothing", [None, "", ...])
def test_amounts_that_are_not_there_are_zero(nothing: Any) -> None:
    order = snapshot(sample(discount=nothing, interest=nothing, shipping_cost=nothing))

    assert (order.discount, order.interest, order.shipping_cost) == (0, 0, 0)


def test_lines_of_one_sku_keep_apart_and_keep_their_names() -> None:
    def lines(*skus: str) -> list[str]:
        return [line.line for line in snapshot(sample(items=[item(id=sku) for sku in skus])).items]

    assert lines("A", "B") == ["A", "B"]
    assert lines("A", "A", "A") == ["A", "A#2", "A#3"]
    assert lines("A", "A", "A#2") == ["A", "A#3", "A#2"]
    assert lines("A#2", "A", "A") == ["A#2", "A", "A#3"]


def test_the_sold_variation_is_the_sku() -> None:
    first, _ = snapshot(sample()).items

    assert (first.sku, first.parent_sku) == ("MEIA-M", "MEIA")
    assert snapshot(sample(items=[item(id=10200487)])).items[0].sku == "10200487"
    assert snapshot(sample(items=[item(id=" A  1")])).items[0].sku == " A  1"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "1530000000303"),
        ({"import_info": ...}, "1530000000303"),
        ({"import_info": {"remote_code": ""}}, "1530000000303"),
        ({"import_info": ..., "code": "Loja-do-Zé-1517940500554-01", "channel": "Loja-do-Zé"}, "1517940500554-01"),
        ({"import_info": ..., "code": "Lojas Americanas-1517940500554-01", "channel": ...}, "1517940500554-01"),
        ({"import_info": {"remote_code": 77}}, "77"),
    ],
)
def test_the_marketplaces_own_number(told: dict[str, Any], expected: str) -> None:
    assert snapshot(sample(**told)).remote_code == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"calculation_type": None}, Fulfillment.SELLER),
        ({"calculation_type": "spreadsheet"}, Fulfillment.SELLER),
        ({"calculation_type": "b2wentregacorreios"}, Fulfillment.MARKETPLACE_SHIPS),
        ({"calculation_type": "b2wentregadirect"}, Fulfillment.MARKETPLACE_SHIPS),
        ({"calculation_type": "b2wentregadirect", "shipping_method": "B2W Fulfillment"}, Fulfillment.MARKETPLACE),
        ({"calculation_type": ..., "shipping_method": ...}, Fulfillment.SELLER),
    ],
)
def test_who_fulfills(told: dict[str, Any], expected: Fulfillment) -> None:
    assert snapshot(sample(**told)).fulfillment is expected


def test_what_the_channel_knows_of_invoice_shipment_and_payment() -> None:
    order = snapshot(sample("shipped_with_invoice"))

    assert [(seen.access_key[:2], seen.issued_at) for seen in order.invoices] == [("35", at(2023, 11, 12, 13))]
    assert [(told.code, told.carrier, told.method) for told in order.trackings] == [
        ("AA000000010BR", "Correios", "SEDEX")
    ]
    assert [(paid.method, paid.amount, paid.installments) for paid in order.payments] == [
        ("CREDIT_CARD", Decimal("100.00"), 10),
        ("VOUCHER", Decimal("14.70"), 1),
    ]


def test_tags_and_shop_come_along() -> None:
    order = snapshot(sample("same_sku_twice_fraud_risk"))

    assert order.tags == ("fraud_risk_detected",)
    assert order.storefront == "Shoptime"
    assert snapshot(sample(tags=["a", None, "a", {"b": 1}, ""])).tags == ("a",)
