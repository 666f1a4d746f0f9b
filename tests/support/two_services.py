"""Two processes of the service on one database, with a client of each, so that nothing in memory decides a race."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack

import httpx
import pytest

from support.clients import Client
from support.service import serving
from support.staff import make_role, make_staff, session_of


@pytest.fixture
async def two_services(tmp_path, empty_database, empty_database_url) -> AsyncGenerator[list[Client]]:
    async with empty_database.writes.acquire() as connection:
        user = await make_staff(connection, await make_role(connection))
        token = await session_of(connection, user.id)
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        services = [
            stack.enter_context(serving(folder, empty_database_url, mode="development", admin_rate=100_000))
            for folder in folders
        ]
        transports = [httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}") for service in services]
        yield [Client(transport, "/admin/graphql", token) for transport in transports]
        for transport in transports:
            await transport.aclose()
