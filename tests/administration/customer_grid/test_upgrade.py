"""A database from before the grid: its rows are computed by `customer-gql reproject`, and until then the operator is told."""

import pytest

from customer_gql.administration.customer_grid.upgrade import EMPTY_GRID_WARNING, is_grid_empty
from customer_gql.app import create_app
from customer_gql.database.pools import open_database
from customer_gql.demo.start import prepare_demo
from customer_gql.settings import load_settings
from support.customers import make_customer
from support.databases import cloned
from support.mailed import SECRET_KEYS

ROWS = "SELECT count(*) FROM customer_grid_row"


@pytest.fixture
async def upgraded(server, template):
    """The address of a database with a customer whom no row of the grid shows."""
    with cloned(server, template) as url:
        async with open_database(url) as database, database.writes.acquire() as connection:
            assert not await is_grid_empty(connection)  # there are no customers either
            await make_customer(connection)
            await connection.execute("DELETE FROM customer_grid_row")
        yield url


async def test_the_service_warns_at_its_start(upgraded):
    app = create_app(load_settings(database_url=upgraded, environment="development", secret_keys=SECRET_KEYS))
    async with app.router.lifespan_context(app):
        assert EMPTY_GRID_WARNING in app.state.warnings


async def test_the_demo_computes_the_rows(upgraded):
    await prepare_demo(upgraded, lambda _done, _total: None, is_ours=True)
    async with open_database(upgraded) as database, database.reads.acquire() as connection:
        assert await connection.fetchval(ROWS) == 1
        assert not await is_grid_empty(connection)
