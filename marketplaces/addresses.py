"""Which addresses are out in the world: what others name is read from nowhere inside our own network."""

import ipaddress

#: They carry an IPv4 address inside, which may be any.
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(address: str) -> bool:
    """Not private, loopback, link-local (the clouds' metadata), shared, reserved or multicast, nor a tunnel to such."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    tunneled = any(ip in network for network in TUNNELS if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not tunneled


def is_literal(host: str) -> bool:
    """Is the host an address, so that no name is looked up?"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
