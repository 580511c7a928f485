"""Who may come in at the warehouse's door, and how far."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import ApiKey
from tests.factories import make_access_key, make_api_key, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db


def test_a_live_key_opens_the_door() -> None:
    assert Warehouse().get("/channels").status_code == 200


def test_without_a_key_the_answer_is_401_and_says_how_to_send_one() -> None:
    response = Warehouse().client.get("/api/v1/orders", headers={"Accept-Language": "en"})

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="despacho"'
    assert response.json()["type"] == "/api/problems/key-missing"
    assert "Authorization: Bearer" in response.json()["detail"]


def test_an_unknown_key_is_refused() -> None:
    response = Warehouse("dsp_nobody").get("/orders")

    assert (response.status_code, response.json()["type"]) == (401, "/api/problems/key-unknown")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="despacho", error="invalid_token"'


def test_another_scheme_is_refused_by_name() -> None:
    response = Warehouse(Authorization="Basic d21zOndtcw==").get("/orders")

    assert response.status_code == 401
    assert "Bearer" in response.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "key-expired"),
        ({"revoked_at": timezone.now() - timedelta(seconds=1)}, "key-revoked"),
    ],
)
def test_a_key_that_is_no_longer_valid_says_why(fields: dict[str, object], problem: str) -> None:
    response = Warehouse(make_api_key("coletor 3", **fields)).get("/orders")

    assert (response.status_code, response.json()["type"]) == (401, f"/api/problems/{problem}")
    assert "coletor 3" in response.json()["detail"]


def test_a_key_that_may_only_read_cannot_record_facts() -> None:
    order = make_order()
    wms = Warehouse(make_api_key(scopes=["orders:read"]))

    response = wms.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()})

    assert (response.status_code, response.json()["type"]) == (403, "/api/problems/missing-scope")
    assert "orders:write" in response.json()["detail"]
    assert wms.get("/orders").status_code == 200


def test_a_key_that_may_only_record_sees_no_personal_data() -> None:
    order = make_order(buyer_name="Fulana de Tal")
    wms = Warehouse(make_api_key(scopes=["orders:write"]))

    recorded = wms.put(f"/orders/{order.pk}/invoice", {"access_key": make_access_key()})
    refused = wms.get(f"/orders/{order.pk}")

    assert recorded.status_code == 200
    assert "Fulana" not in recorded.text
    assert refused.status_code == 403
    assert "orders:read" in refused.json()["detail"]


def test_the_use_of_a_key_is_noted_at_most_once_a_minute() -> None:
    wms = Warehouse()
    wms.get("/channels")
    noted = ApiKey.objects.get().last_used_at
    assert noted is not None

    with CaptureQueriesContext(
        connection,
    ) as queries:
        wms.get("/channels")
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]
    assert ApiKey.objects.get().last_used_at == noted

    ApiKey.objects.update(last_used_at=noted - timedelta(seconds=61))
    wms.get("/channels")
    assert ApiKey.objects.get().last_used_at >= noted
