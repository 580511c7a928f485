"""Documents at addresses that a marketplace's answer names: from the account's own host, or a public one by HTTPS."""

import socket
from contextlib import aclosing
from urllib.parse import urlsplit

import httpx
from aiohttp import ThreadedResolver
from aiohttp.abc import ResolveResult
from django.utils.translation import gettext as _

from marketplaces import clients, http
from marketplaces.addresses import is_literal, is_public
from marketplaces.errors import Malformed

#: Bytes; labels have some ten thousand.
LARGEST = 10 * 1024 * 1024
#: For trying: a marketplace on this machine may call itself by either name.
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
PORTS = (None, 443)


async def download(client: httpx.AsyncClient, url: str, *, account_id: int, base_url: str) -> bytes:
    """What lies at `url`; `client` is the account's own. No redirect is followed, nothing of the account is sent.

    Raises Malformed for an address that we do not go to, besides what http.call raises.
    """
    host, own = urlsplit(url).hostname, urlsplit(base_url).hostname
    if host == own or {host, own} <= HERE:
        return (await http.call(client, "GET", url, account_id=account_id)).content
    _check(url)
    async with aclosing(clients.stranger(resolver=_PublicOnly(), largest=LARGEST)) as stranger:
        return (await http.call(stranger, "GET", url, account_id=account_id, headers=clients.PLAIN)).content


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.port not in PORTS:
        raise Malformed(_("The marketplace names a document at an address that is no plain https:// one."))
    if is_literal(parts.hostname) and not is_public(parts.hostname):
        raise _inside(parts.hostname)


def _inside(host: str) -> Malformed:
    return Malformed(_("The marketplace names a document at %(host)s, inside a private network.") % {"host": host})


class _PublicOnly(ThreadedResolver):
    """Asked at the very connection: who resolves otherwise a moment after a look gains nothing."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(is_public(entry["host"]) for entry in found):
            raise _inside(host)
        return found
