"""Makes statements wait for a lock, and waits until they do; occupies what hashes passwords."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.routing import Route

from customer_gql.execution.http.endpoint import Endpoint


@asynccontextmanager
async def blocked_table(url: str, table: str = "address") -> AsyncGenerator[asyncpg.Connection]:
    """Whoever reads the table waits until this context ends."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def count_waiting(connection: asyncpg.Connection) -> int:
    """Statements of this database that wait for a lock."""
    await connection.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one state of them otherwise
    found: Any = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return found


async def wait_until(check: Callable[[], Any], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.02)


async def wait_for_waiting(connection: asyncpg.Connection, count: int) -> None:
    """Until so many statements wait for a lock."""

    async def enough() -> bool:
        return await count_waiting(connection) >= count

    await wait_until(enough)


async def wait_for_none_waiting(connection: asyncpg.Connection, seconds: float = 10) -> None:
    async def none() -> bool:
        return await count_waiting(connection) == 0

    await wait_until(none, seconds)


def endpoint_of(app: Starlette, path: str) -> Endpoint:
    """The endpoint that an application serves at a path, inside what is wrapped around it."""
    found: Any
    (found,) = [route.app for route in app.routes if isinstance(route, Route) and route.path == path]
    while not isinstance(found, Endpoint):
        found = found.app
    return found


@asynccontextmanager
async def full_hashing_pool(endpoint: Endpoint) -> AsyncGenerator[None]:
    """Every thread hashes, and as many passwords wait as may, until this context ends."""
    gate = threading.Event()
    jobs = [asyncio.ensure_future(endpoint.hashing.run(gate.wait)) for _ in range(endpoint.hashing._limit)]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        gate.set()
        await asyncio.gather(*jobs)
