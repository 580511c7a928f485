"""Long-lived HTTP clients, one per account and process, with the aiohttp transport and one TLS context for all.

httpx's own pool looks at every connection on every call, which collapses under concurrency (docs/decisions).
"""

import atexit
import os
import ssl
from functools import cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from marketplaces import loop

#: Seconds. `pool` covers waiting for a free connection and making it.
TIMEOUT = httpx.Timeout(connect=5, read=20, write=20, pool=10)
CONNECTIONS = 128
IDLE_SECONDS = 15

_clients: dict[int, httpx.AsyncClient] = {}


def client_for(account_id: int) -> httpx.AsyncClient:
    """The account's client in this process. Use it on marketplaces.loop only."""
    if account_id not in _clients:
        # setdefault: of two threads that come first at the same time, one client wins.
        _clients.setdefault(account_id, _new_client())
    return _clients[account_id]


def _new_client() -> httpx.AsyncClient:
    transport = AiohttpTransport(verify=_tls(), client=_new_session)
    return httpx.AsyncClient(transport=transport, timeout=TIMEOUT, headers={"User-Agent": "Despacho"})


def _new_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=_tls(), limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


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
