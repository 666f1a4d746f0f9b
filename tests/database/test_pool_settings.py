"""What a deployment sets for its database arrives at the connections."""

import asyncio

import pytest

from customer_gql.app import open_pools
from customer_gql.messaging.jobs.queue import enqueue
from customer_gql.messaging.jobs.work import Job, Work
from customer_gql.messaging.jobs.worker import running_worker
from customer_gql.settings import load_settings


async def show(connection, name):
    return await connection.fetchval("SELECT current_setting($1)", name)


async def test_a_pooler_that_pools_transactions_gets_no_prepared_statements(empty_database_url):
    prepared = {}
    for wanted in (True, False):
        settings = load_settings(database_url=empty_database_url, prepared_statements=wanted)
        async with open_pools(settings, "storefront") as database, database.reads.acquire() as connection:
            for _ in range(2):
                await connection.fetchval("SELECT $1::int", 1)
            prepared[wanted] = await connection.fetchval(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
            )
    assert prepared == {True: 1, False: 0}


async def test_the_server_looks_for_clients_that_died(empty_database_url):
    settings = load_settings(database_url=empty_database_url, client_check_seconds=3, lock_seconds=4)
    async with open_pools(settings, "admin") as database:
        for pool in (database.reads, database.writes):
            async with pool.acquire() as connection:
                assert await show(connection, "client_connection_check_interval") == "3s"
                assert await show(connection, "lock_timeout") == "4s"
                assert await show(connection, "statement_timeout") == "30s"


@pytest.mark.parametrize("connections", [1, 2])
async def test_jobs_have_connections_and_time_of_their_own(connections, empty_database_url, empty_database):
    settings = load_settings(database_url=empty_database_url, jobs_connections=connections, jobs_statement_seconds=77)
    found, done = [], asyncio.Event()

    async def look(tools, _payload):
        async with tools.database.writes.acquire() as connection:
            found.append(await show(connection, "statement_timeout"))
        found.append(tools.database.writes.get_max_size())
        done.set()

    async with empty_database.writes.acquire() as connection:
        await enqueue(connection, "look", {})
    async with running_worker(settings, Work(jobs=(Job("look", look),))):
        await asyncio.wait_for(done.wait(), 15)
    assert found == ["77s", connections]
