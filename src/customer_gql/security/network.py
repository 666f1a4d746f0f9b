"""The network peer that limits are counted for."""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The IPv4 address, or the /64 network of an IPv6 address: the owner of one address of it can use all of them.

    Text that is no address counts as itself.
    """
    plain = plain_address(address)
    if ":" not in plain:
        return plain
    try:
        return str(ipaddress.ip_network((int(ipaddress.IPv6Address(plain)), 64), strict=False))
    except ValueError:
        return plain


@lru_cache(maxsize=4096)
def plain_address(address: str) -> str:
    """The usual spelling of an address. A socket for both kinds gives IPv4 addresses as IPv6: `::ffff:203.0.113.7`.

    Text that is no address stays as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def is_loopback_address(address: str) -> bool:
    """Whether a peer is this machine; a name or nothing is not."""
    try:
        return ipaddress.ip_address(plain_address(address)).is_loopback
    except ValueError:
        return False
