"""Which requests read the replica (DATABASE_REPLICA_URL), and whether it is near enough for that."""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from orders import replica

logger = logging.getLogger(__name__)

#: Lists and the feed; what is read to be changed at once is read where it is changed.
ROUTES = {"api-orders", "api-changes", "orders_order_changelist", "orders_channelupdate_changelist"}
#: Who has just changed something sees it: for so many seconds the browser reads the database itself.
WROTE = "wrote"
WROTE_SECONDS = 15
#: Seconds for which an answer about the replica counts; one that is away costs somebody's request each time.
LOOK_EVERY = 1.0
REST = 10.0

# The worker's sweep writes this row every two seconds: unlike the server's own figures it is old as well when the
# replica was cut off, or copies a database that nobody works with any more.
AGE = "SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM marketplaces_heartbeat"


class Replica:
    """Middleware. A request that fails at the replica is answered from the database itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if replica.REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not may_be_behind(request) or not _nearness.is_near():
            return self._remembering(request, self.get_response(request))
        with replica.reading_replica():
            response = self.get_response(request)
        if response.status_code < 500:
            return response
        _nearness.doubt()
        return self.get_response(request)

    def _remembering(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.set_cookie(
                WROTE, "1", WROTE_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
        return response


def may_be_behind(request: HttpRequest) -> bool:
    """Whether it asks for a list, and nothing of its reader's own can be missing there."""
    if request.method not in ("GET", "HEAD") or WROTE in request.COOKIES:
        return False
    return _name_of(request.path_info) in ROUTES


def _name_of(path: str) -> str | None:
    try:
        return resolve(path).url_name
    except Resolver404:
        return None


class _Nearness:
    """Asked of the replica once a second at most, for all requests of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._near = False
        self._ask_at = 0.0

    def is_near(self) -> bool:
        with self._lock:
            if time.monotonic() >= self._ask_at:
                self._set(near=self._ask())
            return self._near

    def doubt(self) -> None:
        with self._lock:
            self._set(near=False)

    def _set(self, *, near: bool) -> None:
        if near != self._near:
            logger.warning("replica.%s", "read" if near else "left it is away, or too far behind")
        self._near = near
        self._ask_at = time.monotonic() + (LOOK_EVERY if near else REST)

    def _ask(self) -> bool:
        try:
            with connections[replica.REPLICA].cursor() as cursor:
                cursor.execute(AGE)
                (age,) = cursor.fetchone()
        except DatabaseError:
            return False
        return age is not None and age <= settings.DATABASE_REPLICA_LAG


_nearness = _Nearness()
