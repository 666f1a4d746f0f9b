"""Which pages may open a stream. A browser states the page's origin, and no script can forge it."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused
from customer_gql.settings.browsers import LOOPBACK_ORIGIN


def require_allowed_origin(connection: HTTPConnection, origins: Collection[str], *, is_development: bool) -> None:
    """Raises `RequestRefused` for a page of another host that is not listed. Programs state no origin.

    A browser lets any page open a WebSocket to any host and read it, so that here nobody asks the service first.
    """
    given = connection.headers.getlist("origin")
    if not given:
        return
    if len(given) == 1 and (given[0] in origins or _is_own_host(connection, given[0])):
        return
    if len(given) == 1 and is_development and re.fullmatch(LOOPBACK_ORIGIN, given[0]):
        return
    raise RequestRefused(403, ErrorCode.FORBIDDEN, "Pages of this origin may not open streams of this service.")


def _is_own_host(connection: HTTPConnection, origin: str) -> bool:
    # TLS may end at a proxy, so the scheme of the connection says nothing. A cookie needs more, see `http.cookies`.
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and parts.netloc.lower() == connection.headers.get("host", "").lower()
