import httpx
import pytest

from support.clients import Client, make_app
from support.staff import PASSWORD, make_role, make_staff

peers = iter(range(1, 60000))


@pytest.fixture
async def admin(settings, database):
    """The admin endpoint, asked from a network address of the test's own, so that no test counts against another."""
    number = next(peers)
    transport = httpx.ASGITransport(make_app(settings, database), client=(f"10.0.{number // 250}.{number % 250}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Client(http, "/admin/graphql", None)


@pytest.fixture
async def grace(connection):
    """A staff user who may do everything, with a password."""
    return await make_staff(connection, await make_role(connection), password=PASSWORD)
