"""Where a request comes from. Headers are hints; limits count the peer, which `app` replaces by the address that a
trusted proxy reports, or the server of a storefront."""

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from customer_gql.core.errors import ErrorCode
from customer_gql.core.messages.negotiation import choose_language
from customer_gql.core.text import keep_printable
from customer_gql.core.viewer import RequestOrigin
from customer_gql.execution.refusal import RequestRefused
from customer_gql.security.network import plain_address

_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PAGE_LENGTH: Final = 255
_DEVICE_LENGTH: Final = 255
_HEADER_BYTES: Final = 1024  # read of each header; longer than any valid value
STOREFRONT_HEADER: Final = "x-storefront-token"
SHOPPER_HEADER: Final = "x-shopper-address"
PERSISTENT_HEADER: Final = "x-persistent-token"
CART_HEADER: Final = "x-cart-token"
_STORE_VIEW_HEADER: Final = "x-store-view"
_SHOWN_NAMES: Final = {
    STOREFRONT_HEADER: "X-Storefront-Token",
    _STORE_VIEW_HEADER: "X-Store-View",
    PERSISTENT_HEADER: "X-Persistent-Token",
    CART_HEADER: "X-Cart-Token",
}
_LANGUAGES: Final = b"accept-language"
_HEADERS: Final = (b"user-agent", _STORE_VIEW_HEADER.encode(), b"x-visitor", b"referer", b"x-background", _LANGUAGES)


def request_origin(request: HTTPConnection) -> RequestOrigin:
    given = request.scope["headers"]
    headers = dict(given)
    # Repeated lines of a list are one list (RFC 9110, section 5.3).
    headers[_LANGUAGES] = b", ".join(value for name, value in given if name == _LANGUAGES)
    host = request.client.host if request.client else ""
    return _origin_from_headers(host, *[headers.get(name, b"")[:_HEADER_BYTES] for name in _HEADERS])


def refuse_repeated_headers(request: Request) -> None:
    """Which of two tokens or store views is meant, nobody can tell. Raises `RequestRefused`."""
    for name in _SHOWN_NAMES:
        if len(request.headers.getlist(name)) > 1:
            message = f"{_SHOWN_NAMES[name]} was sent more than once. Send it once."
            raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)


def stated_address(request: Request) -> str | None:
    """The shopper's address that the server of a storefront states. Raises `RequestRefused` for anything else."""
    lines = request.headers.getlist(SHOPPER_HEADER)
    if not lines:
        return None
    try:
        [given] = lines
        if "%" in given:
            raise ValueError("a zone means something on one machine only")  # noqa: TRY301
        return plain_address(str(ipaddress.ip_address(given.strip())))
    except ValueError:
        message = "X-Shopper-Address takes one IPv4 or IPv6 address, such as 203.0.113.7."
        raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, message) from None


@lru_cache(maxsize=1024)
def _origin_from_headers(
    host: str, agent: bytes, store_view: bytes, visitor: bytes, referer: bytes, background: bytes, languages: bytes
) -> RequestOrigin:
    code, token = store_view.decode("latin-1"), visitor.decode("latin-1")
    return RequestOrigin(
        address=plain_address(host[:64]),
        user_agent=keep_printable(agent.decode("latin-1"))[:_DEVICE_LENGTH],
        store_view=_store_view_code(code),
        visitor=token if _VISITOR.fullmatch(token) else None,
        page=_referer_path(referer.decode("latin-1")),
        is_background=background == b"1",
        language=choose_language(languages.decode("latin-1")),
    )


def _store_view_code(code: str) -> str | None:
    """An impossible code becomes one that no store view has, so that it is refused where it matters."""
    if not code or _CODE.fullmatch(code):
        return code or None
    return "?"


def _referer_path(referer: str) -> str | None:
    """Only the path: a query may contain personal data."""
    if not referer:
        return None
    try:
        path = urlsplit(referer).path
    except ValueError:
        return None
    return keep_printable(path)[:_PAGE_LENGTH] or None
