"""Writes that may be repeated: one effect per Idempotency-Key, and none on an order that changed since it was read."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

import msgspec
from django.db import transaction
from django.db.models.functions import Now
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from orders import rows
from orders.api.authentication import api_key
from orders.api.base import order_pk
from orders.api.versions import version_of
from orders.errors import AlreadyDone, OrderError
from orders.models import Order, StoredAnswer
from orders.statements import execute

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
#: A weekend, and a day: whoever repeats later than that should look first.
KEPT_FOR = timedelta(days=3)
#: Of an answer, what its repetition has, too.
KEPT_HEADERS = ("Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

View = TypeVar("View", bound=Callable[..., Response])


class KeyMissing(APIException):
    status_code, default_code = 400, "idempotency-key-missing"


class KeyInvalid(APIException):
    status_code, default_code = 400, "idempotency-key-invalid"


class KeyRunning(APIException):
    status_code, default_code = 409, "idempotency-key-running"
    wait = 1


class KeyReused(APIException):
    status_code, default_code = 422, "idempotency-key-reused"


class PreconditionFailed(APIException):
    status_code, default_code = 412, "precondition-failed"


def once(view: View) -> View:
    """The view in one transaction, with its answer stored in it where the caller gave a key.

    Only what took effect is stored: a refused request has changed nothing, may be corrected, and keeps its key.
    """

    @wraps(view)
    def recorded(door: Any, request: Request, **place: str) -> Response:
        key = _key(request)
        # Read to its end first: whoever sends slowly must not hold a transaction, and with it the change feed, open.
        _ = request.data
        with transaction.atomic():
            if key and (known := _known(request, key)):
                return known
            order_id = order_pk(place.get("order_id", ""))
            response = _unless_changed(lambda: view(door, request, **place), request, order_id)
            if key:
                _store(request, key, response)
            return response

    return recorded  # type: ignore[return-value]  # same arguments, same answer


def needs_key(request: Request) -> None:
    """Of a change that adds up: without a key, its repetition would count twice. Raises KeyMissing."""
    if KEY_HEADER not in request.headers:
        raise KeyMissing


def forget_old() -> int:
    """Drop answers that nobody will ask for any more; returns how many."""
    gone, _by_model = StoredAnswer.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()
    return gone


def _key(request: Request) -> str:
    if KEY_HEADER not in request.headers:
        return ""
    key = str(request.headers[KEY_HEADER]).strip().removeprefix('"').removesuffix('"')
    if not _KEY.fullmatch(key):
        raise KeyInvalid
    return key


def _known(request: Request, key: str) -> Response | None:
    name = f"{api_key(request).pk}:{key}"
    # Held until the transaction ends: who gets it sees either nothing or the whole effect of another one.
    ((alone,),) = execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))", name=name)
    if not alone:
        raise KeyRunning
    known = "api_key_id = %(api_key)s AND key = %(key)s"
    for stored in rows.fetch(StoredAnswer, known, api_key=api_key(request).pk, key=key):
        if stored.fingerprint != _fingerprint(request):
            raise KeyReused
        body = msgspec.Raw(stored.body.encode())
        return Response(body, status=stored.status, headers={**stored.headers, REPLAYED_HEADER: "true"})
    return None


def _store(request: Request, key: str, response: Response) -> None:
    body = msgspec.json.encode(response.data)
    response.data = msgspec.Raw(body)
    answer = StoredAnswer(
        api_key=api_key(request),
        key=key,
        fingerprint=_fingerprint(request),
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
        body=body.decode(),
    )
    rows.insert(answer)


def _fingerprint(request: Request) -> str:
    told = json.dumps(request.data, sort_keys=True, default=lambda data: hashlib.sha256(data).hexdigest())
    return hashlib.sha256(f"{request.method} {request.path}\n{told}".encode()).hexdigest()


def _unless_changed(record: Callable[[], Response], request: Request, order_id: int | None) -> Response:
    """A fact that is recorded already is no change, whatever the caller had read: so a repetition is never refused."""
    expected = request.headers.get("If-Match", "*")
    changed = order_id is not None and expected.strip() != "*" and not _is_at(order_id, expected)
    try:
        response = record()
    except AlreadyDone:
        raise
    except OrderError as error:
        if changed:
            raise PreconditionFailed from error
        raise
    if changed:
        raise PreconditionFailed  # and what was just recorded is rolled back
    return response


def _is_at(order_id: int, expected: str) -> bool:
    order = Order.objects.select_for_update(of=("self",)).only("changed_at").filter(pk=order_id).first()
    # A proxy or our own gzip marks an ETag as weak; it names the same version.
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in expected.split(",")}
    return order is None or version_of(order.changed_at) in tags
