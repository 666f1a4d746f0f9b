from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from customer_gql.database.pools import Database
from support.adobe_shop import Shop
from support.hand_written import HAND_WRITTEN, assert_nobody_differs
from support.isolation import ask_for_every_field


@pytest.fixture
async def shop(empty_database: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    """An empty shop. What was imported into it has the derived rows that it should have, whichever test did it."""
    async with empty_database.writes.acquire() as connection:
        await ask_for_every_field(connection)
        yield Shop(connection, tmp_path)
        name = await connection.fetchval("SELECT current_database()")
        await assert_nobody_differs(connection, HAND_WRITTEN[name])


@pytest.fixture
async def shared(connection: Any) -> AsyncGenerator[None]:
    """Accounts work on all websites; those that were made meanwhile go back to their own."""
    change = "UPDATE configuration_value SET value = $1 WHERE path = 'customers.account_sharing'"
    await connection.execute(change, '"GLOBAL"')
    yield
    await connection.execute(change, '"PER_WEBSITE"')
    await connection.execute(
        "UPDATE customer_email e SET scope = c.website_id FROM customer c WHERE c.id = e.customer_id AND e.scope = 0"
    )
