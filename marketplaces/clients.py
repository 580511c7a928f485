"""Long-lived HTTP clients, one per account and process: httpx's requests over aiohttp's pool, one TLS context for all.

httpx's own pool looks at every connection on every call, which collapses under concurrency (docs/decisions).
"""

import atexit
import os
import ssl
from functools import cache
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from django.utils.translation import gettext as _
from yarl import URL

from marketplaces import loop
from marketplaces.errors import Malformed

#: Seconds. `connect` covers waiting for a free connection and making it.
TIMEOUT = aiohttp.ClientTimeout(connect=10, sock_connect=5, sock_read=20)
CONNECTIONS = 128
#: Bytes of one answer; the longest page of orders has a few million.
LARGEST = 64 * 1024 * 1024
#: For answers that shall be as large as they look.
PLAIN = {"Accept-Encoding": "identity"}
IDLE_SECONDS = 15

_clients: dict[int, httpx.AsyncClient] = {}


def client_for(account_id: int) -> httpx.AsyncClient:
    """The account's client in this process. Use it on marketplaces.loop only; its errors are aiohttp's."""
    if account_id not in _clients:
        # setdefault: of two threads that come first at the same time, one client wins.
        _clients.setdefault(account_id, _Client())
    return _clients[account_id]


def stranger(*, resolver: AbstractResolver, largest: int) -> httpx.AsyncClient:
    """For one call to a host that is nobody's account; ask it for PLAIN answers. Close it."""
    return _Client(resolver=resolver, largest=largest)


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, resolver: AbstractResolver | None, largest: int) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._resolver = resolver
        self._largest = largest

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._session is None:
            self._session = _new_session(self._resolver)
        headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw]
        # encoded: a code's slashes stay %2F.
        url = URL(str(request.url), encoded=True)
        async with self._session.request(
            request.method, url, headers=headers, data=request.content or None, allow_redirects=False
        ) as answer:
            body = await self._body(answer, plain=request.headers.get("Accept-Encoding") == PLAIN["Accept-Encoding"])
        reason = {"reason_phrase": (answer.reason or "").encode()}
        return httpx.Response(
            answer.status, headers=answer.raw_headers, content=body, request=request, extensions=reason
        )

    async def _body(self, answer: aiohttp.ClientResponse, *, plain: bool) -> bytes:
        """Raises Malformed for one that is larger than any should be, or packed although it was asked not to be."""
        if plain and answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Malformed(_("The answer is compressed, which was not asked for."))
        if answer.content_length is not None and answer.content_length <= self._largest:
            return await answer.read()
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > self._largest:
                raise Malformed(_("The answer is larger than %(mb)s MB.") % {"mb": self._largest // 2**20})
        return bytes(body)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Client(httpx.AsyncClient):
    """Knows no cookies, logins, proxies or redirects: looking for them costs as much as the call itself."""

    def __init__(self, *, resolver: AbstractResolver | None = None, largest: int = LARGEST) -> None:
        self._wire = _Transport(resolver, largest)
        super().__init__(transport=self._wire, trust_env=False)

    async def send(self, request: httpx.Request, **_options: Any) -> httpx.Response:
        return await self._wire.handle_async_request(request)


def _new_session(resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=_tls(), limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS, resolver=resolver)
    jar = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=TIMEOUT, auto_decompress=False)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


async def _close() -> None:
    for client in _clients.values():
        await client.aclose()
    _clients.clear()


@atexit.register
def close() -> None:
    """Close every client; the next call opens new ones."""
    if _clients:
        loop.run(_close(), timeout=5)


os.register_at_fork(after_in_child=_clients.clear)
