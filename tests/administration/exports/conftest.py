from typing import Any

import pytest

from customer_gql.messaging.jobs.work import Tools
from support.jobs import delete_open_jobs


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)
