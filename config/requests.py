"""Every request has an id: the caller's own or a new one. It is answered, and stands in each line logged meanwhile."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

logger = logging.getLogger("orders.api")

HEADER = "X-Request-ID"
_ID = re.compile(r"[\w.:+=/-]{1,100}", re.ASCII)


class Requests:
    """The outermost middleware. What the API answered is logged, with the name of the key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        start = time.monotonic()
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response[HEADER] = request_id
            if request.path.startswith("/api/v1/"):
                _log(request, response, round((time.monotonic() - start) * 1000))
        return response


def _log(request: HttpRequest, response: HttpResponse, ms: int) -> None:
    key = getattr(request, "auth", None)
    facts = (request.method, request.path, response.status_code, ms, str(key or ""))
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    logger.log(level, "api.request method=%s path=%r status=%s ms=%s key=%r", *facts)
