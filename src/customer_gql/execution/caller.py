"""Where a request comes from. Headers are hints; only the peer, or what a trusted proxy says of it, counts for limits."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from customer_gql.core.access import Caller

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PAGE: Final = 255
_DEVICE: Final = 200


def networks(listed: Iterable[str]) -> list[Network]:
    return [ipaddress.ip_network(network, strict=False) for network in listed]


def caller(request: Request, trusted: Sequence[Network]) -> Caller:
    headers = request.headers
    visitor = headers.get("x-visitor", "")
    return Caller(
        address=_address(request, trusted),
        user_agent=_printable(headers.get("user-agent", ""))[:_DEVICE],
        store_view=_store_view(headers.get("x-store-view")),
        visitor=visitor if _VISITOR.fullmatch(visitor) else None,
        page=_page(headers.get("referer")),
    )


def _address(request: Request, trusted: Sequence[Network]) -> str:
    """The peer; behind trusted proxies the first address, from the right, that is none of theirs."""
    peer = request.client.host if request.client else ""
    forwarded = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while forwarded and _is_in(peer, trusted):
        peer = forwarded.pop()
    return peer[:64]


def _is_in(address: str, trusted: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)


def _store_view(code: str | None) -> str | None:
    """What cannot be a code is passed on as one that nobody has, so that it is refused where it matters."""
    if code is None or _CODE.fullmatch(code):
        return code or None
    return "?"


def _page(referer: str | None) -> str | None:
    """The path alone: a query may hold what is nobody's business."""
    if not referer:
        return None
    try:
        path = urlsplit(referer).path
    except ValueError:
        return None
    return _printable(path)[:_PAGE] or None


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
