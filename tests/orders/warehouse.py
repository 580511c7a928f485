"""A warehouse system as a test client: every answer it gets must be what OpenAPI promises, member for member."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient

from tests.factories import make_api_key

ROOT = "/api/v1"
#: Anything may come where the API keeps answers open for later members; here nothing may that is not described.
CLOSED = {"additionalProperties": False}
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", ValueError)
def has_a_zone(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


class Warehouse:
    """Calls are `wms.get("/orders", status="NEW")`; the answer is Django's response, with `.json()`."""

    def __init__(self, secret: str | None = None, *, language: str = "en", **headers: str) -> None:
        secret = make_api_key() if secret is None else secret
        self.client = APIClient(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language, **headers}

    def get(self, path: str, **query: Any) -> Any:
        return self._checked("get", path, self.client.get(ROOT + path, query, headers=self.headers))

    def put(self, path: str, body: Any) -> Any:
        return self._checked("put", path, self.client.put(ROOT + path, body, format="json", headers=self.headers))

    def post(self, path: str, body: Any) -> Any:
        return self._checked("post", path, self.client.post(ROOT + path, body, format="json", headers=self.headers))

    def send(self, method: str, path: str, content: bytes | str = b"", **options: Any) -> Any:
        """A request as raw as it gets; without a Content-Type unless told."""
        return self.client.generic(
            method, ROOT + path, content, options.pop("content_type", ""), headers=self.headers | options
        )

    @staticmethod
    def _checked(method: str, path: str, response: Any) -> Any:
        content_type = response.headers["Content-Type"]
        expected = operation(method, path)["responses"][str(response.status_code)]["content"]
        errors = [
            error.message for error in validator(expected[content_type]["schema"]["$ref"]).iter_errors(response.json())
        ]
        assert not errors, errors
        return response


@cache
def openapi() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@cache
def validator(ref: str) -> Draft202012Validator:
    described = {
        name: {**schema, **CLOSED} if "properties" in schema else schema
        for name, schema in openapi()["components"]["schemas"].items()
    }
    return Draft202012Validator({"$ref": ref, "components": {"schemas": described}}, format_checker=FORMATS)


def operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), ROOT + path):
            found: dict[str, Any] = operations[method]
            return found
    raise AssertionError(f"OpenAPI does not know {path}")
