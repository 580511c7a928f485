"""How the contract is told in OpenAPI."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import override
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from orders.api.problem_types import PROBLEM_TYPES
from orders.api.problems import MEDIA_TYPE
from orders.api.shapes import OrderState

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import Direction

ORDER_ID = OpenApiParameter(
    "order_id", {"type": "integer", "format": "int64", "minimum": 1}, OpenApiParameter.PATH, description="Our `id`."
)
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI_REF, OpenApiParameter.HEADER, response=[201], description="The order."
)
SKU = OpenApiParameter(
    "sku", {"type": "string", "minLength": 1, "maxLength": 80}, OpenApiParameter.PATH, description="Percent-encoded."
)
ETAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 201], description="The order's version."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The order's `version` in quotes: refused with 412 when the order changed since. A fact that is "
    "recorded already is never refused.",
)
_KEY = {"type": "string", "pattern": r"^[\x21-\x7E]{1,255}$"}
_KEY_MEANS = "A text that is new for each change, such as a UUID. Repeated within three days, it gets the same answer."
IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", _KEY, OpenApiParameter.HEADER, description=_KEY_MEANS)
IDEMPOTENCY_KEY_NEEDED = OpenApiParameter(
    "Idempotency-Key", _KEY, OpenApiParameter.HEADER, required=True, description=_KEY_MEANS
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="This is the stored answer of the first request with the same Idempotency-Key.",
)
CHALLENGE = OpenApiParameter(
    "WWW-Authenticate", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[401], description="RFC 6750."
)


class Problem(serializers.Serializer[Any]):
    """RFC 9457. More members may come; ignore those that you do not know."""

    type = serializers.CharField(help_text="Names the kind of problem for programs; its page says what to do.")
    title = serializers.CharField(help_text="The kind of problem in words, by Accept-Language.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="This occurrence in words, by Accept-Language.")
    instance = serializers.CharField()


class ProblemError(serializers.Serializer[Any]):
    """One thing that is wrong, in the body (pointer), the address (parameter) or a header."""

    pointer = serializers.CharField(required=False, help_text="JSON pointer into the body, for example #/access_key.")
    parameter = serializers.CharField(required=False)
    header = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class InvalidProblem(Problem):
    def get_fields(self) -> dict[str, Any]:
        # As an attribute it would stand in the way of the serializer's own `errors`.
        return {**super().get_fields(), "errors": ProblemError(many=True)}


class ConflictProblem(Problem):
    code = serializers.CharField(required=False, help_text="More precise than `type`.")
    order = OrderState(required=False, help_text="The order as it is, where it is about one.")


class ChangedProblem(Problem):
    order = OrderState(help_text="The order as it is now.")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the hook has no types
    target_class = "orders.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "dsp_…"}


class StrictInput(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # the hook has no types
    """Inputs refuse unknown names, so their schema says so."""

    target_class = "orders.api.fields.Input"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: "Direction") -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


class ExactText(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # the hook has no types
    """What text must look like beyond its length."""

    target_class = "orders.api.fields.Text"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: "Direction") -> dict[str, Any]:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return {**schema, "minLength": 1, "pattern": self.target.pattern}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Responses for `extend_schema`; those that every operation may give are always there."""
    shapes = {409: ConflictProblem, 412: ChangedProblem, 422: InvalidProblem}
    return {
        (status, MEDIA_TYPE): OpenApiResponse(shapes.get(status, Problem), description=_titles(status))
        for status in sorted({401, 403, 406, 429, 500, *statuses})
    }


def _titles(status: int) -> str:
    # Read once, at import, by everybody: not in the language of whoever came first.
    with override("en"):
        return "; ".join(str(problem.title) for problem in PROBLEM_TYPES.values() if problem.status == status)
