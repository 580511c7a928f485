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
from yarl import URL

from marketplaces import loop

#: Seconds. `connect` covers waiting for a free connection and making it.
TIMEOUT = aiohttp.ClientTimeout(connect=10, sock_connect=5, sock_read=20)
CONNECTIONS = 128
IDLE_SECONDS = 15

_clients: dict[int, httpx.AsyncClient] = {}


def client_for(account_id: int) -> httpx.AsyncClient:
    """The account's client in this process. Use it on marketplaces.loop only; its errors are aiohttp's."""
    if account_id not in _clients:
        # setdefault: of two threads that come first at the same time, one client wins.
        _clients.setdefault(account_id, _Client())
    return _clients[account_id]


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._session is None:
            self._session = _new_session()
        headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw]
        # encoded: a code's slashes stay %2F.
        url = URL(str(request.url), encoded=True)
        async with self._session.request(
            request.method, url, headers=headers, data=request.content or None, allow_redirects=False
        ) as answer:
            body = await answer.read()
        reason = {"reason_phrase": (answer.reason or "").encode()}
        return httpx.Response(
            answer.status, headers=answer.raw_headers, content=body, request=request, extensions=reason
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Client(httpx.AsyncClient):
    """Knows no cookies, logins, proxies or redirects: looking for them costs as much as the call itself."""

    def __init__(self) -> None:
        self._wire = _Transport()
        super().__init__(transport=self._wire, trust_env=False)

    async def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        return await self._wire.handle_async_request(request)


def _new_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=_tls(), limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
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
