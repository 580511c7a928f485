"""What SkyHub sees of us on the wire, and how we read its answers."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from marketplaces.adapter import Fetched
from marketplaces.connectors.skyhub.adapter import SkyHub
from marketplaces.connectors.skyhub.client import LIMITS, explain
from marketplaces.connectors.skyhub.credentials import Credentials
from marketplaces.errors import Malformed, Rejected, Unauthorized, Unavailable
from tests.factories import make_access_key
from tests.marketplaces.connectors.skyhub import CREDENTIALS, STATUSES, Store, sample
from tests.marketplaces.wire import make_shipment, make_update

CODE = "Lojas Americanas-281000000101"
PATH = "/orders/Lojas%20Americanas-281000000101"


async def drained(adapter: SkyHub) -> list[Fetched]:
    return [fetched async for fetched in adapter.fetch("")]


def body_of(kind: str, **fields: Any) -> Any:
    """The body that SkyHub gets for one update."""
    store = Store()
    asyncio.run(store.adapter().push(make_update(kind, **fields)))
    ((_, _, body),) = store.writes
    return body


def test_every_call_carries_the_five_headers() -> None:
    store = Store()

    asyncio.run(drained(store.adapter()))

    (request,) = store.requests
    assert request.headers["X-User-Email"] == CREDENTIALS["email"]
    assert request.headers["X-Api-Key"] == CREDENTIALS["api_key"]
    assert request.headers["X-Accountmanager-Key"] == CREDENTIALS["account_manager_key"]
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"


def test_credentials_never_show_in_what_is_printed() -> None:
    shown = repr(Credentials.of(CREDENTIALS))

    assert CREDENTIALS["email"] in shown
    assert CREDENTIALS["api_key"] not in shown
    assert CREDENTIALS["account_manager_key"] not in shown


@pytest.mark.parametrize("missing", ["email", "api_key", "account_manager_key"])
def test_a_missing_credential_is_named_before_anything_is_sent(missing: str) -> None:
    store = Store()

    with pytest.raises(Unauthorized, match=missing):
        asyncio.run(store.adapter(**{missing: " "}).check())
    assert store.requests == []


def test_a_credential_that_no_header_can_carry_is_named() -> None:
    with pytest.raises(Unauthorized, match="api_key"):
        asyncio.run(Store().adapter(api_key="chave\ncolada").check())
    with pytest.raises(Unauthorized, match="email"):
        asyncio.run(Store().adapter(email="joão@example.com").check())


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("Lojas Americanas-1", "Lojas%20Americanas-1"),
        ("A/B-1", "A%2FB-1"),
        ("Ponto+Frio-1?x#y", "Ponto%2BFrio-1%3Fx%23y"),
        ("Promoção 50%-1", "Promo%C3%A7%C3%A3o%2050%25-1"),
    ],
)
def test_codes_are_one_path_segment(code: str, segment: str) -> None:
    store = Store()

    asyncio.run(store.adapter().acknowledge(code))
    asyncio.run(store.adapter().push(make_update("CANCELED", code=code)))

    assert [path for _, path, _ in store.writes] == [f"/queues/orders/{segment}", f"/orders/{segment}/cancel"]


@pytest.mark.parametrize(
    "empty",
    [
        httpx.Response(204),
        httpx.Response(200),
        httpx.Response(200, text="null"),
        httpx.Response(200, text=" {}\n"),
    ],
    ids=["204", "200", "null", "object"],
)
def test_an_empty_queue_has_several_faces(empty: httpx.Response) -> None:
    assert asyncio.run(drained(Store(empty, sample()).adapter())) == []


def test_the_queue_is_drained_until_it_is_empty_and_every_body_is_kept_as_it_came() -> None:
    body = json.dumps(sample(), indent=3).encode()
    store = Store(body, sample("seed_example"))

    first, second = asyncio.run(drained(store.adapter()))

    assert first.raw == body.decode()
    assert first.receipt == first.external_id == "Lojas Americanas-1530000000303"
    assert second.receipt == "Marketplace-000000007"
    assert store.turns.taken == ["queues:get"] * 3


def test_a_web_page_in_place_of_an_order_is_an_outage() -> None:
    store = Store(httpx.Response(200, text="<html>Em manutenção</html>"))

    with pytest.raises(Unavailable):
        asyncio.run(drained(store.adapter()))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(422, json={"error": "Transição inválida"}), "Transição inválida"),
        (httpx.Response(422, json={"errors": {"detail": "Transição inválida"}}), "Transição inválida"),
        (httpx.Response(422, json={"message": "Transição inválida"}), "Transição inválida"),
        (httpx.Response(422), ""),
        (httpx.Response(422, text="[]"), "[]"),
        (httpx.Response(422, json={"errors": ["a", "b"]}), '{"errors":["a","b"]}'),
        (httpx.Response(502, text="<html>Bad gateway</html>"), "<html>Bad gateway</html>"),
    ],
)
def test_errors_come_in_three_shapes_and_none(answer: httpx.Response, sentence: str) -> None:
    assert explain(answer) == sentence


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

    assert store.turns.taken.count("statuses") == 1
    assert len(store.writes) == 20


def test_each_endpoint_has_its_documented_limit() -> None:
    store = Store(sample())
    store.orders[CODE] = sample()
    adapter = store.adapter()

    async def everything() -> None:
        await drained(adapter)
        await adapter.acknowledge(CODE)
        await adapter.read(CODE)
        await adapter.check()
        for kind in ("INVOICED", "SHIPPED", "DELIVERED", "DELIVERY_FAILED", "CANCELED"):
            await adapter.push(make_update(kind))

    asyncio.run(everything())

    assert set(store.turns.taken) < set(LIMITS)
    assert LIMITS["queues:get"] == LIMITS["queues:delete"] == LIMITS["orders:write:invoice"] == 9
    assert LIMITS["orders:get:one"] == LIMITS["orders:get:list"] == LIMITS["statuses"] == 1


def test_statuses_can_be_listed_created_and_renamed() -> None:
    store = Store()
    client = store.adapter().client

    async def calls() -> list[Any]:
        await client.create_status("new order", label="Novo", type="NEW")
        await client.update_status("new order", label="Novo pedido", type="NEW")
        return await client.status_types()

    assert "INVOICED" in asyncio.run(calls())
    assert store.writes == [
        ("POST", "/statuses", {"status": {"code": "new order", "label": "Novo", "type": "NEW"}}),
        ("PUT", "/statuses/new%20order", {"status": {"label": "Novo pedido", "type": "NEW"}}),
    ]


def test_test_orders_are_created_and_approved() -> None:
    store = Store()
    client = store.adapter().client

    async def calls() -> None:
        await client.create_test_order({"channel": "Submarino"})
        await client.approve_test_order("Submarino-1", status="payment_received")

    asyncio.run(calls())

    assert store.writes == [
        ("POST", "/orders", {"order": {"channel": "Submarino"}}),
        ("POST", "/orders/Submarino-1/approval", {"status": "payment_received"}),
    ]


def test_orders_are_listed_by_page_and_status() -> None:
    store = Store()
    store.orders["/orders"] = {"total": 0, "orders": []}

    found = asyncio.run(store.adapter().client.orders(page=2, statuses=["a b", "c"]))

    assert found == {"total": 0, "orders": []}
    assert store.requests[0].url.params.multi_items() == [
        ("page", "2"),
        ("per_page", "100"),
        ("filters[statuses][]", "a b"),
        ("filters[statuses][]", "c"),
    ]
    store.orders["/orders"] = []
    with pytest.raises(Malformed):
        asyncio.run(store.adapter().client.orders())


def test_an_order_that_skyhub_does_not_know_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        asyncio.run(Store().adapter().read(CODE))

    assert caught.value.code == "404"


def brasilia(at: datetime) -> str:
    return (at - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S-03:00")
