"""What tests of webhooks need: a shop of their own, and a worker's work done when they say so."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from customer_gql.core.actor import SYSTEM
from customer_gql.database.pools import Database, open_database
from customer_gql.messaging.events.numbering import number_events
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.webhooks.delivery import deliver_events
from customer_gql.messaging.webhooks.fan_out import fan_out_events
from customer_gql.schema.projections import PROJECTIONS
from support.clients import served
from support.customers import customer_id, make_customer
from support.hooks import Hooks
from support.races import StoppableConnection


@pytest.fixture
async def database(empty_database_url: str, statements: Any) -> AsyncGenerator[Database]:
    async with open_database(
        empty_database_url,
        read_connections=3,
        write_connections=8,
        on_statement=statements,
        projections=PROJECTIONS,
        connection_class=StoppableConnection,
    ) as opened:
        yield opened


@pytest.fixture
async def http(settings: Any, database: Database) -> AsyncGenerator[Any]:
    async with served(settings, database) as client:
        yield client


@pytest.fixture
def tools(database: Database, settings: Any) -> Tools:
    return Tools(database, settings)


@pytest.fixture
def fan_out(tools: Tools) -> Callable[[], Awaitable[None]]:
    """Make the deliveries of what happened."""

    async def run() -> None:
        while await number_events(tools):
            pass
        while await fan_out_events(tools):
            pass

    return run


@pytest.fixture
def work(tools: Tools, fan_out: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """What a worker does until nothing is due."""

    async def run() -> None:
        await fan_out()
        await deliver_events(tools)

    return run


@pytest.fixture
def tell(connection: Any) -> Callable[..., Awaitable[Any]]:
    """Something happens to a customer, who is new unless given."""

    async def happen(name: str = "customer.updated", row: Any = None, **given: Any) -> Any:
        row = row or await make_customer(connection, **given)
        await emit(connection, [Event(name, customer_id(row), ["firstName"], row.id, version=row.version)], by=SYSTEM)
        return row

    return happen


@pytest.fixture
def hooks(admin_client: Any, connection: Any) -> Hooks:
    return Hooks(admin_client, connection)
