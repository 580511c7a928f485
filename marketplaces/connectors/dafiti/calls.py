"""How every call to Dafiti is made: token, turn, signature where the account wants one, refusals."""

import base64
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from django.utils.translation import gettext as _

from marketplaces import http
from marketplaces.adapter import Connection
from marketplaces.connectors.dafiti import signing
from marketplaces.connectors.dafiti.answered import READ, error_of, explain, is_refusal
from marketplaces.connectors.dafiti.credentials import CLASSIC, SIGNING, V2, Credentials
from marketplaces.errors import Malformed, Unauthorized, Unavailable
from marketplaces.limits import Limiter

#: Per seller, since 2024-07-01.
LIMITS = {"calls": 30.0}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Calls:
    """One application. Raises marketplaces.errors."""

    def __init__(self, connection: Connection, transport: httpx.AsyncClient, limiter: Limiter) -> None:
        self._connection = connection
        self._transport = transport
        self._limiter = limiter

    @property
    def address(self) -> str:
        """Tells accounts apart."""
        return f"{self._connection.account_id} {self._connection.base_url}"

    async def token(self) -> Mapping[str, Any]:
        """{access_token, expires_in, token_type}: client credentials, so that nobody has to consent."""
        credentials = Credentials.of(self._connection.credentials)
        basic = base64.b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
        async with self._turn():
            answer = await http.call(
                self._transport,
                "POST",
                f"{self._connection.base_url}/oauth/client-credentials",
                account_id=self._connection.account_id,
                headers={**FORM, "Authorization": f"Basic {basic}"},
                content=b"grant_type=client_credentials",
                write=False,
                explain=explain,
                secrets=credentials.secrets,
            )
        told = http.decode(answer)
        return told if isinstance(told, dict) else {}

    async def _get(self, path: str, query: signing.Pairs = ()) -> httpx.Response:
        return await self._api("GET", path, query=query)

    async def _write(self, method: str, path: str, body: object, *, write: bool = True) -> httpx.Response:
        return await self._api(method, path, content=msgspec.json.encode(body), write=write)

    async def _api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Once more with a new token when this one is refused, which means that nothing was done."""
        # Before the token: what is wrong with the credentials is to be told, not that there is no token.
        credentials = Credentials.of(self._connection.credentials, signing=self._connection.options.get(SIGNING, ""))
        token = await self._connection.access.token()
        try:
            return await self._send(credentials, method, path, token=token, **options)
        except _TokenRefused:
            token = await self._connection.access.renewed(token)
            return await self._send(credentials, method, path, token=token, **options)

    async def _send(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        *,
        token: str,
        query: signing.Pairs = (),
        content: bytes | None = None,
        write: bool | None = None,
    ) -> httpx.Response:
        async with self._turn():
            # Signed now, after waiting for our turn: a signature grows old.
            url, headers = self._signed(credentials, method, path, list(query), content or b"")
            answer = await http.call(
                self._transport,
                method,
                url,
                account_id=self._connection.account_id,
                headers={"Authorization": f"Bearer {token}", **headers, **(JSON if content is not None else {})},
                content=content,
                write=write,
                explain=explain,
                accepts=lambda response: response.is_success or response.status_code in READ | {401},
                secrets=(*credentials.secrets, token),
            )
            _judge(answer)
        return answer

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One call in its turn; a Retry-After (429, maintenance) counts for every call of the seller."""
        await self._limiter.take("calls")
        try:
            yield
        except Unavailable as error:
            if error.retry_after:
                await self._limiter.rest("calls", seconds=error.retry_after)
            raise

    def _signed(
        self, credentials: Credentials, method: str, path: str, query: list[tuple[str, str]], body: bytes
    ) -> tuple[str, dict[str, str]]:
        """The address with its query, and the headers that sign it. `path` may name another host of Dafiti's."""
        signs = self._connection.options.get(SIGNING, "")
        url = path if path.startswith("http") else f"{self._connection.base_url}{path}"
        if signs == CLASSIC:
            query = _classic_query(credentials, query)
        if query:
            url = f"{url}?{signing.query_of(query)}"
        return url, _v2_headers(credentials, method, url, body) if signs == V2 else {}


class _TokenRefused(Unauthorized):
    """Another access token may help."""


def rows_in(answer: httpx.Response) -> list[Any]:
    """A bare array."""
    told = http.decode(answer)
    if not isinstance(told, list):
        raise Malformed(_("Dafiti's answer is no list."))
    return told


def object_in(answer: httpx.Response) -> dict[str, Any]:
    told = http.decode(answer)
    if not isinstance(told, dict):
        raise Malformed(_("Dafiti's answer is no object."))
    return told


def _classic_query(credentials: Credentials, query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    query = [*query, ("Timestamp", now), ("UserID", credentials.classic_user), ("Version", "1.0")]
    return [*query, ("Signature", signing.classic(credentials.classic_key, query))]


def _v2_headers(credentials: Credentials, method: str, url: str, body: bytes) -> dict[str, str]:
    parts = urlsplit(url)
    now, nonce = int(time.time()), secrets.token_hex(20)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    signature = signing.v2(
        credentials.client_secret, method=method, target=target, timestamp=now, nonce=nonce, body=body
    )
    return {
        "X-Timestamp": str(now),
        "X-Nonce": nonce,
        "X-Signature-Algorithm": signing.ALGORITHM,
        "X-Signature": signature,
    }


def _judge(answer: httpx.Response) -> None:
    if answer.is_success and not _is_classic_refusal(answer):
        return
    detail = http.refusal(answer, explain)
    if answer.status_code == 401:
        raise _TokenRefused(detail)
    raise error_of(answer, detail)


def _is_classic_refusal(answer: httpx.Response) -> bool:
    if b"ErrorResponse" not in answer.content[:200]:
        return False
    return is_refusal(http.decode(answer))
