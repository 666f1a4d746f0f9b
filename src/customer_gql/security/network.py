"""Network addresses: the peer that limits are counted for, and which addresses the service may call that somebody else named,
none of which leads into its own network (docs/domain/webhooks.md#webhooks-10).

What may be called is a list of what is public, so that a kind of address that is not known is refused.
"""

import ipaddress
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Final


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


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6: Final = [
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
]
"""Of the public range: protocols and Teredo, documentation, 6to4. The last two can lead anywhere."""
_SPECIAL_V4: Final = [ipaddress.IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "192.31.196.0/24")]
_CARRIERS: Final = [
    # IPv4-mapped, IPv4-translated (SIIT), of NAT64, and the former IPv4-compatible addresses.
    ipaddress.IPv6Network(text)
    for text in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "::/96")
]
"""Networks whose addresses stand for the IPv4 address in their last four bytes."""


def carried_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for; any other as it is."""
    if isinstance(address, ipaddress.IPv6Address) and any(address in carrier for carrier in _CARRIERS):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public_address(address: Address) -> bool:
    """Whether it is an address of one machine on the internet."""
    carried = carried_address(address)
    if isinstance(carried, ipaddress.IPv4Address):
        is_special = any(carried in network for network in _SPECIAL_V4)
        return carried.is_global and not carried.is_multicast and not is_special
    return carried in _PUBLIC_V6 and carried.is_global and not any(carried in network for network in _SPECIAL_V6)


def is_allowed_address(address: Address, networks: Collection[Network]) -> bool:
    """Whether the service may call it: it is public, or in a network that the operator allows."""
    if is_public_address(address):
        return True
    return any(one in network for one in {address, carried_address(address)} for network in networks)


@cache
def parse_networks(texts: tuple[str, ...]) -> Sequence[Network]:
    return [ipaddress.ip_network(text) for text in texts]


def parse_literal(host: str) -> Address | None:
    """The address that a host of a URL is, in every spelling that a resolver takes for one; None for a name.

    `0x7f.1`, `2130706433` and `127.1` are spellings of 127.0.0.1 that resolvers know and the standard library refuses.
    """
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return _parse_old_spelling(host)


def _parse_old_spelling(host: str) -> Address | None:
    parts = host.rstrip(".").split(".")
    numbers = [_parse_number(part) for part in parts]
    if not 1 <= len(parts) <= 4 or None in numbers:
        return None
    *first, last = [number or 0 for number in numbers]
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return None
    value = sum(number << 8 * (3 - place) for place, number in enumerate(first)) + last
    return ipaddress.IPv4Address(value)


def _parse_number(text: str) -> int | None:
    base = 16 if text[:2].lower() == "0x" else 8 if text[:1] == "0" and len(text) > 1 else 10
    digits = text[2:] or "0" if base == 16 else text
    try:
        return int(digits, base) if digits.isalnum() and digits.isascii() else None
    except ValueError:
        return None
