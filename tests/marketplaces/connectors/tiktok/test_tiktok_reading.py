"""Windows, pages, tokens, beat; and whatever TikTok Shop sends is an order, or Malformed with a reason."""

import copy
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest
from celery import Celery
from hypothesis import given, settings
from hypothesis import strategies as st

from config.celery import schedule
from marketplaces.adapter import Fetched
from marketplaces.connectors.tiktok import payload, polling, tokens
from marketplaces.crossing import Reached
from marketplaces.errors import Malformed, Rejected, Unauthorized, Unavailable
from orders.status import Status
from tests.marketplaces.connectors.tiktok.wire import (
    DETAIL,
    SAMPLES,
    SEARCH,
    SEEN_AT,
    SHOPS,
    Shop,
    ok,
    polled,
    sample,
    snapshot,
    unit,
)
from tests.marketplaces.contract import run

PAIR = {"access_token": "a2", "access_token_expire_in": 1795608000, "refresh_token": "r2", "user_type": 0}


def codes(found: list[Fetched | Reached]) -> list[str]:
    return sorted(one.external_id for one in found if isinstance(one, Fetched))


def recent() -> str:
    return (datetime.now(UTC) - timedelta(minutes=1)).isoformat()


def listing(*ids: str, token: str = "") -> dict[str, Any]:
    return ok({"orders": [{"id": code} for code in ids], "next_page_token": token})


def test_windows_are_bounded_at_both_ends_and_overlap() -> None:
    shop = Shop(sample())

    found = run(polled(shop.adapter()))

    asked = [json.loads(request.content) for request in shop.calls(SEARCH)]
    assert len(asked) > 30
    assert all(0 < body["update_time_lt"] - body["update_time_ge"] <= 86_401 for body in asked)
    assert all(a["update_time_lt"] > b["update_time_ge"] for a, b in pairwise(asked))
    assert sum(isinstance(one, Reached) for one in found) == len(asked)


def test_details_are_asked_for_fifty_at_a_time() -> None:
    shop = Shop(*(sample(id=f"5766000000000{number:05}") for number in range(120)))

    assert codes(run(polled(shop.adapter(), recent()))) == sorted(shop.orders)
    assert sorted(len(r.url.params["ids"].split(",")) for r in shop.calls(DETAIL)) == [20, 50, 50]


def test_an_order_that_slipped_between_two_pages_is_found_when_they_are_read_again() -> None:
    shop = Shop(*(sample(id=code) for code in ("A", "B", "C")))
    shop.next(SEARCH, listing("A", token="1"), listing("C"))
    shop.next(SEARCH, listing("B", token="1"), listing("C"), listing("B", token="1"), listing("C"))

    assert codes(run(polled(shop.adapter(), recent()))) == ["A", "B", "C"]


def test_a_list_that_never_ends_is_no_endless_loop() -> None:
    shop = Shop()
    shop.next(SEARCH, listing("A", token="1"), listing("B", token="1"))

    with pytest.raises(Malformed):
        run(polled(shop.adapter(), recent()))


def test_an_outage_in_the_middle_of_a_window_is_not_its_end() -> None:
    shop = Shop(sample())
    shop.refuse(DETAIL, 36009003)

    with pytest.raises(Unavailable):
        run(polled(shop.adapter(), recent()))


def test_what_is_listed_without_details_is_not_lost_silently() -> None:
    shop = Shop(sample())
    shop.next(SEARCH, listing("576600000000000002", "999"))

    found = run(polled(shop.adapter(), recent()))

    assert [one.problem for one in found if isinstance(one, Fetched) and not one.snapshot] == [polling.NO_DETAIL]


def test_one_order_that_cannot_be_read_keeps_no_other_back() -> None:
    shop = Shop(sample())
    shop.next(DETAIL, ok({"orders": [7, sample()]}))

    found = [one for one in run(polled(shop.adapter(), recent())) if isinstance(one, Fetched)]

    assert [bool(one.snapshot) for one in found] == [False, True]


def test_an_order_is_kept_byte_for_byte_with_what_belongs_to_it_behind() -> None:
    raw = '{"id":"A1",  "status": "AWAITING_SHIPMENT", "is_buyer_request_cancel": true}'
    shop = Shop()
    shop.next(DETAIL, httpx.Response(200, text=f'{{"code":0,"data":{{"orders":[{raw}]}}}}'))
    shop.cancellations = [{"order_id": "A1", "cancel_id": "9"}]

    kept = run(shop.adapter().read("A1")).raw

    assert kept.startswith(raw[:-1])
    assert json.loads(kept)["cancellations"] == shop.cancellations


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(Rejected):
        run(Shop().adapter().read("999"))


def test_gifts_are_lines_of_their_own_and_amounts_add_up() -> None:
    gift, paid = snapshot(sample("sold_with_a_gift")), snapshot(sample("paid_with_a_fee"))

    assert [(item.line, item.unit_price) for item in gift.items] == [
        ("1729600000000000101", Decimal("49.90")),
        ("1729600000000000101#2", Decimal("0.00")),
    ]
    assert (paid.interest, paid.expected_total) == (Decimal("1.60"), paid.total)
    assert snapshot(sample("paid_with_a_platforms_discount")).discount == Decimal("5.00")


def test_a_line_keeps_its_name_whatever_the_order_of_the_units() -> None:
    units = [unit(id=str(n), sale_price=price) for n, price in enumerate(("9.90", "5.00", "9.90"))]

    names = {
        tuple(sorted((item.line, item.unit_price) for item in snapshot(sample(line_items=told)).items))
        for told in (units, units[::-1])
    }

    assert len(names) == 1


def test_a_street_is_taken_apart_where_it_is_told() -> None:
    address = snapshot(sample("shipped_by_the_seller")).shipping_address

    found = (address.street, address.number, address.complement, address.neighborhood, address.city, address.state)
    assert found == ("Rua dos Exemplos", "12", "Apto 3", "Vila Exemplo", "São Paulo", "SP")


def test_an_address_in_four_lines_begins_with_the_neighborhood_where_the_third_is_the_number() -> None:
    told = sample("shipped_by_the_seller")["recipient_address"]
    lines = {"address_line1": "Bela Vista", "address_line2": "Avenida dos Exemplos", "address_line3": "1000"}
    districts = [row for row in told["district_info"] if row["address_level"] != "L3"]
    told = {**told, **lines, "address_line4": "Apto 3", "district_info": districts}

    address = snapshot(sample("shipped_by_the_seller", recipient_address=told)).shipping_address

    found = (address.street, address.number, address.complement, address.neighborhood)
    assert found == ("Avenida dos Exemplos", "1000", "Apto 3", "Bela Vista")


def test_the_seller_is_sent_to_the_consent_page_by_the_services_id() -> None:
    adapter = Shop().adapter()

    url = tokens.authorization_url(adapter.connection, state="s&1")

    assert url == "https://marketplace.example.com/open/authorize?service_id=7000000000000000000&state=s%261"
    with pytest.raises(Unauthorized, match="service_id"):
        tokens.authorization_url(Shop().adapter(service_id="app-key").connection, state="s")


def test_an_authorization_of_another_shop_or_of_no_seller_is_refused() -> None:
    creator, several = Shop(), Shop()
    creator.next("/api/v2/token/get", ok({**PAIR, "user_type": 1}))
    several.next("/api/v2/token/get", ok(PAIR))
    several.next("/authorization/202309/shops", ok({"shops": [{**SHOPS[0], "id": "8"}, {**SHOPS[0], "id": "9"}]}))

    with pytest.raises(Rejected):
        run(creator.adapter().exchange({"code": "c"}))
    with pytest.raises(Unauthorized, match="8"):
        run(several.adapter().exchange({"code": "c"}))


@pytest.mark.parametrize("answer", [{}, {"state": "s"}])
def test_a_browser_that_comes_back_without_a_code_is_refused_without_a_call(answer: dict[str, str]) -> None:
    shop = Shop()

    with pytest.raises(Rejected):
        run(shop.adapter().exchange(answer))
    assert shop.requests == []


def test_a_refresh_gives_both_tokens_anew_and_an_outage_is_no_disconnection() -> None:
    shop = Shop()
    path = "/api/v2/token/refresh"
    shop.next(path, ok(PAIR))
    shop.refuse(path, 36009003)

    grant = run(shop.adapter().refresh("r1"))

    assert (grant.access_token, grant.refresh_token) == ("a2", "r2")
    assert shop.calls(path)[0].url.params["refresh_token"] == "r1"
    with pytest.raises(Unavailable):
        run(shop.adapter().refresh("r2"))


def test_beat_polls_every_minute_under_the_name_that_operators_know() -> None:
    beat = Celery(set_as_current=False)

    schedule(beat)

    entry = beat.conf.beat_schedule["TikTok Shop polling"]
    assert entry["kwargs"] == {"connector": "tiktok"}


def test_what_was_placed_is_listed_newest_first() -> None:
    shop = Shop()
    shop.next(SEARCH, ok({"orders": [{"id": "A", "status": "IN_TRANSIT"}, {"id": "B", "status": "AWAITING_SHIPMENT"}]}))
    until = datetime.now(UTC)

    async def rows() -> list[tuple[str, Status | None]]:
        return [(row.code, row.status) async for row in shop.adapter().listed(until - timedelta(days=20), until)]

    assert run(rows()) == [("A", Status.SHIPPED), ("B", None)]
    assert {r.url.params["sort_order"] for r in shop.calls(SEARCH)} == {"DESC"}


SAMPLE_BODIES = [path.read_text() for path in sorted(SAMPLES.glob("*.json"))]
ODD = st.sampled_from(["\u0000", " ", "-1", "1e9", "NaN", "Infinity", "٣", "***", "x" * 400, 10**40, "2026-11-18"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sample with a few values anywhere in it replaced or removed."""
    document = copy.deepcopy(json.loads(draw(st.sampled_from(SAMPLE_BODIES))))
    for _ in range(draw(st.integers(1, 4))):
        spot = draw(st.sampled_from(spots(document)))
        if not spot:
            return draw(JSON)
        parent = document
        for key in spot[:-1]:
            parent = parent[key]
        if draw(st.booleans()):
            parent[spot[-1]] = draw(JSON)
        else:
            del parent[spot[-1]]
    return document


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every value in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, child in children for spot in spots(child, (*path, key)))]


@given(document=mutated())
@settings(max_examples=400, deadline=None)
def test_a_mutated_order_is_read_or_malformed_and_can_be_stored(document: Any) -> None:
    fetched = polling.read(json.dumps(document).encode(), SEEN_AT)

    assert bool(fetched.problem) is (fetched.snapshot is None)
    if order := fetched.snapshot:
        assert "\\u0000" not in json.dumps(asdict(order), default=str)
        assert all(item.quantity >= item.shipped + item.canceled for item in order.items)
        assert all(item.returned <= item.shipped for item in order.items)


@given(body=st.binary(max_size=200) | st.sampled_from(SAMPLE_BODIES).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_bytes_are_read_or_malformed(body: bytes) -> None:
    assert isinstance(payload.code_of(body), str)
    assert polling.read(body, SEEN_AT).raw is not None
