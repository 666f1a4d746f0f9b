import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import asyncpg
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database, open_database
from customer_gql.database.statements import Connection, Row
from customer_gql.embedded.server import Server
from customer_gql.staff import writes as staff
from customer_gql.staff.sign_in.sessions import SESSION_LIFETIME
from support.customers import make_full_customer
from support.databases import cloned
from support.plan_comparing import Executors
from support.plan_shop import Shop, make_shop
from support.service import Service, serving

UNLIMITED_RATES = {"storefront__bucket": 10**9, "admin__bucket": 10**9}
"""Only tests of rates are limited by them."""


def run_on_connection(url: str, work: Callable[[Connection], Any]) -> Any:
    """Run a coroutine function on a connection, for tests that are not coroutines."""

    async def run() -> Any:
        connection = await asyncpg.connect(url, record_class=Row)
        try:
            return await work(connection)
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        return runner.run(run())


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, with the default limits."""
    with serving(tmp_path_factory.mktemp("service"), database_url, **UNLIMITED_RATES) as served:
        yield served


@pytest.fixture(scope="session")
def impatient(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, with deadlines short enough to wait for."""
    deadlines = {"request_seconds": 1, "body_seconds": 0.5, "write_seconds": 1}
    with serving(tmp_path_factory.mktemp("impatient"), database_url, **UNLIMITED_RATES, **deadlines) as served:
        yield served


async def make_staff_token(connection: Connection) -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    await staff.create_staff_user(connection, email=email, name="Somebody", role="administrator")
    # Other tests may run for longer than a session lasts without use.
    return await staff.issue_staff_token(connection, email=email, idle=SESSION_LIFETIME)


@pytest.fixture(scope="session")
def staff_token(database_url: str) -> str:
    return run_on_connection(database_url, make_staff_token)


@pytest.fixture(scope="session")
def shopper(database_url: str) -> Any:
    """A customer with something in every section."""
    return run_on_connection(database_url, make_full_customer)


@pytest.fixture(scope="session")
def customer_token(database_url: str, shopper: Any) -> str:
    return run_on_connection(database_url, lambda connection: issue_customer_token(connection, shopper.id))


@pytest.fixture(scope="session")
async def plan_database(server: Server, template: str) -> AsyncGenerator[tuple[Database, Shop]]:
    """A database with a small shop, for tests that only read it."""
    with cloned(server, template) as url:
        async with open_database(url) as database:
            async with database.writes.acquire() as connection:
                shop = await make_shop(connection)
            yield database, shop


@pytest.fixture
def plan_shop(plan_database: tuple[Database, Shop]) -> tuple[Executors, Shop]:
    database, shop = plan_database
    return Executors(database), shop


@pytest.fixture
async def own_plan_shop(empty_database: Database) -> tuple[Executors, Shop]:
    """A shop of this test's own, which it may change."""
    async with empty_database.writes.acquire() as connection:
        shop = await make_shop(connection)
    return Executors(empty_database), shop
