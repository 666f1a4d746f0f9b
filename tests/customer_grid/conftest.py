from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from customer_gql.core.db import Database
from customer_grid.adobe_shop import Shop


@pytest.fixture
async def shop(empty_database: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    async with empty_database.writes.acquire() as connection:
        yield Shop(connection, tmp_path)
