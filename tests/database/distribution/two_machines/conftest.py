"""Two databases that the service takes for one."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.pools import Database, open_database
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings
from support.clients import Client, served
from support.distribution.router import RoutingConnection
from support.spare_databases import SpareDatabases


@pytest.fixture
async def database(spare_databases: SpareDatabases) -> AsyncGenerator[Database]:
    """Two databases as one."""
    with spare_databases.lend() as first, spare_databases.lend() as second:
        RoutingConnection.second_url, RoutingConnection.ran = second, [0, 0]
        RoutingConnection.refused.clear()
        async with open_database(first, connection_class=RoutingConnection, projections=PROJECTIONS) as opened:
            yield opened


@pytest.fixture
async def http(settings: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    use_distributed_forms(True)
    patient = settings.storefront.model_copy(update={"seconds": 60})
    async with served(settings.model_copy(update={"distributed": True, "storefront": patient}), database) as client:
        yield client
    use_distributed_forms(False)


@pytest.fixture
def guest(http: httpx.AsyncClient) -> Client:
    return Client(http, "/graphql", None)
