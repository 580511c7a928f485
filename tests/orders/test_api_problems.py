"""Every way of being refused is problem+json, in the reader's language, and tells nothing of our insides."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from orders.api.base import Door
from orders.api.parsing import LARGEST_BODY
from orders.api.problem_types import PROBLEM_TYPES
from tests.factories import make_api_key, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def wms() -> Warehouse:
    return Warehouse()


def assert_problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(response.content)
    assert (document["type"], document["status"]) == (f"/api/problems/{slug}", status)
    assert document["title"]
    assert document["detail"]
    return document


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/orders/", "/api/v2/orders", "/api/nothing"])
def test_an_unknown_address_below_api_is_404(path: str) -> None:
    document = assert_problem(Client().get(path), 404, "not-found")

    assert document["instance"] == path


def test_an_unknown_address_elsewhere_is_an_ordinary_404() -> None:
    response = Client().get("/nothing")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_an_unknown_method_is_405_and_lists_the_known_ones(wms: Warehouse) -> None:
    response = wms.send("DELETE", "/orders")

    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["Allow"] == "GET, HEAD"


def test_asking_for_anything_but_json_is_406(wms: Warehouse) -> None:
    assert_problem(wms.send("GET", "/orders", Accept="application/xml"), 406, "not-acceptable")


def test_a_body_that_is_no_json_type_is_415(wms: Warehouse) -> None:
    path = f"/orders/{make_order().pk}/cancellation"

    response = wms.send("PUT", path, "reason=x", content_type="application/x-www-form-urlencoded")

    document = assert_problem(response, 415, "unsupported-media-type")
    assert "application/x-www-form-urlencoded" in document["detail"]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b'{"reason": "x"', "line 1, column 15"),
        (b'{"reason": NaN}', "no JSON"),
        (b'{"reason": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b"1" * 5_000, "no JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_400_and_says_where(wms: Warehouse, content: bytes, hint: str) -> None:
    response = wms.send("PUT", f"/orders/{make_order().pk}/cancellation", content, content_type="application/json")

    assert hint in assert_problem(response, 400, "malformed-json")["detail"]


def test_a_body_with_a_byte_order_mark_is_read(wms: Warehouse) -> None:
    content = '\ufeff{"reason": "Sem estoque"}'.encode()

    response = wms.send("PUT", f"/orders/{make_order().pk}/cancellation", content, content_type="application/json")

    assert response.status_code == 200


def test_a_body_that_is_too_large_is_413(wms: Warehouse) -> None:
    content = b'{"reason": "%s"}' % (b"x" * LARGEST_BODY)

    response = wms.send("PUT", f"/orders/{make_order().pk}/cancellation", content, content_type="application/json")

    assert_problem(response, 413, "body-too-large")


def test_a_host_that_is_not_ours_is_400() -> None:
    assert_problem(Client(headers={"Host": "elsewhere.example"}).get("/api/v1/orders"), 400, "bad-request")


def test_a_caller_who_is_too_fast_is_429_and_told_how_long_to_wait() -> None:
    class Full(BaseThrottle):
        def allow_request(self, request: Request, view: APIView) -> bool:
            return False

        def wait(self) -> float:
            return 7

    class Busy(Door):
        authentication_classes = permission_classes = []
        throttle_classes = [Full]

        def get(self, request: Request) -> Response:
            raise AssertionError("not reached")

    response = Busy.as_view()(APIRequestFactory().get("/api/v1/orders")).render()

    assert_problem(response, 429, "too-many-requests")
    assert response.headers["Retry-After"] == "7"


def test_an_error_of_ours_is_500_and_tells_nothing_of_it(wms: Warehouse) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_channel RENAME TO mislaid")

    response = wms.get("/channels")

    document = assert_problem(response, 500, "internal-error")
    assert "channel" not in json.dumps({**document, "instance": ""})


def test_our_words_and_the_framework_s_follow_the_language_of_the_caller_portuguese_first() -> None:
    secret, path = make_api_key(), f"/orders/{make_order().pk}/cancellation"

    portuguese = Warehouse(secret, language="").put(path, {}).json()
    english = Warehouse(secret, language="en-US,en;q=0.9").put(path, {}).json()

    assert portuguese["title"] == "Parte dos dados está errada"
    assert english["title"] == "Some of the data is wrong"
    assert portuguese["errors"][0]["detail"] == "Este campo é obrigatório."
    assert english["errors"][0]["detail"] == "This field is required."
    assert portuguese["errors"][0]["code"] == english["errors"][0]["code"] == "required"


def test_every_type_has_a_page_that_says_what_to_do() -> None:
    client = Client(headers={"Accept-Language": "en"})
    every = client.get("/api/problems/").content.decode()

    for slug, kind in PROBLEM_TYPES.items():
        page = client.get(kind.uri)
        assert page.status_code == 200
        assert str(kind.status) in page.content.decode()
        assert f'id="{slug}"' in every


def test_a_type_that_does_not_exist_has_no_page() -> None:
    assert_problem(Client().get("/api/problems/bad-weather"), 404, "not-found")
