"""Who may call SkyHub, with which headers and bodies, and how often (protocol §1, §6)."""

from typing import Any

import httpx
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.conftest import Api, api_of


@pytest.mark.parametrize("header", ["X-User-Email", "X-Api-Key", "X-Accountmanager-Key"])
@pytest.mark.parametrize("value", [None, "wrong"])
def test_each_credential_is_mandatory(skyhub: SandboxClient, api: Api, header: str, value: str | None) -> None:
    headers = {**api.headers, **({header: value} if value else {})}
    if value is None:
        del headers[header]

    response = httpx.get(f"{skyhub.url}/queues/orders", headers=headers)

    assert response.status_code == 401
    assert header in response.json()["error"]


def test_header_names_do_not_care_about_case(skyhub: SandboxClient, api: Api) -> None:
    lowered = {name.lower(): value for name, value in api.headers.items()}

    assert httpx.get(f"{skyhub.url}/queues/orders", headers=lowered).status_code == 204


def test_an_inactive_account_is_forbidden(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(inactive=True)

    assert api.lease().status_code == 403


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Accept", "*/*", 406),
        ("Accept", "text/html", 406),
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "application/json;charset=UTF-8", 204),
    ],
)
def test_accept_and_content_type_must_be_json(
    skyhub: SandboxClient, api: Api, header: str, value: str, status: int
) -> None:
    assert api.get("/queues/orders", headers={header: value}).status_code == status


def test_old_clients_without_the_media_headers_can_be_let_in(skyhub: SandboxClient, api: Api) -> None:
    skyhub.switch(strict_headers=False)

    assert api.get("/queues/orders", headers={"Accept": "*/*", "Content-Type": ""}).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        ('{"status": {"code": "a", "label": "é", "type": "NEW"}}'.encode("latin-1"), 415),
        ('{"status": {"code": "a", "label": "é", "type": "NEW"}}'.encode(), 201),
    ],
)
def test_a_write_needs_a_json_object_in_utf_8(skyhub: SandboxClient, api: Api, body: bytes, status: int) -> None:
    assert api.http.post("/statuses", content=body).status_code == status


def test_unknown_paths_and_methods_answer_json_errors(skyhub: SandboxClient, api: Api) -> None:
    assert (api.get("/nothing").status_code, api.http.patch("/orders", json={}).status_code) == (404, 405)
    assert "error" in api.get("/nothing").json()


def test_the_tenth_queue_call_within_a_second_is_429_without_retry_after(
    skyhub_sandbox: SandboxClient, api: Api
) -> None:
    responses = [api.lease() for _ in range(10)]

    assert [response.status_code for response in responses] == [204] * 9 + [429]
    assert "Retry-After" not in responses[-1].headers


def test_a_new_second_opens_a_new_window(skyhub_sandbox: SandboxClient, api: Api) -> None:
    for _ in range(10):
        api.lease()

    skyhub_sandbox.advance(1)

    assert api.lease().status_code == 204


def test_each_endpoint_and_method_has_a_bucket_of_its_own(skyhub_sandbox: SandboxClient, api: Api) -> None:
    code = skyhub_sandbox.create_order()["code"]

    statuses: dict[str, Any] = {
        "list": [api.get("/orders").status_code for _ in range(2)],
        "single": [api.read(code).status_code for _ in range(2)],
        "statuses": [api.get("/statuses").status_code for _ in range(2)],
        "delete": [api.acknowledge("x").status_code for _ in range(10)],
        "cancel": [api.cancel("x").status_code for _ in range(10)],
    }

    assert statuses == {
        "list": [200, 429],
        "single": [200, 429],
        "statuses": [200, 429],
        "delete": [404] * 9 + [429],
        "cancel": [404] * 9 + [429],
    }


def test_limits_are_per_store(skyhub_sandbox: SandboxClient, api: Api) -> None:
    for _ in range(10):
        api.lease()

    with skyhub_sandbox.for_store("outra") as other, api_of(other) as other_api:
        assert other_api.lease().status_code == 204


def test_a_single_limit_can_be_changed(skyhub_sandbox: SandboxClient, api: Api) -> None:
    skyhub_sandbox.switch(limits={"queues": 2})

    assert [api.lease().status_code for _ in range(3)] == [204, 204, 429]
    assert skyhub_sandbox.switches()["limits"]["orders"] == 9


def test_stores_see_only_their_own_orders(skyhub: SandboxClient, api: Api) -> None:
    with skyhub.for_store("outra") as other, api_of(other) as other_api:
        code = other.create_order()["code"]

        assert (api.lease().status_code, api.read(code).status_code) == (204, 404)
        assert other_api.lease().json()["code"] == code
