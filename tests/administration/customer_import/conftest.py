from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from customer_gql.database.pools import Database
from support.adobe_shop import Shop
from support.hand_written import HAND_WRITTEN, assert_nobody_differs


@pytest.fixture
async def shop(empty_database: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    """An empty shop. What was imported into it has the derived rows that it should have, whichever test did it."""
    async with empty_database.writes.acquire() as connection:
        yield Shop(connection, tmp_path)
        name = await connection.fetchval("SELECT current_database()")
        await assert_nobody_differs(connection, HAND_WRITTEN[name])
