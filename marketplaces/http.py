"""One HTTP call to a marketplace: what comes back is an answer of 2xx or one of marketplaces.errors."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx
import msgspec
from django.utils.translation import gettext as _

from marketplaces.errors import Malformed, MarketplaceError, OutcomeUnknown, Rejected, Unauthorized, Unavailable
from marketplaces.redact import MASK, redact

logger = logging.getLogger("marketplaces.calls")

#: Seconds from the first attempt to connect to the last byte of the answer. Every lease is longer.
DEADLINE = 30.0
LONGEST_RETRY_AFTER = 3600.0
#: Characters, cut after the keys are out: half a key would not be found.
LONGEST_REFUSAL = 500
HEADERS = {"User-Agent": "Despacho", "Accept-Encoding": "gzip, deflate"}
JSON = {"Content-Type": "application/json"}
_SECRET_HEADER = re.compile("key|token|auth|secret|signature", re.IGNORECASE)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as people may read it afterwards: without keys and personal data."""

    request: str
    response: str
    ms: int


_recorded: ContextVar[list[Call] | None] = ContextVar("recorded", default=None)


@contextmanager
def recording() -> Iterator[list[Call]]:
    """Collects the calls made inside the block (by this task alone)."""
    calls: list[Call] = []
    token = _recorded.set(calls)
    try:
        yield calls
    finally:
        _recorded.reset(token)


def _body_text(response: httpx.Response) -> str:
    """What is no UTF-8 is what its headers say: looking there first would take a tenth of a call."""
    try:
        return response.content.decode()
    except UnicodeDecodeError:
        return response.text


def _is_success(response: httpx.Response) -> bool:
    return response.is_success


async def call(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    account_id: int,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: object = None,
    content: bytes | None = None,
    write: bool | None = None,
    explain: Callable[[httpx.Response], str] = _body_text,
    accepts: Callable[[httpx.Response], bool] = _is_success,
    secrets: Collection[str] = (),
) -> httpx.Response:
    """The answer, if it is 2xx.

    `content` is a body that is no JSON; `headers` say what it is. `write` says whether the call changes anything at the
    marketplace; by default all but GET and HEAD do. `explain` reads the sentence out of the marketplace's error body.
    `accepts` says which answers the caller reads itself, where a marketplace's HTTP status does not tell. `secrets` are
    what the call carries or is signed with besides its headers: nobody reads them in a log.
    Raises Unavailable (OutcomeUnknown for a write that may have arrived), Unauthorized or Rejected (`code` is the HTTP
    status).
    """
    writes = method not in READING if write is None else write
    body = content if json is None else msgspec.json.encode(json)
    headers = {**HEADERS, **({} if json is None else JSON), **(headers or {})}
    request = httpx.Request(
        method,
        url,
        headers=headers,
        params=params,
        # Working out the headers of a body that it is given takes httpx as long as all the rest.
        stream=httpx.ByteStream(body or b""),
        extensions={"secrets": [*filter(None, secrets), *_secret_values(headers)]},
    )
    request.read()
    start = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE):
            response = await client.send(request)
    except (httpx.RequestError, aiohttp.ClientError, TimeoutError) as error:
        _note(account_id, request, type(error).__name__, None, writes, start)
        raise _lost(request, error, writes) from error
    _note(account_id, request, str(response.status_code), response, writes, start)
    if not accepts(response):
        raise _refused(response, explain, writes)
    return response


def decode(response: httpx.Response) -> Any:
    """The JSON body; raises Malformed when it is none."""
    try:
        return response.json()
    except ValueError as error:
        sentence = _("%(call)s answered something that is not JSON (%(error)s).")
        raise Malformed(sentence % {"call": _line(response.request), "error": error}) from error


def refusal(response: httpx.Response, explain: Callable[[httpx.Response], str] = _body_text) -> str:
    """Its status and what it said, as people may read it: without keys and personal data."""
    words = said(_explained(response, explain), response)[:LONGEST_REFUSAL]
    return f"HTTP {response.status_code}: {words or response.reason_phrase}"


def said(text: str, response: httpx.Response) -> str:
    """Words out of an answer, without keys and personal data: it may quote what it was sent."""
    return _redacted(text, response.request)


def retry_after(response: httpx.Response) -> float | None:
    """Seconds named by the Retry-After header (a number or an HTTP date), at most an hour."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(int(value)) if value.isdigit() else _seconds_until(parsedate_to_datetime(value))
    except (ValueError, TypeError):  # TypeError: a date without its time zone
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _seconds_until(at: datetime) -> float:
    return (at - datetime.now(UTC)).total_seconds()


def _lost(request: httpx.Request, error: Exception, writes: bool) -> Unavailable:
    if _never_left(error):
        sentence = _("%(host)s cannot be reached (%(error)s).")
        return Unavailable(sentence % {"host": request.url.host, "error": _words(error)})
    detail = _("%(call)s got no answer (%(error)s).") % {"call": _line(request), "error": _words(error)}
    return OutcomeUnknown(detail) if writes else Unavailable(detail)


def _never_left(error: Exception) -> bool:
    """Did it fail before anything was sent?"""
    return isinstance(
        error,
        aiohttp.ClientConnectorError
        | aiohttp.ConnectionTimeoutError
        | aiohttp.InvalidURL
        | httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.UnsupportedProtocol,
    )


def _words(error: Exception) -> str:
    return redact(f"{type(error).__name__} {error}".strip())[:200]


def _refused(response: httpx.Response, explain: Callable[[httpx.Response], str], writes: bool) -> MarketplaceError:
    status, detail = response.status_code, refusal(response, explain)
    if status in (401, 403):
        return Unauthorized(detail)
    if status in (408, 425, 429, 503):
        return Unavailable(detail, retry_after=retry_after(response))
    if status >= 500:
        # A gateway's 502 or 504, and a crash's 500, do not tell whether the write went through.
        error = OutcomeUnknown if writes else Unavailable
        return error(detail, retry_after=retry_after(response))
    if 300 <= status < 400:
        sentence = _("HTTP %(status)s: the address redirects to %(location)s.")
        detail = sentence % {"status": status, "location": response.headers.get("Location", "?")}
    return Rejected(detail, code=str(status))


def _redacted(text: str, request: httpx.Request) -> str:
    """Also without the credentials that the call carried: an error may quote the key it refuses."""
    for value in request.extensions["secrets"]:
        text = text.replace(value, MASK)
    return redact(text)


def _secret_values(headers: Mapping[str, str]) -> list[str]:
    return [value for name, value in headers.items() if value and _SECRET_HEADER.search(name)]


def _explained(response: httpx.Response, explain: Callable[[httpx.Response], str]) -> str:
    try:
        return explain(response).strip()
    except (ValueError, LookupError, TypeError, AttributeError):
        # An error page of a proxy in between has any shape.
        return _body_text(response).strip()


def _sent(request: httpx.Request) -> str:
    """The body as people may read it. A file is not shown: an NF-e is full of personal data that has no names in it."""
    kind = request.headers.get("Content-Type", "").partition(";")[0]
    if kind.startswith("multipart/"):
        return f"({kind}, {len(request.content)} bytes)"
    return _redacted(request.content.decode(errors="replace"), request)


def _line(request: httpx.Request) -> str:
    """Method and path; query values may be signatures and tokens."""
    return f"{request.method} {request.url.raw_path.decode('ascii').partition('?')[0]}"


def _note(
    account_id: int, request: httpx.Request, status: str, response: httpx.Response | None, writes: bool, start: float
) -> None:
    ms = round((time.monotonic() - start) * 1000)
    line, calls = _line(request), _recorded.get()
    # What is recorded stands in the outcome's own line: two for each update would be one too many.
    usual = logging.INFO if calls is None else logging.DEBUG
    level = usual if status.startswith("2") else logging.WARNING
    logger.log(level, "marketplace.call account=%s %s status=%s ms=%s", account_id, line, status, ms)
    if calls is not None:
        # An order that was only read is not evidence of anything, and full of personal data.
        answer = _body_text(response) if response is not None and (writes or not response.is_success) else ""
        calls.append(
            Call(
                request=f"{line} {_sent(request)}".strip(),
                response=f"{status} {_redacted(answer, request)}".strip(),
                ms=ms,
            )
        )
