"""The Starlette application: two GraphQL routes, GraphiQL in development, health, and the pools' lifespan."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import graphiql
from .accounts.reads import CUSTOMER_BY_TOKEN
from .core import tokens
from .core.access import GUEST, Kind, Viewer
from .core.context import Context
from .core.db import Database, connected, fetch_one
from .core.errors import ErrorCode
from .execution import faults
from .execution.documents import Documents
from .execution.http import Endpoint, Refused
from .schema import admin, storefront
from .settings import Settings
from .staff import oidc_routes, sessions as staff_sessions

STOREFRONT_BODY = 100 * 1024
ADMIN_BODY = 1024 * 1024
Authenticate = Callable[[Database, str], Awaitable[Viewer | None]]


def create_app(settings: Settings) -> Starlette:
    """The service on the database of the settings; the caller has made sure that it answers and is migrated."""
    develops = settings.environment == "development"

    def endpoint(path: str, schema: strawberry.Schema, authenticate: Authenticate, max_body: int) -> Route:
        page = partial(graphiql.page, "admin" if schema is admin.schema else "storefront") if develops else None
        open_context = partial(_context, settings, authenticate)
        graph = schema._schema  # noqa: SLF001 - strawberry builds the schema, this service runs it
        return Route(path, Endpoint(graph, Documents(graph), open_context, page, explain=develops, max_body=max_body))

    return Starlette(
        routes=[
            endpoint("/graphql", storefront.schema, customer_of, STOREFRONT_BODY),
            endpoint("/admin/graphql", admin.schema, staff_sessions.viewer_of, ADMIN_BODY),
            Route("/health/live", live),
            Route("/health/ready", ready),
            *oidc_routes.routes(settings),
            *([graphiql.mount()] if develops else []),
        ],
        lifespan=partial(_lifespan, settings),
    )


@asynccontextmanager
async def _lifespan(settings: Settings, app: Starlette) -> AsyncGenerator[None]:
    async with connected(
        settings.database_url or "",
        read_connections=settings.read_connections,
        write_connections=settings.write_connections,
        prepared_statements=settings.prepared_statements,
        statement_timeout_seconds=settings.statement_timeout_seconds,
    ) as database:
        app.state.database = database
        yield


async def _context(settings: Settings, authenticate: Authenticate, request: Request) -> Context:
    database: Database = request.app.state.database
    return Context(
        database,
        await _viewer(database, authenticate, request.headers.get("authorization")),
        settings,
        peer=None if request.client is None else request.client.host,
        user_agent=request.headers.get("user-agent"),
    )


async def _viewer(database: Database, authenticate: Authenticate, authorization: str | None) -> Viewer:
    if not authorization:
        return GUEST
    scheme, _, token = authorization.partition(" ")
    viewer = await authenticate(database, token.strip()) if scheme.lower() == "bearer" else None
    if viewer is None:
        raise Refused(
            401,
            ErrorCode.UNAUTHENTICATED,
            "The token is unknown here, ended or expired. Sign in again, or send no Authorization header.",
            {"WWW-Authenticate": "Bearer"},
        )
    return viewer


async def customer_of(database: Database, token: str) -> Viewer | None:
    if not token.startswith(tokens.CUSTOMER):
        return None
    async with database.reads.acquire() as connection:
        found = await fetch_one(connection, CUSTOMER_BY_TOKEN, token_hash=tokens.hashed(token))
    return None if found is None else Viewer(Kind.CUSTOMER, customer_id=found.customer_id)


async def live(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Whether this process can answer: it reaches the database."""
    try:
        async with request.app.state.database.reads.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1", timeout=2)
    except Exception as error:
        if not faults.is_away(error):
            raise
        return JSONResponse({"status": "unavailable", "reason": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})
