"""Where a request comes from. Headers are hints. The peer counts for limits; `app` puts what a trusted proxy says in its place."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from customer_gql.core.viewer import RequestOrigin

_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PAGE: Final = 255
_DEVICE: Final = 255
_READ: Final = 1024  # bytes of each; more than any of them may say
_HEADERS: Final = (b"user-agent", b"x-store-view", b"x-visitor", b"referer")


def request_origin(request: Request) -> RequestOrigin:
    sent = dict(request.scope["headers"])
    host = request.client.host if request.client else ""
    return _origin_from_headers(host, *[sent.get(name, b"")[:_READ] for name in _HEADERS])


@lru_cache(maxsize=1024)
def _origin_from_headers(host: str, agent: bytes, store_view: bytes, visitor: bytes, referer: bytes) -> RequestOrigin:
    code, token = store_view.decode("latin-1"), visitor.decode("latin-1")
    return RequestOrigin(
        address=host[:64],
        user_agent=_printable_text(agent.decode("latin-1"))[:_DEVICE],
        store_view=_store_view_code(code),
        visitor=token if _VISITOR.fullmatch(token) else None,
        page=_referer_path(referer.decode("latin-1")),
    )


def _store_view_code(code: str) -> str | None:
    """What cannot be a code is passed on as one that nobody has, so that it is refused where it matters."""
    if not code or _CODE.fullmatch(code):
        return code or None
    return "?"


def _referer_path(referer: str) -> str | None:
    """The path alone: a query may hold what is nobody's business."""
    if not referer:
        return None
    try:
        path = urlsplit(referer).path
    except ValueError:
        return None
    return _printable_text(path)[:_PAGE] or None


def _printable_text(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
