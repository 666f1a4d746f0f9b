import asyncio
import uuid
from collections.abc import Callable, Generator
from typing import Any

import asyncpg
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.statements import Row
from customer_gql.staff import writes as staff
from support.customers import make_full_customer
from support.service import Service, serving

OPEN = {"storefront__bucket": 10**9, "admin__bucket": 10**9}
"""Rates are held to where they are tested."""


def arranged(url: str, work: Callable[[asyncpg.Connection], Any]) -> Any:
    """Run a coroutine on a connection, from a test that is none itself."""

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
    """In production, with the limits as they come."""
    with serving(tmp_path_factory.mktemp("service"), database_url, **OPEN) as served:
        yield served


@pytest.fixture(scope="session")
def impatient(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, with deadlines that a test can wait for."""
    deadlines = {"request_seconds": 1, "body_seconds": 0.5, "write_seconds": 1}
    with serving(tmp_path_factory.mktemp("impatient"), database_url, **OPEN, **deadlines) as served:
        yield served


@pytest.fixture(scope="session")
def staff_token(database_url: str) -> str:
    async def made(connection: asyncpg.Connection) -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        await staff.create_staff_user(connection, email=email, name="Somebody", role="administrator")
        return await staff.issue_staff_token(connection, email=email)

    return arranged(database_url, made)


@pytest.fixture(scope="session")
def shopper(database_url: str) -> Any:
    """A customer with something in every section."""
    return arranged(database_url, make_full_customer)


@pytest.fixture(scope="session")
def customer_token(database_url: str, shopper: Any) -> str:
    return arranged(database_url, lambda connection: issue_customer_token(connection, shopper.id))
