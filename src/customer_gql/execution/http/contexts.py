"""From a token to the context that operations of its holder run with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from starlette.requests import HTTPConnection, Request

from customer_gql.commerce.payments.test_psp.access import use_test_psp
from customer_gql.core.errors import ErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import GUEST, RequestOrigin, ViewerKind
from customer_gql.customers.accounts.sessions.authentication import (
    find_customer_lookup,
    find_customer_session,
    record_customer_use,
)
from customer_gql.database.background import Background
from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.pools import Database
from customer_gql.execution.presumed import KnownSessions, Presumption, TokenLookup
from customer_gql.execution.refusal import RequestRefused
from customer_gql.graph.context import Context
from customer_gql.graph.cookies import Cookies
from customer_gql.security import tokens
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.security.sessions import AuthenticatedSession
from customer_gql.settings import Settings
from customer_gql.shop.websites.reads import UNKNOWN_STORE_VIEW, find_website_of_view
from customer_gql.staff.sign_in.sessions import (
    SESSION_COOKIE,
    find_staff_lookup,
    find_staff_session,
    record_staff_use,
)

from .caller import (
    CART_HEADER,
    PERSISTENT_HEADER,
    STOREFRONT_HEADER,
    refuse_repeated_headers,
    request_origin,
    stated_address,
)
from .cookies import read_cookies
from .positions import find_replica

RecordUse = Callable[..., Awaitable[object]]
_MOST_TOKEN: Final = 128  # characters read of a token; all are shorter
FindSession = Callable[[Database, str], Awaitable[AuthenticatedSession | None]]


@dataclass(frozen=True, slots=True)
class _Sessions:
    """How tokens of one audience are looked up, by themselves or with other reads, and how their use is recorded."""

    find: FindSession
    find_lookup: Callable[[str], TokenLookup | None]
    record_use: RecordUse
    website_id: int | None = None


_OF_STAFF: Final = _Sessions(find_staff_session, find_staff_lookup, record_staff_use)


async def find_origin(audience: str, request: Request) -> RequestOrigin:
    """Where the caller is; on the storefront a server with a service token may call for a shopper and say where they
    are (docs/domain/service-tokens.md#service-tokens-8)."""
    origin = request_origin(request)
    if audience != "storefront":
        return origin
    refuse_repeated_headers(request)
    token = request.headers.get(STOREFRONT_HEADER)
    if token is None:
        return origin
    found = await find_staff_session(request.app.state.databases[audience], token.strip())
    if found is None or found.viewer.kind is not ViewerKind.SERVICE:
        message = "X-Storefront-Token is no service token, or it was revoked or has expired."
        raise RequestRefused(401, ErrorCode.UNAUTHENTICATED, message, {"WWW-Authenticate": "Bearer"})
    if Permission.STOREFRONT_PROXY not in found.viewer.permissions:
        message = f"The service token of X-Storefront-Token lacks the permission {Permission.STOREFRONT_PROXY}."
        raise RequestRefused(403, ErrorCode.FORBIDDEN, message)
    return replace(origin, address=stated_address(request) or origin.address)


async def open_storefront_context(
    settings: Settings, request: Request, origin: RequestOrigin, *, presumes: bool = False
) -> Context:
    database: Database = request.app.state.databases["storefront"]
    website_id = None
    if origin.store_view is not None:
        website_id = await find_website_of_view(database, origin.store_view)
        if website_id is None:
            raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, UNKNOWN_STORE_VIEW)
    of_website = _Sessions(
        partial(find_customer_session, website_id=website_id),
        partial(find_customer_lookup, website_id=website_id),
        record_customer_use,
        website_id,
    )
    cookies = _read_cookies(settings, request)
    token = read_token(request.headers.get("authorization"))
    context = await _open_context(settings, request, origin, database, token, cookies, of_website, presumes=presumes)
    context.persistent_token = _read_header(request, PERSISTENT_HEADER)
    context.cart_token = _read_header(request, CART_HEADER)
    return context


def _read_header(request: Request, name: str) -> str | None:
    return (request.headers.get(name) or "").strip()[:_MOST_TOKEN] or None


async def open_admin_context(
    settings: Settings, request: Request, origin: RequestOrigin, *, presumes: bool = False
) -> Context:
    """Raises `RequestRefused` for the cookie of a session in a request that another page may have caused."""
    database: Database = request.app.state.databases["admin"]
    cookies = _read_cookies(settings, request)
    token = read_token(request.headers.get("authorization"))
    if token is None and cookies.get(SESSION_COOKIE):
        if request.method not in ("POST", "PUT") or not cookies.is_same_origin:
            message = "A session cookie needs a POST or PUT request of the same origin. Send a token in the Authorization header."
            raise RequestRefused(403, ErrorCode.FORBIDDEN, message)
        token = _read_session_cookie(cookies)
    replica = find_replica(request)
    context = await _open_context(settings, request, origin, database, token, cookies, _OF_STAFF, presumes=presumes)
    context.replica = replica
    return context


async def open_download_context(settings: Settings, request: Request) -> Context:
    """The context of staff or a service that gets a file. It is a GET, so a page of this origin may link to it, and nobody else's:
    the cookie does not travel from there."""
    database: Database = request.app.state.databases["admin"]
    cookies = _read_cookies(settings, request)
    token = read_token(request.headers.get("authorization"))
    if token is None and request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
        token = _read_session_cookie(cookies) or None
    origin = request_origin(request)
    return await _open_context(settings, request, origin, database, token, cookies, _OF_STAFF)


async def open_socket_context(settings: Settings, socket: HTTPConnection, authorization: str | None) -> Context | None:
    """The context of staff or a service behind a WebSocket, by what its first message says or by the cookie; None without a
    valid token. No operation of a socket can set a cookie."""
    database: Database = socket.app.state.databases["admin"]
    cookies = _read_cookies(settings, socket)
    token = read_token(authorization)
    if token is None and cookies.is_same_origin and cookies.get(SESSION_COOKIE):
        token = _read_session_cookie(cookies)
    origin = request_origin(socket)
    context = await _open_context(settings, socket, origin, database, token, Cookies(), _OF_STAFF)
    return context if context.viewer.is_staff_or_service else None


def _read_cookies(settings: Settings, connection: HTTPConnection) -> Cookies:
    return read_cookies(connection, is_development=settings.environment == "development")


def _use_settings(settings: Settings) -> None:
    """What reads and rules find without knowing settings."""
    use_secret_keys(settings.secret_keys)
    use_test_psp(settings)
    use_distributed_forms(settings.distributed)


async def _open_context(
    settings: Settings,
    connection: HTTPConnection,
    origin: RequestOrigin,
    database: Database,
    token: str | None,
    cookies: Cookies,
    sessions: _Sessions,
    *,
    presumes: bool = False,
) -> Context:
    """With `presumes` a token that came before is not looked up now, but with the first rows that are read."""
    _use_settings(settings)
    background: Background = connection.app.state.background
    known, key = KnownSessions.for_database(database), (tokens.hash_token(token or ""), sessions.website_id)
    # No lookup for a token of the other audience, which may share the pool: what that knows of it counts for nothing here.
    lookup = sessions.find_lookup(token) if token and presumes else None
    found = presumed = None if lookup is None else known.find(key)
    if token and found is None:
        found = await sessions.find(database, token)
        known.note(key, found)
    # What is public is answered for a token that has ended, too; see `Viewer.token_has_ended`.
    viewer = replace(GUEST, token_has_ended=token is not None) if found is None else found.viewer
    context = Context(
        database,
        settings,
        replace(viewer, address=origin.address or None),
        token=token,
        caller=origin,
        language=origin.language,
        cookies=cookies,
        background=background,
    )
    if presumed is not None and lookup is not None:
        context.confirm_viewer = Presumption(known, key, presumed, lookup, context.loads).holds
    if found is not None and found.is_stale and not origin.is_background:
        use = partial(sessions.record_use, token_hash=found.token_hash)
        context.record_use = partial(background.put, database, ("used", found.token_hash), use)
    return context


def read_token(authorization: str | None) -> str | None:
    """The token of an Authorization header; empty for one of another scheme, None without one."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _read_session_cookie(cookies: Cookies) -> str:
    session = cookies.get(SESSION_COOKIE) or ""
    # A service token has no place in a browser.
    return session if session.startswith(tokens.STAFF) else ""
