"""What a server that was written from the protocol alone would hold against us."""

import time
from contextlib import nullcontext

import httpx
import pytest

from marketplaces.connectors.dafiti import arranging
from marketplaces.errors import AlreadyApplied, NotReady, Rejected, Unavailable
from tests.marketplaces.connectors.dafiti import wire
from tests.marketplaces.connectors.dafiti.wire import Api, order, problem, unit
from tests.marketplaces.contract import run
from tests.marketplaces.wire import make_update

CODE = str(wire.sample()["id"])
ENVIOS = "Dafiti Envios"


def ready(*units: wire.Json) -> wire.Json:
    return order(*[{**one, "status": "ready_to_ship"} for one in units])


def test_a_rest_that_dafiti_asks_for_counts_for_every_call_of_the_seller() -> None:
    api = Api(order(unit()))
    api.next(f"/v2/orders/{CODE}", httpx.Response(429, headers={"Retry-After": "7"}))
    with pytest.raises(Unavailable):
        run(api.adapter().read(CODE))
    assert api.turns.rests == [("calls", 7.0)]


def test_a_pickup_that_is_refused_inside_a_success_is_refused() -> None:
    packed = unit(1, tracking="DFT1", provider=ENVIOS)
    api = Api(ready(packed))
    api.next(wire.PICKUP, httpx.Response(201, json={"orderItemIds": [], "errors": ["Order item 1 has no manifest."]}))

    with pytest.raises(Rejected, match="no manifest"):
        run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))


@pytest.mark.parametrize("action", ["status_set_to_canceled", "status_set_to_cancelled"])
def test_what_is_ready_to_ship_is_canceled_where_the_api_offers_it(action: str) -> None:
    api = Api(order(unit(1, "ready_to_ship", actions=[action]), unit(2)))

    run(api.adapter().push(make_update("CANCELED", code=CODE)))

    assert api.body(wire.CANCELLED) == {"orderItemIds": [1, 2], "reason": "Sem estoque"}


def test_ready_to_ship_follows_packed_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arranging, "SETTLING_SECONDS", 0.2)
    times: dict[str, float] = {}
    loose, packed = (unit(1, tracking=number, provider=ENVIOS) for number in ("", "DFT1"))
    api = Api(order(loose))

    def pack(_request: httpx.Request) -> wire.Json:
        times["packed"] = time.monotonic()
        api.orders[CODE] = order(packed)
        return {"orderItemIds": [1]}

    def make_ready(_request: httpx.Request) -> wire.Json:
        times["ready"] = time.monotonic()
        api.orders[CODE] = ready(packed)
        return {"orderItemIds": [1]}

    api.next(wire.PACKED, pack)
    api.next(wire.RTS, make_ready)
    run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))

    assert times["ready"] - times["packed"] >= 0.2
    assert api.writes == [wire.PACKED, wire.RTS, wire.PICKUP]


def test_what_is_refused_right_after_packing_is_told_again_before_anybody_is_called() -> None:
    packed = unit(1, tracking="DFT1", provider=ENVIOS)
    api = Api(order(unit(1, provider=ENVIOS)))
    api.next(wire.PACKED, lambda _request: api.orders.update({CODE: order(packed)}) or {"orderItemIds": [1]})
    api.next(wire.RTS, problem("Order item is being processed."), problem("Order item is being processed."))

    with pytest.raises(NotReady):
        run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    with pytest.raises(Rejected):
        run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert len(api.calls(wire.PACKED)) == 1


def test_dafiti_envios_is_asked_to_come_once_the_units_are_ready() -> None:
    packed = unit(1, tracking="DFT1", provider=ENVIOS)
    api = Api(ready(packed))
    api.next(f"/v2/orders/{CODE}", order(packed), order(packed))  # before ready-to-ship, and a moment after

    run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))

    assert api.writes == [wire.RTS, wire.PICKUP]


def test_a_pickup_is_not_forgotten_while_units_take_long_to_become_ready() -> None:
    api = Api(order(unit(1, tracking="DFT1", provider=ENVIOS)))

    with pytest.raises(NotReady) as caught:
        run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert caught.value.taken


@pytest.mark.parametrize(
    ("kind", "delivery", "actions", "asked"),
    [
        ("crossdocking", "pickup", ["create_pickup_request"], True),
        ("crossdocking", "pickup", [], False),
        ("crossdocking", None, ["create_pickup_request"], False),
        ("dropshipping", None, ["create_pickup_request"], False),
    ],
)
def test_another_carrier_is_asked_to_come_only_where_it_fetches_and_dafiti_offers_that(
    kind: str, delivery: str | None, actions: list[str], asked: bool
) -> None:
    """The seller calls a carrier of his own himself, whatever is offered for the unit."""
    one = unit(1, "ready_to_ship", tracking="TE1", kind=kind, actions=actions)
    one["shipment"]["crossdockingDeliveryType"] = delivery
    api = Api(order(one))
    adapter, update = api.adapter(), make_update("SHIPPING_ARRANGED", code=CODE)

    arranged = run(adapter.is_applied(update))
    with nullcontext() if asked else pytest.raises(AlreadyApplied):
        run(adapter.push(update))

    assert arranged is not asked
    assert api.writes == ([wire.PICKUP] if asked else [])


def test_a_carrier_that_was_asked_to_come_is_not_asked_again() -> None:
    """Dafiti Envios, and one that fetches: the unit says that a pickup was asked for."""
    own = unit(1, "ready_to_ship", tracking="DFT1", provider=ENVIOS, isPickupRequestSent=True)
    other = unit(2, "ready_to_ship", tracking="TE1", kind="crossdocking", actions=["create_pickup_request"])
    other["shipment"]["crossdockingDeliveryType"] = "pickup"
    api = Api(order(own, {**other, "isPickupRequestSent": True}))

    with pytest.raises(AlreadyApplied):
        run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))
    assert api.writes == []


@pytest.mark.parametrize(
    ("told", "sent"), [(None, "send_to_warehouse"), ("pickup", "pickup"), ("mail", "send_to_warehouse")]
)
def test_a_delivery_type_is_one_of_dafitis_three(told: str | None, sent: str) -> None:
    one = unit(1, tracking="TE1", kind="crossdocking")
    one["shipment"]["crossdockingDeliveryType"] = told
    api = Api(order(one))

    run(api.adapter().push(make_update("SHIPPING_ARRANGED", code=CODE)))

    assert api.body(wire.RTS)["deliveryType"] == sent


def finished(**over: object) -> wire.Json:
    link = "/filemanager/v1/files/x1/download"
    return {"id": 9, "uuid": "f-1", "status": "Finished", "isDeleted": False, "downloadLinks": [link], **over}


def test_a_label_is_fetched_by_its_link_where_its_id_names_no_file() -> None:
    api = Api(ready(unit(1, tracking="DFT1", provider=ENVIOS)))
    api.next("/v2/orders/export-document", httpx.Response(201, json=finished()))
    api.next("/filemanager/v1/files/download/f-1", httpx.Response(404))
    api.next("/filemanager/v1/files/x1/download", httpx.Response(200, content=b"%PDF-1.4"))

    (label,) = run(api.adapter().labels(make_update("LABEL", code=CODE)))

    assert label.content == b"%PDF-1.4"


def test_a_label_whose_task_is_gone_is_made_anew() -> None:
    api = Api(ready(unit(1, tracking="DFT1", provider=ENVIOS)))
    adapter = api.adapter()
    api.next(
        "/v2/orders/export-document", *[httpx.Response(201, json=finished(status=s)) for s in ("Queued", "Finished")]
    )
    api.next("/v2/exports/9", httpx.Response(404))
    api.next("/filemanager/v1/files/download/f-1", httpx.Response(200, content=b"%PDF-1.4"))

    with pytest.raises(Unavailable):
        run(adapter.labels(make_update("LABEL", code=CODE)))
    assert run(adapter.labels(make_update("LABEL", code=CODE)))[0].content == b"%PDF-1.4"


def test_webhooks_may_be_listed_as_a_page_and_named_as_when_they_were_made() -> None:
    api = Api()
    adapter = api.adapter()
    row = {
        "webhookId": "w-1",
        "callbackUrl": "https://hub.example.com/webhooks/channel/old",
        "events": ["onOrderCreated"],
    }
    callback = {"id": 1, "url": "https://hub.example.com/webhooks/channel/old", "status": "success"}
    api.next("/v2/webhooks", *[{"items": [callback, row]}] * 2)
    api.next("/v2/webhook/w-1", {})

    assert run(adapter.subscription()).missing == ("onOrderItemsStatusChanged", "onReturnStatusChanged")
    run(adapter.subscribe("https://hub.example.com/webhooks/channel"))

    assert api.body("/v2/webhook/w-1")["callbackUrl"] == "https://hub.example.com/webhooks/channel/hook-word"
