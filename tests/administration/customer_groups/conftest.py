"""What tests of groups need."""

from typing import Any

import pytest

from customer_gql.messaging.jobs.work import Tools


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any) -> Tools:
    return Tools(database, settings)
