"""Connections that go from hand to hand."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

import customer_gql
from customer_gql.database.pools import TimeLimits, open_database


@pytest.fixture
async def pool(empty_database_url):
    patience = TimeLimits(acquire=0.2)
    async with open_database(empty_database_url, read_connections=2, patience=patience) as database:
        async with database.reads.acquire(), database.reads.acquire():
            pass  # both are open from here on
        yield database.reads


async def held(pool, order, name):
    async with pool.acquire() as connection:
        order.append(name)
        await connection.fetchval("SELECT pg_sleep(0.02)")


async def test_whoever_waits_is_served_in_the_order_of_coming(pool):
    order = []
    await asyncio.gather(*[held(pool, order, number) for number in range(12)])
    assert order == list(range(12))
    assert pool.get_size() == 2


async def test_nobody_waits_longer_than_the_pool_allows_and_nothing_is_lost(pool):
    first, second = await pool.acquire(), await pool.acquire()
    tried = await asyncio.gather(*[held(pool, [], number) for number in range(5)], return_exceptions=True)
    assert [type(it) for it in tried] == [TimeoutError] * 5
    await pool.release(first)
    await pool.release(second)
    await test_whoever_waits_is_served_in_the_order_of_coming(pool)


async def test_whoever_is_cancelled_in_the_moment_of_being_served_gives_it_back(pool):
    for _ in range(20):
        first, second = await pool.acquire(), await pool.acquire()
        waiting = [asyncio.create_task(held(pool, [], number)) for number in range(3)]
        await asyncio.sleep(0)
        pool.keep(first)
        pool.keep(second)
        for task in waiting[:2]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert waiting[2].exception() is None
    await test_whoever_waits_is_served_in_the_order_of_coming(pool)


async def failing(pool):
    async with pool.acquire() as connection:
        await connection.execute("SELECT 1/0")


async def lost(pool):
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_errors_and_lost_connections_leave_nobody_waiting(pool):
    order = []
    tried = await asyncio.gather(
        *[lost(pool), failing(pool), lost(pool), failing(pool), lost(pool)],
        *[held(pool, order, number) for number in range(6)],
        return_exceptions=True,
    )
    assert [type(it) for it in tried[:5:2]] == [asyncpg.ConnectionDoesNotExistError] * 3
    assert [type(it) for it in tried[1:5:2]] == [asyncpg.DivisionByZeroError] * 2
    assert sorted(order) == list(range(6))
    await test_whoever_waits_is_served_in_the_order_of_coming(pool)


async def test_a_connection_lost_at_rest_is_replaced(pool):
    async with pool.acquire() as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
    async with pool.acquire() as one, pool.acquire() as other:
        pids = [await it.fetchval("SELECT pg_backend_pid()") for it in (one, other)]
        killer = next(it for it, its in zip((one, other), pids, strict=True) if its != pid)
        await killer.execute("SELECT pg_terminate_backend($1)", pid)
        await asyncio.sleep(0.1)
    await test_whoever_waits_is_served_in_the_order_of_coming(pool)


async def test_who_reads_on_at_once_keeps_the_connection(pool):
    seen = []

    async def reader():
        pids = []
        for _ in range(3):
            async with pool.acquire() as connection:
                pids.append(await connection.fetchval("SELECT pg_backend_pid()"))
        seen.append(len(set(pids)))

    await asyncio.gather(*[reader() for _ in range(8)])
    assert seen == [1] * 8


async def test_no_connection_rests_while_somebody_waits(empty_database_url):
    """While the pool still grows, too."""
    busy = []

    async def reads(pool):
        for statement in ("SELECT 1", "SELECT 2", "SELECT pg_sleep(0.3)"):
            async with pool.acquire() as connection:
                busy.append(connection)
                await connection.fetchval(statement)
                busy.remove(connection)

    async with open_database(empty_database_url, read_connections=5, patience=TimeLimits(acquire=5)) as database:
        tasks = [asyncio.create_task(reads(database.reads)) for _ in range(20)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.1)
        assert len(busy) == 5
        await asyncio.gather(*tasks)


async def test_when_the_database_is_away_everybody_is_told_at_once(empty_database_url):
    """As soon as it is known, and not when their patience ends."""
    async with open_database(empty_database_url, read_connections=2, patience=TimeLimits(acquire=20)) as database:
        async with database.reads.acquire(), database.reads.acquire():
            pass
        database.reads.set_connect_args("postgresql://127.0.0.1:1/nowhere")
        async with asyncio.timeout(5):
            answers = await asyncio.gather(*[lost(database.reads) for _ in range(6)], return_exceptions=True)
        assert all(isinstance(answer, Exception) for answer in answers)


async def too_great(pool):
    """The driver refuses the value once it has prepared the statement."""
    async with pool.acquire() as connection:
        await connection.fetch("SELECT $1::integer", 2**40)


@pytest.mark.parametrize("name", ["reads", "grids"])
async def test_a_statement_that_was_prepared_and_never_run_ends_with_the_request(name, empty_database_url):
    """Otherwise its time limit runs on, and cancels what the next request asks on the connection."""
    patience = TimeLimits(statement=0.3)
    async with open_database(empty_database_url, read_connections=1, grid_connections=1, patience=patience) as database:
        pool = getattr(database, name)
        async with pool.acquire() as connection:
            pid = await connection.fetchval("SELECT pg_backend_pid()")
        with pytest.raises(asyncpg.DataError):
            await too_great(pool)
        async with database.writes.acquire() as other:
            open_since = await other.fetchval("SELECT xact_start FROM pg_stat_activity WHERE pid = $1", pid)
            assert open_since is None
            await other.execute("SET statement_timeout = 0")
            await other.execute("SELECT pg_sleep(0.5)")
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT pg_backend_pid()") == pid


async def test_a_transaction_is_followed_by_nothing(empty_database_url):
    ran = []
    async with open_database(empty_database_url, write_connections=1, on_statement=ran.append) as database:
        for _ in range(2):
            async with database.transaction() as connection:
                await connection.execute("SET LOCAL statement_timeout = '7s'")
        await asyncio.sleep(0)  # the driver tells of a statement a moment after its end
        ran.clear()
        async with database.transaction() as connection:
            limit = await connection.fetchval("SELECT current_setting('statement_timeout')")
        await asyncio.sleep(0)
        seen = [record.query for record in ran]
    assert seen == ["BEGIN;", "SELECT current_setting('statement_timeout')", "COMMIT;"]
    assert limit == "30s"


async def test_what_comes_back_within_a_transaction_is_rolled_back(empty_database_url):
    async with open_database(empty_database_url, write_connections=1) as database:
        async with database.writes.acquire() as connection:
            backend = await connection.fetchval("SELECT pg_backend_pid()")
            await connection.execute("BEGIN; SET LOCAL statement_timeout = '7s'")
        async with database.writes.acquire() as connection:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT pg_backend_pid()") == backend
            assert await connection.fetchval("SELECT current_setting('statement_timeout')") == "30s"


async def fail_after_setting(database):
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL statement_timeout = '7s'")
        await connection.execute("SELECT 1/0")


async def test_a_transaction_that_failed_leaves_nothing_to_the_next(empty_database_url):
    async with open_database(empty_database_url, write_connections=1) as database:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fail_after_setting(database)
        async with database.transaction() as connection:
            assert await connection.fetchval("SELECT current_setting('statement_timeout')") == "30s"


SESSION_STATE = re.compile(
    r"(?:\"|; )SET (?!LOCAL )\S+ (?:=|TO) |pg_advisory_lock|\"LISTEN |set_config\([^)]*false\)|WITH HOLD"
    r"|CREATE TEMP\w* TABLE(?![^\"]*ON COMMIT DROP)"
)
SETS_SESSIONS = {"database/connecting/hosts.py", "database/schema/large_tables.py"}
"""When a connection opens, and in migrations, which have connections of their own."""


def test_no_statement_changes_a_session():
    """Connections are handed on without a reset."""
    package = Path(customer_gql.__file__).parent
    found = {
        str(file.relative_to(package)): match
        for file in package.rglob("*.py")
        if (match := [one.group() for one in SESSION_STATE.finditer(file.read_text())])
    }
    assert found.keys() == SETS_SESSIONS, found
