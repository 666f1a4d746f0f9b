"""What tests of jobs need."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer
from support.jobs import delete_open_jobs


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any) -> Tools:
    return Tools(database, settings)


@pytest.fixture
async def queued(connection: Any) -> None:
    """Mass actions are done by workers, however few customers they are for."""
    await delete_open_jobs(connection)
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 0, scope=GLOBAL, scope_id=0)


@pytest.fixture
async def shoppers(connection: Any) -> Callable[[int], Awaitable[list[Any]]]:
    async def make(count: int, **given: Any) -> list[Any]:
        return [await make_customer(connection, **given) for _ in range(count)]

    return make
