"""Two real transactions in each other's way, of which the database ends the service's: it is tried once more, and succeeds."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

import asyncpg
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import TimeLimits, open_database
from customer_gql.embedded.server import Server
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings
from support.clients import Client, served
from support.customers import make_customer

pytestmark = pytest.mark.slow  # the database looks for deadlocks after seconds

RENAME = 'mutation { meUpdate(input: {firstName: "Grace"}) { userErrors { code } customer { firstName version } } }'


LIMITS = TimeLimits(statement=120, lock=120)
"""Longer than the database takes to look for a deadlock."""


class Place(NamedTuple):
    me: Client
    customer_id: int
    other: Any
    """Of a superuser, who may say that it never looks for deadlocks itself."""


@pytest.fixture
async def place(
    request: pytest.FixtureRequest, settings: Settings, empty_database_url: str, server: Server
) -> AsyncGenerator[Place]:
    """The service on a database of its own, whose connections begin with a setting of the server."""
    patient = settings.storefront.model_copy(update={"seconds": LIMITS.statement})
    probe = await asyncpg.connect(empty_database_url)
    name = await probe.fetchval("SELECT current_database()")
    await probe.close()
    other = await asyncpg.connect(server.admin_url(name))
    await other.execute(f'ALTER DATABASE "{name}" {request.param}')
    await other.execute("SET deadlock_timeout = '1h'")
    try:
        async with (
            open_database(empty_database_url, projections=PROJECTIONS, patience=LIMITS) as database,
            served(settings.model_copy(update={"storefront": patient}), database) as http,
        ):
            async with database.transaction() as connection:
                made = await make_customer(connection, first_name="Emmy")
                token = await issue_customer_token(connection, made.id)
            yield Place(Client(http, "/graphql", token), made.id, other)
    finally:
        await other.close()


async def wait_for_lock(other: Any) -> None:
    """Until another session of the database waits for one that this one holds."""
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    async with asyncio.timeout(60):
        while not await other.fetchval(waiting):
            await asyncio.sleep(0.01)


async def find_written(other: Any, customer_id: int) -> int:
    asked = "SELECT count(*) FROM customer_event WHERE customer_id = $1 AND changes ? 'firstName'"
    return await other.fetchval(asked, customer_id)


@pytest.mark.parametrize("place", ["SET deadlock_timeout = '5s'"], indirect=True)
async def test_a_deadlock_is_tried_once_more(place: Place):
    """The service holds the customer and waits for the customer's row of the grid; another has that, and waits for the customer."""
    other, key = place.other, place.customer_id
    before = await other.fetchval("SELECT count(*) FROM customer_grid_row WHERE customer_id = $1", key)
    held = other.transaction()
    await held.start()
    await other.execute("SELECT FROM customer_grid_row WHERE customer_id = $1 FOR UPDATE", key)
    renaming = asyncio.create_task(place.me.data(RENAME))
    await wait_for_lock(other)
    await other.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", key)
    assert not renaming.done()
    await held.commit()
    answer = (await renaming)["meUpdate"]
    assert before == 1
    assert (answer["userErrors"], answer["customer"]["firstName"]) == ([], "Grace")
    assert await find_written(other, key) == 1
    await expect_deadlocks(other, 1)


async def expect_deadlocks(other: Any, number: int) -> None:
    """The server counts what a session did when it has a moment."""
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    async with asyncio.timeout(60):
        while await other.fetchval(asked) < number:
            await asyncio.sleep(0.1)
    assert await other.fetchval(asked) == number


@pytest.mark.parametrize("place", ["SET default_transaction_isolation = 'repeatable read'"], indirect=True)
async def test_a_serialization_failure_is_tried_once_more(place: Place):
    """Where transactions see one moment, a row that changed since cannot be changed; the second try sees what changed."""
    other, key = place.other, place.customer_id
    held = other.transaction(isolation="read_committed")
    await held.start()
    version = await other.fetchval("UPDATE customer SET version = version + 1 WHERE id = $1 RETURNING version", key)
    renaming = asyncio.create_task(place.me.data(RENAME))
    await wait_for_lock(other)
    await held.commit()
    answer = (await renaming)["meUpdate"]
    assert answer == {"userErrors": [], "customer": {"firstName": "Grace", "version": version + 1}}
    assert await find_written(other, key) == 1
