from typing import Any

import pytest

from customer_gql.database.pools import Database
from customer_gql.settings import LiveSettings, Settings
from support.clients import make_app
from support.staff import make_role, make_staff, session_of

QUICK: dict[str, Any] = {"poll_seconds": 0.05, "rights_seconds": 0.1}


@pytest.fixture
def live_app(settings: Settings, database: Database) -> Any:
    """An application whose followers are read for often; `make(streams=…)` has other limits."""

    def make(**limits: Any) -> Any:
        live = LiveSettings(**{**QUICK, **limits})  # pyright: ignore
        return make_app(settings.model_copy(update={"live": live}), database)

    return make


@pytest.fixture
async def staff(connection: Any) -> Any:
    """A staff user with a token: `(user, token)`."""

    async def make(permissions: Any = ("customers.read",), website_ids: Any = None) -> Any:
        user = await make_staff(connection, await make_role(connection, permissions, website_ids))
        return user, await session_of(connection, user.id)

    return make
