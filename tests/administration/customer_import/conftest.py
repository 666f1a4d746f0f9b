from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.pools import Database
from support.adobe_shop import Shop
from support.hand_written import HAND_WRITTEN, assert_nobody_differs
from support.isolation import ask_for_every_field

_FORMS = [pytest.param(False, id="one machine"), pytest.param(True, id="distributed", marks=pytest.mark.slow)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever imports into a database does so in both forms of its statements."""
    if not {"shop", "tools"}.isdisjoint(metafunc.fixturenames):
        metafunc.parametrize("form", _FORMS, indirect=True)


@pytest.fixture(autouse=True)
async def form(request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    is_distributed = getattr(request, "param", False)
    with pytest.MonkeyPatch.context() as changed:  # of its own, because tests undo what they change
        if is_distributed and "settings" in request.fixturenames:  # of a session, and read with each request
            changed.setitem(request.getfixturevalue("settings").__dict__, "distributed", True)
        use_distributed_forms(is_distributed)
        yield
        use_distributed_forms(False)


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
