"""Which addresses a webhook may reach: none inside our own network, however its name resolves."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from marketplaces.addresses import is_public

PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """A sentence for people: why nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect. The name is resolved once: whoever answers otherwise a moment later gains nothing."""

    host: str
    port: int
    address: str


def check_url(url: str) -> None:
    """What can be said without resolving the name. Raises Refused."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in PORTS:
        raise Refused(_("The address must begin with https:// and name a host."))
    if parts.username or parts.password:
        raise Refused(_("The address must not hold a user or a password; every message is signed instead."))
    if parts.scheme != "https" and not _is_allowed(parts.hostname):
        raise Refused(_("The address must begin with https://: messages tell about your orders."))


def resolve(url: str) -> Target:
    """Raises Refused, also for a name that does not exist."""
    check_url(url)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(_("The host %(host)s is not known (%(error)s).") % {"host": host, "error": error}) from error
    addresses = [str(entry[4][0]) for entry in found]
    inside = [address for address in addresses if not is_public(address)]
    if inside and not _is_allowed(host):
        sentence = _(
            "The host %(host)s is %(address)s, inside a private network. If it is meant, name the host in the setting "
            "WEBHOOK_ALLOWED_HOSTS."
        )
        raise Refused(sentence % {"host": host, "address": inside[0]})
    return Target(host, port, addresses[0])


def _is_allowed(host: str) -> bool:
    return host.lower() in settings.WEBHOOK_ALLOWED_HOSTS
