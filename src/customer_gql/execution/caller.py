"""Where a request comes from. Headers are hints. The peer counts for limits; `app` puts what a trusted proxy says in its place."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from customer_gql.core.access import Caller

_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PAGE: Final = 255
_DEVICE: Final = 255


def caller(request: Request) -> Caller:
    headers = request.headers
    visitor = headers.get("x-visitor", "")
    return Caller(
        address=request.client.host[:64] if request.client else "",
        user_agent=_printable(headers.get("user-agent", ""))[:_DEVICE],
        store_view=_store_view(headers.get("x-store-view")),
        visitor=visitor if _VISITOR.fullmatch(visitor) else None,
        page=_page(headers.get("referer")),
    )


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


@lru_cache(maxsize=1024)
def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
