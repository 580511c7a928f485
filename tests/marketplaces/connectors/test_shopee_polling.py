"""Bringing orders in: windows, pages of a list that moves, details fifty at a time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from celery import Celery

from config.celery import schedule
from marketplaces.adapter import Fetched
from marketplaces.connectors.shopee import polling
from marketplaces.crossing import Listed, Reached
from marketplaces.errors import Malformed, Rejected, Unavailable
from orders.status import Status
from tests.marketplaces.connectors.shopee import Shop, page, polled, sample
from tests.marketplaces.contract import run

LIST = "order/get_order_list"
DETAIL = "order/get_order_detail"


def codes(found: list[Fetched | Reached]) -> list[str]:
    return [one.external_id for one in found if isinstance(one, Fetched)]


def recent() -> str:
    return (datetime.now(UTC) - timedelta(minutes=1)).isoformat()


def orders(count: int) -> list[dict[str, object]]:
    return [sample(order_sn=f"26111800A{number:05}") for number in range(count)]


def test_windows_are_asked_for_by_update_time_without_a_status_and_never_longer_than_shopee_allows() -> None:
    shop = Shop(sample())

    found = run(polled(shop.adapter()))

    asked = [request.url.params for request in shop.calls(LIST)]
    assert len(asked) > 30
    assert all("order_status" not in params and params["time_range_field"] == "update_time" for params in asked)
    assert all(int(params["time_to"]) - int(params["time_from"]) <= 86400 for params in asked)
    assert all(int(a["time_to"]) > int(b["time_from"]) for a, b in pairwise(asked))
    assert sum(isinstance(one, Reached) for one in found) == len(asked)
    assert isinstance(found[-1], Reached)


def test_details_are_asked_for_fifty_at_a_time_with_all_that_is_left_out_otherwise() -> None:
    shop = Shop(*orders(120))

    found = run(polled(shop.adapter(), recent()))

    asked = shop.calls(DETAIL)
    assert sorted(codes(found)) == sorted(shop.orders)
    assert sorted(len(r.url.params["order_sn_list"].split(",")) for r in asked) == [20, 50, 50]
    assert "recipient_address" in asked[0].url.params["response_optional_fields"].split(",")


def test_a_page_may_be_short_and_more_may_follow() -> None:
    shop = Shop(*orders(3))
    a, b, c = shop.orders
    twice = [page(a, more=True, cursor="100"), page(b, c)] * 2
    shop.next(LIST, *twice)

    assert sorted(codes(run(polled(shop.adapter(), recent())))) == [a, b, c]
    assert [r.url.params.get("cursor") for r in shop.calls(LIST)] == [None, "100", None, "100"]


def test_an_order_that_slipped_between_two_pages_is_found_when_the_list_is_read_again() -> None:
    """The cursor is an offset: an order that is updated meanwhile leaves the window and moves all others forward."""
    shop = Shop(*orders(3))
    a, b, c = shop.orders
    shop.next(LIST, page(a, more=True, cursor="1"), page(c))  # a left, b moved into its place
    shop.next(LIST, page(b, more=True, cursor="1"), page(c), page(b, more=True, cursor="1"), page(c))

    assert sorted(codes(run(polled(shop.adapter(), recent())))) == [a, b, c]


def test_a_list_that_never_ends_is_no_endless_loop() -> None:
    shop = Shop()
    shop.next(LIST, page("A", more=True, cursor="1"), page("B", more=True, cursor="1"))

    with pytest.raises(Malformed):
        run(polled(shop.adapter(), recent()))


def test_an_outage_in_the_middle_of_a_window_does_not_count_as_its_end() -> None:
    shop = Shop(*orders(60))
    shop.refuse(DETAIL, "error_server")
    seen: list[Fetched | Reached] = []

    async def poll() -> None:
        async for one in shop.adapter().fetch(recent()):
            seen.append(one)

    with pytest.raises(Unavailable):
        run(poll())
    assert not any(isinstance(one, Reached) for one in seen)


def test_what_is_listed_without_details_is_not_lost_silently() -> None:
    shop = Shop(sample())
    shop.next(LIST, page("261118EXA00001", "261118UNKNOWN1"))

    found = run(polled(shop.adapter(), recent()))

    assert [one.problem for one in found if isinstance(one, Fetched) and not one.snapshot] == [polling.NO_DETAIL]


def test_a_batch_of_which_nothing_is_known_is_refused_by_shopee_and_kept_by_us() -> None:
    shop = Shop()
    shop.next(LIST, page("261118UNKNOWN1"))

    assert codes(run(polled(shop.adapter(), recent()))) == ["261118UNKNOWN1"]


def test_each_order_is_kept_byte_for_byte() -> None:
    raw = '{"order_sn":"A1",  "total_amount": 1.50, "order_status": "X"}'
    shop = Shop()
    answer = f'{{"error":"","message":"","response":{{"order_list":[{raw}]}}}}'
    shop.next(DETAIL, httpx.Response(200, text=answer))

    assert run(shop.adapter().read("A1")).raw == raw


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        run(Shop().adapter().read("261118UNKNOWN1"))
    assert caught.value.code == "error_not_found"


def test_what_was_placed_is_listed_by_purchase_time() -> None:
    shop = Shop(sample("shipped"), sample())
    until = datetime.now(UTC)

    async def listed() -> list[Listed]:
        return [row async for row in shop.adapter().listed(until - timedelta(days=20), until)]

    rows = run(listed())

    assert rows[:2] == [
        Listed(code="261118EXA00016", status=Status.SHIPPED),
        Listed(code="261118EXA00001", status=None),
    ]
    assert {r.url.params["time_range_field"] for r in shop.requests} == {"create_time"}
    assert len(shop.requests) == 2


def test_beat_polls_every_minute_under_the_name_that_operators_know() -> None:
    beat = Celery(set_as_current=False)

    schedule(beat)

    entry = beat.conf.beat_schedule["Shopee polling"]

    assert entry["schedule"] == 60
    assert entry["task"] == "marketplaces.tasks.pull_due_accounts"
    assert entry["kwargs"] == {"connector": "shopee"}
