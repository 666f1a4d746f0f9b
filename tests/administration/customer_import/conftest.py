from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from customer_gql.database.pools import Database
from support.adobe_shop import Shop


@pytest.fixture
async def shop(empty_database: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    async with empty_database.writes.acquire() as connection:
        yield Shop(connection, tmp_path)
