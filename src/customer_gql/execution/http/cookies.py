"""The cookies of a request, and whether a page of this service's own origin sent it."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from customer_gql.graph.cookies import Cookies
from customer_gql.security.network import is_loopback_address


def read_cookies(request: HTTPConnection, *, is_development: bool) -> Cookies:
    peer = request.client.host if request.client else ""
    is_plain = is_development and request.url.scheme in {"http", "ws"} and is_loopback_address(peer)
    return Cookies(request.cookies, is_secure=not is_plain, is_same_origin=_is_same_origin(request, is_plain=is_plain))


def _is_same_origin(request: HTTPConnection, *, is_plain: bool) -> bool:
    """Browsers send `Sec-Fetch-Site`; of one that does not, `Origin` names this host. Scripts can forge neither."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    if origin is None:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # TLS may end at a proxy, so the scheme of the request says nothing.
    return parts.scheme == ("http" if is_plain else "https") and parts.netloc == request.headers.get("host")
