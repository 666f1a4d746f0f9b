"""The Starlette application: two GraphQL routes, GraphiQL in development, health checks, and the connection pools."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any, Final, Literal

import strawberry
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from customer_gql.administration.customer_grid.upgrade import EMPTY_GRID_WARNING, is_grid_empty
from customer_gql.administration.customer_import.uploads.routes import UPLOAD_PATH, make_import_place
from customer_gql.commerce.orders.payments.routes import payment_routes
from customer_gql.customers.attribute_files.routes import ADMIN_UPLOADS, STOREFRONT_UPLOADS, make_place
from customer_gql.database.background import Background
from customer_gql.database.connecting.replica import Replica
from customer_gql.database.pools import BoundedPool, Database, TimeLimits, create_list_pool, create_pool, open_database
from customer_gql.database.schema.compatibility import newest_revision
from customer_gql.database.schema.rights import OWNERSHIP_WARNING, owns_tables
from customer_gql.database.session_limits import find_missing_defaults, is_pooled
from customer_gql.execution.documents import DocumentCache
from customer_gql.execution.files.downloads import file_routes, own_file_routes
from customer_gql.execution.health.listener import HEALTH_ROUTES, create_health_pool, serving_health
from customer_gql.execution.http import contexts, deadlines
from customer_gql.execution.http.caller import request_origin
from customer_gql.execution.http.endpoint import Endpoint
from customer_gql.execution.http.protocols.direct import DirectApplication
from customer_gql.execution.http.security_headers import SecurityHeaders, cors_middleware
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.limits.cost.model import CostModel
from customer_gql.execution.limits.document_text import DocumentTexts
from customer_gql.execution.limits.persisted_queries import PersistedQueries
from customer_gql.execution.limits.rate import LocalBuckets, RateBuckets
from customer_gql.execution.limits.shared_buckets import SharedBuckets
from customer_gql.execution.limits.trusted_documents import TrustedDocuments
from customer_gql.execution.live.events import EventStreams
from customer_gql.execution.live.sockets import SocketEndpoint
from customer_gql.execution.live.streams import LiveStreams
from customer_gql.execution.preparation import Preparation
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics, tracing
from customer_gql.graph.context import Context
from customer_gql.messaging.files.uploads import UploadPlace
from customer_gql.messaging.jobs import worker
from customer_gql.messaging.mail.catcher import pages
from customer_gql.schema import admin, storefront
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.security import hashing
from customer_gql.staff.sign_in import oidc_routes
from customer_gql.staff.sign_in.sessions import find_staff_session

from . import admin_ui, graphiql
from .settings import AudienceSettings, Settings

log = structlog.get_logger("start")
_OPEN_CONTEXT: Final = {"storefront": contexts.open_storefront_context, "admin": contexts.open_admin_context}
# Wrong passwords of staff leave at least half of the cores to customers who sign in.
_HASHING_THREADS: Final = {"storefront": hashing.CORES, "admin": max(1, hashing.CORES // 2)}


def create_app(settings: Settings) -> Starlette:
    """The service on the database of the settings, which must be reachable and migrated."""
    buckets = [SharedBuckets(settings.rate_storage) if settings.rate_storage else LocalBuckets() for _ in range(2)]
    streams = LiveStreams(settings.live, find_staff_session)
    graphs = [
        *_create_routes(settings, "/graphql", "storefront", storefront.schema, buckets[0]),
        *_create_routes(settings, "/admin/graphql", "admin", admin.schema, buckets[1], streams),
    ]
    app = DirectApplication(
        direct=[route for route in graphs if isinstance(route, Route) and isinstance(route.endpoint, Endpoint)],
        routes=[
            *graphs,
            *HEALTH_ROUTES,
            *_create_upload_routes(settings),
            *oidc_routes.oidc_routes(settings),
            *payment_routes(settings),
            *(_create_development_routes(settings) if settings.environment == "development" else []),
            *(admin_ui.admin_ui_routes(settings) if settings.admin_ui else []),
        ],
        middleware=_create_middleware(settings),
        lifespan=partial(_run_lifespan, settings),
    )
    app.state.settings = settings
    hashing.set_cost(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    app.state.streams = streams
    app.state.warnings = []
    app.state.draining = app.state.is_supervised = False
    app.state.replica = None
    app.state.buckets = buckets
    app.state.background = Background()
    return app


def _create_development_routes(settings: Settings) -> list[BaseRoute]:
    return [*graphiql.graphiql_routes(for_staff=not settings.admin_ui), *pages.catcher_routes()]


def _create_routes(
    settings: Settings,
    path: str,
    audience: Literal["storefront", "admin"],
    schema: strawberry.Schema,
    buckets: RateBuckets,
    streams: LiveStreams | None = None,
) -> list[BaseRoute]:
    endpoint = _create_endpoint(settings, audience, schema, buckets)
    others: list[BaseRoute] = []
    if streams is not None:
        is_development = settings.environment == "development"
        events = EventStreams(streams, endpoint.preparation, endpoint.deadlines.sweep, is_development=is_development)
        endpoint = replace(endpoint, open_stream=events.open_stream)
        open_context = partial(contexts.open_socket_context, settings)
        served = SocketEndpoint(endpoint, streams, open_context, is_development=is_development)
        others.append(WebSocketRoute(path, served))
    take_cost = endpoint.preparation.take_cost
    others += file_routes(settings, take_cost) if audience == "admin" else own_file_routes(settings, take_cost)
    return [Route(path, endpoint, middleware=cors_middleware(settings, getattr(settings, audience))), *others]


def _create_upload_routes(settings: Settings) -> list[Route]:
    async def open_admin(request: Request) -> Context:
        return await contexts.open_admin_context(settings, request, request_origin(request))

    async def open_storefront(request: Request) -> Context:
        return await contexts.open_storefront_context(settings, request, request_origin(request))

    pause = settings.body_seconds
    return [
        _create_upload_route(settings, "admin", UPLOAD_PATH, make_import_place(open_admin, pause_seconds=pause)),
        _create_upload_route(
            settings, "admin", f"{ADMIN_UPLOADS}/{{token}}", make_place(open_admin, pause_seconds=pause)
        ),
        _create_upload_route(
            settings, "storefront", f"{STOREFRONT_UPLOADS}/{{token}}", make_place(open_storefront, pause_seconds=pause)
        ),
    ]


def _create_upload_route(
    settings: Settings, audience: Literal["storefront", "admin"], path: str, place: UploadPlace
) -> Route:
    async def answer(request: Request) -> Response:
        try:
            return await place.answer(request)
        except RequestRefused as refused:
            told = {"message": refused.message, "extensions": {"code": refused.code.value}}
            return JSONResponse({"errors": [told]}, refused.status, refused.headers)

    middleware = cors_middleware(settings, getattr(settings, audience), methods=("PUT",))
    return Route(path, answer, methods=["PUT"], middleware=middleware)


def _create_endpoint(
    settings: Settings, audience: Literal["storefront", "admin"], schema: strawberry.Schema, buckets: RateBuckets
) -> Endpoint:
    graph = schema._schema  # noqa: SLF001 - strawberry builds the schema, this service runs it
    limits: AudienceSettings = getattr(settings, audience)
    is_development = settings.environment == "development"
    preparation = Preparation(
        audience=audience,
        schema=graph,
        limits=limits,
        buckets=buckets,
        documents=DocumentCache(graph, limits),
        costs=CostModel(graph),
        texts=DocumentTexts(
            TrustedDocuments(limits.documents, limits.documents_dir, _find_shipped_documents(settings, audience)),
            PersistedQueries(limits.persisted_queries, limits.persisted_query_bytes),
        ),
        explain=is_development,
    )
    return Endpoint(
        preparation=preparation,
        find_origin=partial(contexts.find_origin, audience),
        open_context=partial(_OPEN_CONTEXT[audience], settings),
        gate=AdmissionGate(
            limits.requests,
            guest_limit=max(1, limits.requests * limits.guest_percent // 100),
            address_limit=max(1, limits.requests * limits.address_percent // 100),
        ),
        token_gate=AdmissionGate(limits.requests),
        hashing=hashing.HashingPool(_HASHING_THREADS[audience]),
        page=partial(_show_page, audience) if is_development else None,
        deadlines=deadlines.Deadlines(body=settings.body_seconds, statement=limits.seconds),
        counted_operations=frozenset(settings.metrics_operations),
    )


def _find_shipped_documents(settings: Settings, audience: str) -> dict[str, str]:
    return admin_ui.read_shipped_documents() if audience == "admin" and settings.admin_ui else {}


def _create_middleware(settings: Settings) -> list[Middleware]:
    outermost_first = [Middleware(SecurityHeaders, allowed_hosts=settings.allowed_hosts)]
    if settings.trusted_proxies:
        outermost_first.append(Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies))
    if settings.traces:
        outermost_first.append(Middleware(tracing.TracingMiddleware, tracer=tracing.start_tracing(settings.traces)))
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
        app.state.health = await stack.enter_async_context(create_health_pool(settings))
        app.state.replica = await stack.enter_async_context(_watching_replica(settings, app.state.health))
        app.state.warnings += await _find_warnings(app.state.health)
        for warning in app.state.warnings:
            log.warning("warning", message=warning)
        await stack.enter_async_context(serving_health(app.state, settings))
        pools = {f"{name}_{kind}": getattr(it, kind) for name, it in databases.items() for kind in ("reads", "writes")}
        metrics.tell_build(version("customer-gql"), newest_revision())
        metrics.begin_counting(databases)
        if app.state.replica is not None:
            pools["replica"] = app.state.replica.pool
            stack.enter_context(metrics.collecting_replica(app.state.replica))
        if app.state.is_supervised:  # the supervisor asks for them
            stack.enter_context(metrics.collecting(pools))
        else:
            stack.enter_context(metrics.serve_metrics(settings.metrics_host, settings.metrics_port, pools))
        if settings.worker:
            await stack.enter_async_context(worker.running_worker(settings, WORK))
        yield


@asynccontextmanager
async def _watching_replica(settings: Settings, primary: BoundedPool) -> AsyncGenerator[Replica | None]:
    url = settings.database_read_url
    if url is None:
        yield None
        return
    limits, patience = settings.admin, _patience(settings, settings.admin)
    options: dict[str, Any] = {"prepared_statements": settings.prepared_statements}
    async with (
        create_list_pool(url, limits.read_connections, patience, **options) as pool,
        create_pool(url, 1, patience, is_opened_at_start=False, **options) as probe,
    ):
        replica = Replica(pool, probe, primary, settings.replica_seconds)
        watching = asyncio.create_task(replica.watch())
        try:
            yield replica
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _find_warnings(pool: BoundedPool) -> list[str]:
    """What an operator should change although the service works; in the log, and in the body of `/health/ready`."""
    async with pool.acquire() as connection:
        warnings = [OWNERSHIP_WARNING] if await owns_tables(connection) else []
        if await is_grid_empty(connection):
            warnings.append(EMPTY_GRID_WARNING)
        if await is_pooled(connection):
            warnings += await find_missing_defaults(connection)
    return warnings


def open_pools(settings: Settings, audience: str) -> AbstractAsyncContextManager[Database]:
    """The pools of one audience, so that none can starve another; `jobs.worker` has its own."""
    limits: AudienceSettings = getattr(settings, audience)
    return open_database(
        settings.database_url or "",
        read_connections=limits.read_connections,
        write_connections=limits.write_connections,
        prepared_statements=settings.prepared_statements,
        patience=_patience(settings, limits),
        projections=PROJECTIONS,
    )


def _patience(settings: Settings, limits: AudienceSettings) -> TimeLimits:
    return TimeLimits(
        statement=limits.seconds,
        lock=settings.lock_seconds,
        acquire=settings.pool_seconds,
        client_check=settings.client_check_seconds,
    )


async def _show_page(audience: Literal["storefront", "admin"], request: Request) -> Response:
    return graphiql.page_response(audience, request, await graphiql.find_sample(request.app.state.databases[audience]))
