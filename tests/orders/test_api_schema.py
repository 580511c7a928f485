"""The contract that is published: exact, without warnings, and readable without the internet."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from orders.api.problem_types import PROBLEM_TYPES
from tests.orders.warehouse import openapi

pytestmark = pytest.mark.django_db


def test_the_schema_is_generated_and_valid_without_a_warning(tmp_path: object) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", f"{tmp_path}/schema.yml")

    assert openapi()["openapi"].startswith("3.1")


def test_every_operation_asks_for_the_key_and_documents_its_refusals() -> None:
    operations = [operation for path in openapi()["paths"].values() for operation in path.values()]

    assert len(operations) == 19
    for operation in operations:
        assert operation["security"] == [{"apiKey": []}]
        assert operation["summary"]
        assert operation["description"]
        assert {"401", "403", "406", "429", "500"} <= operation["responses"].keys()
        for status, response in operation["responses"].items():
            if status >= "300":
                assert list(response["content"]) == ["application/problem+json"]
            elif operation["operationId"] != "read_document":
                assert list(response["content"]) == ["application/json"]


def test_inputs_refuse_unknown_names_in_the_contract_too() -> None:
    inputs = {name: schema for name, schema in openapi()["components"]["schemas"].items() if name.endswith("Input")}

    assert len(inputs) == 13
    assert all(schema["additionalProperties"] is False for schema in inputs.values())


def test_no_problem_type_is_without_a_place_in_the_contract() -> None:
    described = json.dumps([operation["responses"] for p in openapi()["paths"].values() for operation in p.values()])
    # These stand outside of any operation.
    outside = {"bad-request", "method-not-allowed"}

    for slug, problem in PROBLEM_TYPES.items():
        assert slug in outside or f'"{problem.status}"' in described


def test_the_documentation_page_needs_nothing_from_elsewhere() -> None:
    page = Client().get("/api/docs/").content.decode()

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/"))
        else:
            assert Client().get(address).status_code == 200
    assert "://" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_the_schema_is_served_to_anybody() -> None:
    response = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert response.status_code == 200
    assert response.json()["paths"].keys() == openapi()["paths"].keys()
