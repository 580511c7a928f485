"""Every error as RFC 9457 problem+json. The one place where what the domain refuses becomes HTTP."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from orders.api.base import order_pk
from orders.api.once import KEY_HEADER, KeyReused, PreconditionFailed
from orders.api.problem_types import BY_STATUS, PROBLEM_TYPES, ProblemType
from orders.api.representation import order_state
from orders.api.versions import etag
from orders.errors import AlreadyDone, Contradiction, InvalidFact, OrderError

MEDIA_TYPE = "application/problem+json"


class InvalidQuery(ValidationError):
    """What is wrong stands in the address, not in the body."""


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's exception handler. None: not ours, the server answers 500 (pages.server_error)."""
    request: Request = context["request"]
    order_id = order_pk(context["kwargs"].get("order_id", ""))
    if isinstance(error, OrderError):
        return _domain_response(error, request, order_id)
    if isinstance(error, ValidationError):
        place = "parameter" if isinstance(error, InvalidQuery) else "pointer"
        return _response(PROBLEM_TYPES["invalid"], request, errors=list(_entries(error.detail, place)))
    if isinstance(error, PreconditionFailed) and order_id:
        return _response(_problem_type(error), request, order=order_state(order_id))
    if isinstance(error, KeyReused):
        entry = {"header": KEY_HEADER, "code": error.default_code, "detail": str(_problem_type(error).remedy)}
        return _response(_problem_type(error), request, errors=[entry])
    if isinstance(error, APIException):
        return _response(_problem_type(error), request, detail=_sentence(error), headers=_headers(error))
    return None


def body(problem: ProblemType, request: HttpRequest | Request, *, detail: str = "", **members: Any) -> dict[str, Any]:
    """The members of a problem document, in the language of the request."""
    return {
        "type": problem.uri,
        "title": str(problem.title),
        "status": problem.status,
        "detail": detail or str(problem.remedy),
        "instance": request.path,
        **members,
    }


def _response(
    problem: ProblemType,
    request: Request,
    *,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    content = body(problem, request, detail=detail, **members)
    return Response(content, status=problem.status, headers=headers, content_type=MEDIA_TYPE)


def _domain_response(error: OrderError, request: Request, order_id: int | None) -> Response:
    if isinstance(error, AlreadyDone) and order_id:
        state = order_state(order_id)
        return Response(state, headers=etag(state))
    if isinstance(error, InvalidFact):
        entry = {"pointer": f"#/{error.field}", "code": error.code, "detail": error.message}
        return _response(PROBLEM_TYPES["invalid"], request, errors=[entry])
    problem = PROBLEM_TYPES["contradiction" if isinstance(error, Contradiction) else "not-allowed"]
    now = {"order": order_state(order_id)} if order_id else {}
    return _response(problem, request, detail=error.message, code=error.code, **now)


def _problem_type(error: APIException) -> ProblemType:
    """By the error's own code where that names a problem, else by its status."""
    return PROBLEM_TYPES.get(str(error.get_codes())) or BY_STATUS.get(error.status_code, BY_STATUS[500])


def _sentence(error: APIException) -> str:
    # The framework's own sentence says less than the remedy of the problem's type.
    return "" if str(error.detail) == str(error.default_detail) else str(error.detail)


def _headers(error: APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _entries(detail: Any, place: str, path: Sequence[str | int] = ()) -> Iterator[dict[str, str]]:
    """Flatten a serializer's errors to one entry for each thing that is wrong."""
    if isinstance(detail, ErrorDetail):
        yield {place: _address(place, path), "code": str(detail.code), "detail": str(detail)}
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            inside = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _entries(inner, place, path if inside else (*path, name))
    else:
        for index, inner in enumerate(detail):
            # A list of sentences belongs to one field; a list of mappings has one for each element.
            yield from _entries(inner, place, path if isinstance(inner, ErrorDetail) else (*path, index))


def _address(place: str, path: Sequence[str | int]) -> str:
    if place == "parameter":
        return str(path[0]) if path else ""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    # A name may hold half a surrogate pair, which no answer could carry.
    return "#" + "".join("/" + quote(part, safe="~", errors="replace") for part in parts)
