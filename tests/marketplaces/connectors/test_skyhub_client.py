"""What SkyHub sees of us on the wire, and how we read its answers."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from marketplaces.connectors.skyhub.calls import explain
from marketplaces.connectors.skyhub.client import LIMITS
from marketplaces.connectors.skyhub.credentials import Credentials
from marketplaces.errors import Malformed, Rejected, Throttled, Unauthorized, Unavailable
from tests.marketplaces.connectors.skyhub import CREDENTIALS, Store, drained, sample
from tests.marketplaces.wire import make_update

CODE = "Lojas Americanas-281000000101"
PATH = "/orders/Lojas%20Americanas-281000000101"


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


def test_after_too_many_calls_their_bucket_waits_for_a_new_window() -> None:
    store = Store(httpx.Response(429, text="Too many requests"))

    with pytest.raises(Unavailable) as caught:
        asyncio.run(drained(store.adapter()))

    assert caught.value.retry_after == 1.0
    assert store.turns.rests == [("queues:get", 1.0)]


def test_an_acknowledgement_that_came_too_soon_is_not_given_up() -> None:
    store = Store()
    store.refuse("Too many requests", status=429)
    adapter = store.adapter()

    with pytest.raises(Throttled) as caught:
        asyncio.run(adapter.acknowledge(CODE))
    asyncio.run(adapter.acknowledge(CODE))

    assert caught.value.seconds == 1.0


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
    assert LIMITS["orders:get:one"] == LIMITS["orders:get:list"] == LIMITS["others"] == 1


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
