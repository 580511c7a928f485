"""Keys that see some channels only, work from some addresses only, and may call so often only."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from orders.models import ApiKey, OrderEvent
from tests.factories import make_api_key, make_channel, make_order
from tests.orders.warehouse import Warehouse
from warehouse import rate

pytestmark = pytest.mark.django_db


def test_a_key_of_one_channel_sees_nothing_of_the_others() -> None:
    mine, other = make_order(), make_order()
    for order in (mine, other, mine):
        OrderEvent.objects.create(order=order, kind="NOTE", by_kind="SYSTEM", by_name="x")
    OrderEvent.objects.update(xid=1)
    wms = Warehouse(make_api_key())
    ApiKey.objects.get().channels.add(mine.channel)

    assert [order["code"] for order in wms.get("/orders").json()["orders"]] == [mine.code]
    assert [channel["code"] for channel in wms.get("/channels").json()["channels"]] == [mine.channel.code]
    assert [change["order"]["code"] for change in wms.get("/changes").json()["changes"]] == [mine.code] * 2
    assert wms.get(f"/orders/{mine.pk}").status_code == 200
    assert wms.get(f"/orders/{other.pk}").status_code == 404
    assert wms.get(f"/orders/{other.pk}/documents").status_code == 404
    assert wms.put(f"/orders/{other.pk}/cancellation", {"reason": "x"}).status_code == 404
    assert wms.get("/orders", channel=other.channel.code).json()["orders"] == []


def test_a_key_of_one_channel_pages_its_changes_without_gap() -> None:
    mine, other = make_order(), make_order()
    for number in range(20):
        event = OrderEvent.objects.create(
            order=mine if number % 5 == 0 else other, kind="NOTE", by_kind="SYSTEM", by_name="x"
        )
        OrderEvent.objects.filter(pk=event.pk).update(xid=number + 1)
    wms = Warehouse(make_api_key())
    ApiKey.objects.get().channels.add(mine.channel)

    seen, query = [], {}
    for _ in range(10):
        page = wms.get("/changes", limit=2, **query).json()
        seen += [int(change["position"].split("-")[0]) for change in page["changes"]]
        query = {"after": page["next"]}
        if not page["more"]:
            break

    assert seen == [1, 6, 11, 16]


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        ([], "203.0.113.9", 200),
        (["203.0.113.9"], "203.0.113.9", 200),
        (["198.51.100.0/24", "203.0.113.0/24"], "203.0.113.9", 200),
        (["2001:db8::/32"], "2001:db8::9", 200),
        (["203.0.113.9"], "203.0.113.10", 403),
        (["203.0.113.0/24"], "2001:db8::9", 403),
        (["203.0.113.0/24"], "", 403),
    ],
)
def test_a_key_works_only_from_its_addresses(networks: list[str], address: str, status: int) -> None:
    wms = Warehouse(make_api_key(networks=networks))
    wms.client.defaults["REMOTE_ADDR"] = address

    answer = wms.get("/channels")

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "/api/problems/address-not-allowed"


@pytest.mark.parametrize(("proxies", "status"), [(0, 403), (1, 200), (2, 403)])
def test_only_our_own_proxies_are_believed(settings: Settings, proxies: int, status: int) -> None:
    settings.TRUSTED_PROXIES = proxies
    wms = Warehouse(make_api_key(networks=["203.0.113.9"]), **{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})

    assert wms.get("/channels").status_code == status


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[rate.Bucket]:
    """One of this test's own, whose counts no other test has used up."""
    fresh = rate.Bucket()
    monkeypatch.setattr(rate, "bucket", fresh)
    fresh._redis.flushdb()
    yield fresh
    fresh._redis.close()


def calls(wms: Warehouse, times: int) -> list[Any]:
    return [wms.get("/channels") for _ in range(times)]


def test_each_answer_says_how_much_is_left_and_too_much_is_told_when_to_come_back(
    bucket: rate.Bucket, settings: Settings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    wms = Warehouse(make_api_key("a"))

    answers = calls(wms, 4)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"key";q=3;w=60'}
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    refused = answers[-1]
    assert refused.json()["type"] == "/api/problems/too-many-requests"
    assert 15 <= int(refused["Retry-After"]) <= 20
    assert Warehouse(make_api_key("b")).get("/channels").status_code == 200  # every key has its own


def test_without_redis_each_process_counts_for_itself(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 4
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(rate, "bucket", rate.Bucket())

    answers = calls(Warehouse(make_api_key("a")), 3)

    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_there_may_be_no_limit(settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0

    assert not Warehouse().get("/channels").has_header("RateLimit")


def test_a_channel_that_the_key_does_not_see_is_not_named() -> None:
    seen, hidden = make_channel(), make_channel()
    wms = Warehouse(make_api_key())
    ApiKey.objects.get().channels.add(seen)

    assert wms.get("/orders", channel=hidden.code).json() == {"orders": [], "next_cursor": None}
