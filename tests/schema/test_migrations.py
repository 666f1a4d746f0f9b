"""Migrations lead from nothing to the tables in code, and back."""

import asyncpg
import pytest

from customer_gql.core.embedded import create_database, drop_database
from customer_gql.schema import migrating


@pytest.fixture
def bare_url(server):
    name = "bare_for_migrations"
    drop_database(server, name)
    create_database(server, name)
    yield server.url(name)
    drop_database(server, name)


async def tables(url):
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in rows}


async def in_thread(function, *arguments):
    import asyncio

    await asyncio.to_thread(function, *arguments)


async def test_up_check_down_up(bare_url):
    await in_thread(migrating.upgrade, bare_url)
    await in_thread(migrating.check, bare_url)
    assert "customer" in await tables(bare_url)
    await in_thread(migrating.downgrade, bare_url, "base")
    assert await tables(bare_url) == {"alembic_version"}
    await in_thread(migrating.upgrade, bare_url)
    await in_thread(migrating.check, bare_url)


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(bare_url):
    await in_thread(migrating.upgrade, bare_url)
    before = await tables(bare_url)
    await in_thread(migrating.upgrade, bare_url)
    assert await tables(bare_url) == before
