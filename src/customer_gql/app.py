"""The Starlette application: two GraphQL routes, GraphiQL in development, health checks, and the connection pools."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, Literal

import strawberry
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from customer_gql.administration.customer_grid.upgrade import EMPTY_GRID_WARNING, is_grid_empty
from customer_gql.core.errors import ErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import GUEST, RequestOrigin, ViewerKind
from customer_gql.customers.accounts.sessions.authentication import find_customer_session, record_customer_use
from customer_gql.database.background import Background
from customer_gql.database.pools import BoundedPool, Database, TimeLimits, create_pool, open_database
from customer_gql.database.schema.rights import OWNERSHIP_WARNING, owns_tables
from customer_gql.database.session_limits import find_missing_defaults, is_pooled
from customer_gql.execution.documents import DocumentCache
from customer_gql.execution.http.caller import (
    STOREFRONT_HEADER,
    refuse_repeated_headers,
    request_origin,
    stated_address,
)
from customer_gql.execution.http.cookies import read_cookies
from customer_gql.execution.http.endpoint import Endpoint
from customer_gql.execution.http.health import report_live, report_ready
from customer_gql.execution.http.security_headers import SecurityHeaders, cors_middleware
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.limits.cost.model import CostModel
from customer_gql.execution.limits.document_text import DocumentTexts
from customer_gql.execution.limits.persisted_queries import PersistedQueries
from customer_gql.execution.limits.rate import LocalBuckets, RateBuckets
from customer_gql.execution.limits.shared_buckets import SharedBuckets
from customer_gql.execution.limits.trusted_documents import TrustedDocuments
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics, tracing
from customer_gql.graph.context import Context
from customer_gql.graph.cookies import Cookies
from customer_gql.messaging.jobs import worker
from customer_gql.messaging.mail.catcher import pages
from customer_gql.schema import admin, storefront
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.security import hashing, tokens
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.security.sessions import AuthenticatedSession
from customer_gql.shop.websites.reads import UNKNOWN_STORE_VIEW, find_website_of_view
from customer_gql.staff.sign_in import oidc_routes
from customer_gql.staff.sign_in.sessions import SESSION_COOKIE, find_staff_session, record_staff_use

from . import graphiql
from .settings import AudienceSettings, Settings

log = structlog.get_logger("start")
RecordUse = Callable[..., Awaitable[object]]
FindSession = Callable[[Database, str], Awaitable[AuthenticatedSession | None]]
# Wrong passwords of staff leave at least half of the cores to customers who sign in.
_HASHING_THREADS: Final = {"storefront": hashing.CORES, "admin": max(1, hashing.CORES // 2)}
HEALTH_PATIENCE: Final = TimeLimits(statement=2, acquire=2)


def create_app(settings: Settings) -> Starlette:
    """The service on the database of the settings, which must be reachable and migrated."""
    buckets = [SharedBuckets(settings.rate_storage) if settings.rate_storage else LocalBuckets() for _ in range(2)]
    app = Starlette(
        routes=[
            _create_route(settings, "/graphql", "storefront", storefront.schema, buckets[0]),
            _create_route(settings, "/admin/graphql", "admin", admin.schema, buckets[1]),
            Route("/health/live", report_live),
            Route("/health/ready", report_ready),
            *oidc_routes.oidc_routes(settings),
            *([*graphiql.graphiql_routes(), *pages.catcher_routes()] if settings.environment == "development" else []),
        ],
        middleware=_create_middleware(settings),
        lifespan=partial(_run_lifespan, settings),
    )
    app.state.settings = settings
    hashing.set_cost(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    app.state.draining = False
    app.state.warnings = []
    app.state.buckets = buckets
    app.state.background = Background()
    return app


def _create_route(
    settings: Settings,
    path: str,
    audience: Literal["storefront", "admin"],
    schema: strawberry.Schema,
    buckets: RateBuckets,
) -> Route:
    endpoint = _create_endpoint(settings, audience, schema, buckets)
    return Route(path, endpoint, middleware=cors_middleware(settings, getattr(settings, audience)))


def _create_endpoint(
    settings: Settings, audience: Literal["storefront", "admin"], schema: strawberry.Schema, buckets: RateBuckets
) -> Endpoint:
    graph = schema._schema  # noqa: SLF001 - strawberry builds the schema, this service runs it
    limits: AudienceSettings = getattr(settings, audience)
    is_development = settings.environment == "development"
    return Endpoint(
        audience=audience,
        schema=graph,
        limits=limits,
        find_origin=partial(_find_origin, audience),
        open_context=partial(_open_storefront if audience == "storefront" else _open_admin, settings),
        buckets=buckets,
        documents=DocumentCache(graph, limits),
        costs=CostModel(graph),
        texts=DocumentTexts(
            TrustedDocuments(limits.documents, limits.documents_dir),
            PersistedQueries(limits.persisted_queries, limits.persisted_query_bytes),
        ),
        gate=AdmissionGate(
            limits.requests,
            guest_limit=max(1, limits.requests * limits.guest_percent // 100),
            address_limit=max(1, limits.requests * limits.address_percent // 100),
        ),
        token_gate=AdmissionGate(limits.requests),
        hashing=hashing.HashingPool(_HASHING_THREADS[audience]),
        page=partial(_show_page, audience) if is_development else None,
        explain=is_development,
        body_seconds=settings.body_seconds,
    )


def _create_middleware(settings: Settings) -> list[Middleware]:
    outermost_first = [Middleware(SecurityHeaders, allowed_hosts=settings.allowed_hosts)]
    if settings.trusted_proxies:
        outermost_first.append(Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies))
    if settings.traces:
        outermost_first.append(Middleware(tracing.TracingMiddleware, address=settings.traces))
    return outermost_first


@asynccontextmanager
async def _run_lifespan(settings: Settings, app: Starlette) -> AsyncGenerator[None]:
    async with AsyncExitStack() as stack:
        databases = {
            audience: await stack.enter_async_context(open_pools(settings, audience))
            for audience in ("storefront", "admin")
        }
        app.state.databases = databases
        # Pending background writes finish before the pools close.
        stack.push_async_callback(app.state.background.close)
        for buckets in app.state.buckets:
            stack.push_async_callback(buckets.close)
        app.state.health = await stack.enter_async_context(_create_health_pool(settings))
        app.state.warnings = await _find_warnings(app.state.health)
        pools = {f"{name}_{kind}": getattr(it, kind) for name, it in databases.items() for kind in ("reads", "writes")}
        stack.enter_context(metrics.serve_metrics(settings.metrics_host, settings.metrics_port, pools))
        if settings.worker:
            await stack.enter_async_context(worker.running_worker(settings, WORK))
        yield


def _create_health_pool(settings: Settings) -> BoundedPool:
    return create_pool(
        settings.database_url or "", 1, HEALTH_PATIENCE, prepared_statements=settings.prepared_statements
    )


async def _find_warnings(pool: BoundedPool) -> list[str]:
    """What an operator should change although the service works; in the log, and in the body of `/health/ready`."""
    async with pool.acquire() as connection:
        warnings = [OWNERSHIP_WARNING] if await owns_tables(connection) else []
        if await is_grid_empty(connection):
            warnings.append(EMPTY_GRID_WARNING)
        if await is_pooled(connection):
            warnings += await find_missing_defaults(connection)
    for warning in warnings:
        log.warning("warning", message=warning)
    return warnings


def open_pools(settings: Settings, audience: str) -> AbstractAsyncContextManager[Database]:
    """The pools of one audience, so that none can starve another; `jobs.worker` has its own."""
    limits: AudienceSettings = getattr(settings, audience)
    return open_database(
        settings.database_url or "",
        read_connections=limits.read_connections,
        write_connections=limits.write_connections,
        prepared_statements=settings.prepared_statements,
        patience=TimeLimits(
            statement=limits.seconds,
            lock=settings.lock_seconds,
            acquire=settings.pool_seconds,
            client_check=settings.client_check_seconds,
        ),
        projections=PROJECTIONS,
    )


async def _show_page(audience: Literal["storefront", "admin"], request: Request) -> Response:
    sample = await graphiql.find_sample(request.app.state.databases[audience])
    return graphiql.page_response(audience, request, sample)


async def _find_origin(audience: str, request: Request) -> RequestOrigin:
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


async def _open_storefront(settings: Settings, request: Request, origin: RequestOrigin) -> Context:
    database: Database = request.app.state.databases["storefront"]
    website_id = None
    if origin.store_view is not None:
        website_id = await find_website_of_view(database, origin.store_view)
        if website_id is None:
            raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, UNKNOWN_STORE_VIEW)
    find_session = partial(find_customer_session, website_id=website_id)
    return await _open_context(settings, request, origin, database, find_session, record_customer_use)


async def _open_admin(settings: Settings, request: Request, origin: RequestOrigin) -> Context:
    database: Database = request.app.state.databases["admin"]
    return await _open_context(
        settings, request, origin, database, find_staff_session, record_staff_use, session_cookie=SESSION_COOKIE
    )


async def _open_context(
    settings: Settings,
    request: Request,
    origin: RequestOrigin,
    database: Database,
    find_session: FindSession,
    record_use: RecordUse,
    *,
    session_cookie: str | None = None,
) -> Context:
    use_secret_keys(settings.secret_keys)
    background: Background = request.app.state.background
    found, viewer = None, GUEST
    cookies = read_cookies(request, is_development=settings.environment == "development")
    token = _read_token(request, cookies, session_cookie)
    if token is not None:
        found = await find_session(database, token) if token else None
        # What is public is answered nevertheless; see `Viewer.token_has_ended`.
        viewer = replace(GUEST, token_has_ended=True) if found is None else found.viewer
    context = Context(
        database,
        settings,
        replace(viewer, address=origin.address or None),
        caller=origin,
        language=origin.language,
        cookies=cookies,
        background=background,
    )
    if found is not None and found.is_stale and not origin.is_background:
        use = partial(record_use, token_hash=found.token_hash)
        context.record_use = partial(background.put, database, ("used", found.token_hash), use)
    return context


def _read_token(request: Request, cookies: Cookies, session_cookie: str | None) -> str | None:
    """The token of the Authorization header, else of the cookie; empty for a header of another scheme."""
    authorization = request.headers.get("authorization")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    session = cookies.get(session_cookie) if session_cookie is not None else None
    if not session:
        return None
    if request.method != "POST" or not cookies.is_same_origin:
        message = "A session cookie needs a POST request of the same origin. Send a token in the Authorization header."
        raise RequestRefused(403, ErrorCode.FORBIDDEN, message)
    # A service token has no place in a browser.
    return session if session.startswith(tokens.STAFF) else ""
