"""How every call to SkyHub is made: headers, limits, three shapes of errors. Every 2xx is success (notices of 2021)."""

from typing import Any
from urllib.parse import quote

import httpx
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.adapter import Connection
from marketplaces.connectors.skyhub.credentials import Credentials
from marketplaces.errors import Malformed, Unavailable
from marketplaces.limits import Limiter
from marketplaces.values import text

Json = dict[str, Any]
TOO_OFTEN = 429
#: "On the first 429 wait for a new window" (limite-de-requisicoes); no Retry-After is documented.
WINDOW_SECONDS = 1.0


class Calls:
    """One store. Raises marketplaces.errors."""

    def __init__(self, connection: Connection, transport: httpx.AsyncClient, limiter: Limiter) -> None:
        self._connection = connection
        self._transport = transport
        self._limiter = limiter

    async def _call(
        self,
        method: str,
        path: str,
        bucket: str,
        body: Json | None = None,
        *,
        content: bytes | None = None,
        **headers: str,
    ) -> httpx.Response:
        """`headers` differ from the usual ones; underscores in their names stand for hyphens."""
        usual = Credentials.of(self._connection.credentials).headers
        await self._limiter.take(bucket)
        answer = await http.call(
            self._transport,
            method,
            self._connection.base_url + path,
            account_id=self._connection.account_id,
            headers=usual | {name.replace("_", "-"): value for name, value in headers.items()},
            json=body,
            content=content,
            explain=explain,
            accepts=lambda response: response.is_success or response.status_code == TOO_OFTEN,
        )
        if answer.status_code == TOO_OFTEN:
            seconds = http.retry_after(answer) or WINDOW_SECONDS
            await self._limiter.rest(bucket, seconds=seconds)
            raise TooOften(http.refusal(answer, explain), retry_after=seconds)
        return answer


class TooOften(Unavailable):
    """Nothing was done; `retry_after` is given."""


def explain(response: httpx.Response) -> str:
    """The sentence in {"error": …}, {"errors": {"detail": …}} or {"message": …}; else the body's beginning."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:300]
    told = body if isinstance(body, dict) else {}
    errors = told.get("errors")
    detail = errors.get("detail") if isinstance(errors, dict) else errors
    return text(told.get("error")) or text(detail) or text(told.get("message")) or response.text[:300]


def segment(code: str) -> str:
    """A path segment: a blank is %20, never "+" (codes of "Lojas Americanas-…" hold one)."""
    return quote(code, safe="")


def given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def body_of(answer: httpx.Response) -> bytes:
    if answer.content.lstrip().startswith(b"<"):
        # A maintenance page with 200: no order to keep or to acknowledge, and no empty queue either.
        raise Unavailable(_("SkyHub answered a web page where an order was expected."))
    return answer.content


def object_of(answer: httpx.Response) -> Json:
    body = http.decode(answer)
    if not isinstance(body, dict):
        raise Malformed(_("SkyHub answered something else than an object."))
    return body


def list_of(answer: httpx.Response) -> list[Any]:
    body = http.decode(answer)
    if not isinstance(body, list):
        raise Malformed(_("SkyHub answered something else than a list."))
    return body


def rows_of(answer: httpx.Response) -> list[Any]:
    """The list that an answer is, or that an object holds under whatever name; labels and sync errors differ there."""
    body = http.decode(answer)
    held = body.values() if isinstance(body, dict) else [body]
    return next((value for value in held if isinstance(value, list)), [])
