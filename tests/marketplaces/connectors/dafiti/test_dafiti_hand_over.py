"""Choosing how a parcel leaves, subscribing to webhooks, and lists that move while they are paged."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from marketplaces import loop
from marketplaces.adapter import Fetched
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unauthorized, Unavailable
from sandbox.client import SandboxClient
from tests.marketplaces.connectors.dafiti import wire
from tests.marketplaces.connectors.dafiti.at_sandbox import account_at, adapter_of
from tests.marketplaces.connectors.dafiti.wire import Api, order, problem, unit
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_shipment, make_update

CODE = "5100001"
ARRANGED = make_update("SHIPPING_ARRANGED", code=CODE)


def test_every_carrier_can_be_chosen_and_who_gives_no_number_is_asked_for_it() -> None:
    ways = run(Api(order(unit(provider="Dafiti Envios"))).adapter().shipping_ways(CODE))

    assert [(way.group, bool(way.asks), way.usual) for way in ways] == [
        ("Total Express", True, False),
        ("Dafiti Envios", False, True),
        ("Dafiti Envios", False, False),
    ]


def test_what_was_chosen_is_told() -> None:
    api = Api(order(unit()))
    choice = {"provider": "total express", "tracking_number": "TE9", "delivery_type": "pickup"}

    run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE, choice=choice)))

    body = api.body(wire.RTS)
    assert (body["shippingProvider"], body["trackingNumber"], body["deliveryType"]) == (
        "Total Express",
        "TE9",
        "pickup",
    )


def test_a_carrier_without_a_number_names_what_is_missing() -> None:
    with pytest.raises(Rejected, match="rastreio"):
        run(Api(order(unit())).adapter().push(ARRANGED))


def test_an_unknown_carrier_is_refused_with_those_that_are_known() -> None:
    update = make_update("SHIPPED", code=CODE, shipment=make_shipment(carrier="Pombo"))

    with pytest.raises(Rejected, match=r"Pombo.*Total Express, Dafiti Envios"):
        run(Api(order(unit(provider=""))).adapter().push(update))


@pytest.mark.parametrize(("rule", "asked"), [({}, 1), ({"pickup": "later"}, 0)])
def test_the_accounts_rule_says_when_dafiti_comes(rule: dict[str, str], asked: int) -> None:
    api = Api(order(unit(status="ready_to_ship", provider="Dafiti Envios", tracking="DE1"), unit(2, "canceled")))

    with nullcontext() if asked else pytest.raises(AlreadyApplied):
        run(api.adapter(arranging=rule).push(ARRANGED))

    assert len(api.calls(wire.PICKUP)) == asked


def test_nothing_is_told_without_an_invoice() -> None:
    with pytest.raises(Rejected, match="NF-e"):
        run(Api(order(unit())).adapter().push(make_update("SHIPPING_ARRANGED", code=CODE, invoice=None)))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (problem("E119: not yet ready to be processed, try later"), NotReady),
        (httpx.Response(429, headers={"Retry-After": "3"}), Unavailable),
        (httpx.Response(503, json={"message": "maintenance"}, headers={"Retry-After": "60"}), Unavailable),
        (httpx.Response(403), Unauthorized),
        (problem("E063: used"), Rejected),
    ],
)
def test_each_refusal_has_its_consequence(answer: httpx.Response, expected: type[Exception]) -> None:
    api = Api(order(unit(tracking="TE1")))
    api.next(wire.RTS, answer)

    with pytest.raises(expected):
        run(api.adapter().push(ARRANGED))


def test_a_list_that_moves_while_it_is_paged_is_read_again() -> None:
    one, two, three = (order(unit(n), id=5_200_000 + n) for n in (1, 2, 3))
    api = Api()
    # The first leaves the window while we page: the third moves onto the page that was read already.
    api.next("/v2/orders", wire.page(one, two, more=True), wire.page(), wire.page(two, three), wire.page(two, three))

    came = run(wire.polled(api.adapter(), (datetime.now(UTC) - timedelta(hours=1)).isoformat()))

    assert [one.external_id for one in came if isinstance(one, Fetched)] == ["5200001", "5200002", "5200003"]


@pytest.mark.django_db(transaction=True)
def test_webhooks_are_subscribed_to_once_with_the_secret_at_the_end(seller: SandboxClient) -> None:
    adapter = adapter_of(account_at(seller))
    url = f"https://hub.example.com/webhooks/{adapter.connection.channel_code}"
    assert loop.run(adapter.subscription(), timeout=20).url == ""

    for _ in range(2):
        loop.run(adapter.subscribe(url), timeout=20)

    subscription = loop.run(adapter.subscription(), timeout=20)
    assert (subscription.url, subscription.problem, subscription.missing) == (url, "", ())
    assert "palavra-do-endereco" not in repr(subscription)
    assert len(seller.ledger(method="POST", path="^/v2/webhook$")) == 1
