"""What SkyHub is told of an invoice, a shipment, a delivery and a cancellation."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplaces.errors import Rejected
from tests.factories import make_access_key
from tests.marketplaces.connectors.skyhub import STATUSES, Store
from tests.marketplaces.wire import make_shipment, make_update

CODE = "Lojas Americanas-281000000101"
PATH = "/orders/Lojas%20Americanas-281000000101"


def body_of(kind: str, **fields: Any) -> Any:
    """The body that SkyHub gets for one update."""
    store = Store()
    asyncio.run(store.adapter().push(make_update(kind, **fields)))
    ((_, _, body),) = store.writes
    return body


def test_an_invoice_goes_as_the_documents_say() -> None:
    key, issued_at = make_access_key(), datetime.now(UTC) - timedelta(hours=2)
    update = make_update("INVOICED")
    assert update.invoice is not None

    body = body_of("INVOICED", invoice=replace(update.invoice, access_key=key, issued_at=issued_at, volumes=3))

    assert body == {
        "status": "order_invoiced",
        "invoice": {"key": key, "issue_date": brasilia(issued_at), "volume_qty": 3},
    }


@pytest.mark.parametrize(
    ("issued", "told"),
    [
        (timedelta(hours=-2), True),
        (timedelta(hours=2), False),  # the future
        (timedelta(seconds=-5), False),  # perhaps the future, by SkyHub's clock
        (timedelta(hours=-4), False),  # before the payment
        (None, False),
    ],
)
def test_an_issue_date_that_skyhub_would_refuse_is_left_to_skyhub(issued: timedelta | None, told: bool) -> None:
    update = make_update("INVOICED")
    assert update.invoice is not None
    issued_at = None if issued is None else datetime.now(UTC) + issued

    body = body_of("INVOICED", invoice=replace(update.invoice, issued_at=issued_at))

    assert ("issue_date" in body["invoice"]) is told


def test_without_a_known_payment_no_issue_date_is_told() -> None:
    assert "issue_date" not in body_of("INVOICED", approved_at=None)["invoice"]


def test_a_shipment_carries_its_items_inside() -> None:
    shipment = make_shipment(items=(("A", 1), ("B", 2), ("A", 2)))

    assert body_of("SHIPPED", shipment=shipment) == {
        "status": "order_shipped",
        "shipment": {
            "code": CODE,
            "items": [{"sku": "A", "qty": 3}, {"sku": "B", "qty": 2}],
            "track": {
                "code": "AA000000001BR",
                "carrier": "Correios",
                "method": "SEDEX",
                "url": "https://rastreio.example.com/AA000000001BR",
            },
            "delivered_carrier_date": brasilia(shipment.shipped_at),
        },
    }


def test_a_shipment_without_carrier_link_or_past_date_is_still_whole() -> None:
    shipment = make_shipment(
        carrier="", method="", tracking_url="https://x.example/" + "a" * 190, shipped_at=datetime.now(UTC)
    )

    told = body_of("SHIPPED", shipment=shipment)["shipment"]

    assert told["track"] == {"code": "AA000000001BR", "carrier": "Transportadora", "method": "Transportadora"}
    assert "delivered_carrier_date" not in told


def test_a_second_hand_over_has_a_code_of_its_own_and_only_the_last_one_moves_the_order() -> None:
    first = body_of("SHIPPED", shipment=make_shipment(), shipping_complete=False)
    second = body_of("SHIPPED", shipment=make_shipment(tracking_code="BB2", hand_over=2))

    assert "status" not in first
    assert first["shipment"]["code"] == CODE
    assert second["status"] == "order_shipped"
    assert second["shipment"]["code"] == f"{CODE}-BB2"


def test_a_delivery_has_its_day_in_brazil() -> None:
    late = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)  # 22:30 of the day before in Brasília

    assert body_of("DELIVERED", delivered_at=late) == {"status": "complete", "delivered_date": "04/03/2026"}


def test_a_delivery_is_never_in_the_future() -> None:
    today = brasilia(datetime.now(UTC))[:10]

    told = body_of("DELIVERED", delivered_at=datetime.now(UTC) + timedelta(days=3))["delivered_date"]

    assert told == "/".join(reversed(today.split("-")))


def test_a_failed_delivery_says_when_and_why() -> None:
    at = datetime.now(UTC) - timedelta(hours=1)

    assert body_of("DELIVERY_FAILED", reason="Destinatário ausente", at=at) == {
        "status": "shipment_exception",
        "shipment_exception": {"occurrence_date": brasilia(at), "observation": "Destinatário ausente"},
    }
    assert body_of("DELIVERY_FAILED")["shipment_exception"]["observation"]


def test_a_cancellation_says_that_it_takes_two_steps() -> None:
    store = Store()

    answer = asyncio.run(store.adapter().push(make_update("CANCELED")))

    assert store.writes == [("POST", f"{PATH}/cancel", {"status": "order_canceled"})]
    assert "INDISPONÍVEL" in answer


@pytest.mark.parametrize("kind", ["INVOICED", "SHIPPED", "DELIVERED", "DELIVERY_FAILED", "CANCELED"])
def test_no_write_goes_without_a_body_or_without_a_status(kind: str) -> None:
    assert body_of(kind)["status"]


def test_the_code_that_the_account_has_for_a_type_is_written() -> None:
    store = Store(statuses=[{"code": "5", "label": "NF", "type": "INVOICE"}, {"code": "6", "type": "SHIPPED"}])

    asyncio.run(store.adapter().push(make_update("INVOICED")))

    assert store.writes[0][2]["status"] == "5"


def test_the_default_code_is_preferred_where_several_have_the_type() -> None:
    custom = [{"code": "faturado", "label": "NF", "type": "INVOICED"}, *STATUSES]

    store = Store(statuses=custom)
    asyncio.run(store.adapter().push(make_update("INVOICED")))

    assert store.writes[0][2]["status"] == "order_invoiced"


@pytest.mark.parametrize("statuses", [[], [None, 1, {}, {"code": ""}], [{"code": "x", "type": "ORBITING"}]])
def test_an_incomplete_list_of_statuses_leaves_the_default_codes(statuses: Any) -> None:
    store = Store(statuses=statuses)

    asyncio.run(store.adapter().push(make_update("DELIVERED")))

    assert store.writes[0][2]["status"] == "complete"


def test_the_accounts_statuses_are_read_once_however_many_updates_there_are() -> None:
    store = Store()
    adapter = store.adapter()

    async def push_all() -> None:
        await asyncio.gather(*(adapter.push(make_update("CANCELED", code=f"X-{n}")) for n in range(20)))

    asyncio.run(push_all())

    assert store.turns.taken.count("others") == 1
    assert len(store.writes) == 20


def brasilia(at: datetime) -> str:
    return (at - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S-03:00")


def test_a_cancellation_of_a_part_is_never_told_as_one_of_the_whole_order() -> None:
    store = Store()

    with pytest.raises(Rejected):
        asyncio.run(store.adapter().push(make_update("CANCELED", partial=True)))

    assert store.writes == []
