"""Health checks on a port of their own, which answer while the public one has no connection left, and those of a worker."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from socket import socket

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.routing import Route

from customer_gql.database.pools import BoundedPool, TimeLimits, create_pool
from customer_gql.execution.http.server import bind_socket
from customer_gql.settings import Settings

from .reports import report_live, report_ready
from .side_server import serving_beside

_PATIENCE = TimeLimits(statement=2, acquire=2)
HEALTH_ROUTES = (Route("/health/live", report_live), Route("/health/ready", report_ready))


def create_health_pool(settings: Settings) -> BoundedPool:
    """A connection of its own, so that readiness does not wait for requests."""
    return create_pool(settings.database_url or "", 1, _PATIENCE, prepared_statements=settings.prepared_statements)


@asynccontextmanager
async def serving_health(state: State, settings: Settings) -> AsyncGenerator[None]:
    """Answer at `health_port`, if there is one, from the state of an application, which may name a socket for it."""
    if settings.health_port is None:
        yield
        return
    app = Starlette(routes=HEALTH_ROUTES)
    app.state = state
    shared: socket | None = getattr(state, "health_socket", None)
    async with serving_beside(app, shared or bind_socket(settings.health_host, settings.health_port)):
        yield


@asynccontextmanager
async def serving_worker_health(settings: Settings) -> AsyncGenerator[State]:
    """Those of a worker, which answers no requests: it is ready while its database takes writes."""
    state = State({"draining": False, "warnings": [], "databases": {}, "settings": settings})
    if settings.health_port is None:
        yield state
        return
    async with create_health_pool(settings) as pool, serving_health(state, settings):
        state.health = pool
        yield state
