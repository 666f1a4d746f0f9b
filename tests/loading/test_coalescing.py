"""Requests that ask for the same things at one time share statements, and nothing else."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import BigInteger, bindparam, column, func, select, true

from customer_gql.database.pools import open_database
from customer_gql.loading.coalescing import MAX_RUNNING
from customer_gql.loading.reads import all_by, one_by
from customer_gql.loading.rounds import RequestLoads

_numbers = func.generate_series(1, 1000).table_valued(column("n", BigInteger()), name="numbers").render_derived()
_slowly = select(func.pg_sleep(0.02).label("slept")).subquery("slowly")
SQUARES = one_by(select(_numbers.c.n, (_numbers.c.n * _numbers.c.n).label("square")), _numbers.c.n)
SLOW = one_by(select(_numbers.c.n, _slowly.c.slept).select_from(_numbers.join(_slowly, true())), _numbers.c.n)
DIVISORS = all_by(
    select(_numbers.c.n, (bindparam("given", type_=BigInteger()) / _numbers.c.n).label("of")), _numbers.c.n
)


@pytest.fixture
async def told():
    return []


@pytest.fixture
async def database(empty_database_url, told):
    def note(record):
        if "generate_series" in record.query:
            told.append(record.query)

    async with open_database(empty_database_url, read_connections=4, on_statement=note) as opened:
        yield opened


async def request(database, key):
    """Two rounds: what the first gives is asked for in the second, with a read beside it."""
    loads = RequestLoads(database)
    try:
        first = await loads.load(SQUARES, key)
        slow, again = await asyncio.gather(loads.load(SLOW, key), loads.load(SQUARES, first.square % 1000 + 1))
    finally:
        await loads.close()
    return first.square, slow.n, again.n


async def test_each_gets_its_own(database, told):
    await request(database, 1)
    told.clear()
    keys = range(1, 41)
    answers = await asyncio.gather(*[request(database, key) for key in keys])
    assert answers == [(key * key, key, key * key % 1000 + 1) for key in keys]
    await asyncio.sleep(0)
    assert MAX_RUNNING * 2 < len(told) < 20


async def test_one_alone_waits_for_nobody(database, told):
    assert await request(database, 7) == (49, 7, 50)
    await asyncio.sleep(0)
    assert len(told) == 2


async def test_what_differs_in_an_argument_is_not_shared(database):
    async def divided(given):
        rows = await RequestLoads(database).load(DIVISORS, 5, given=given)
        return [row.of for row in rows]

    assert await asyncio.gather(*[divided(given) for given in range(5, 105, 5)]) == [[n] for n in range(1, 21)]


async def test_a_key_the_driver_refuses_takes_no_other_along(database):
    async def one(key):
        return (await RequestLoads(database).load(SLOW, key)).n

    keys = [1, 2, 3, "no number", 4, 5]
    answers = await asyncio.gather(*[one(key) for key in keys], return_exceptions=True)
    assert [it for it in answers if not isinstance(it, Exception)] == [1, 2, 3, 4, 5]
    assert isinstance(answers[3], asyncpg.DataError)


async def test_whoever_goes_away_takes_no_other_along(database):
    tasks = [asyncio.create_task(request(database, key)) for key in range(1, 21)]
    await asyncio.sleep(0.03)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])
    assert answers[1::2] == [(key * key, key, key * key % 1000 + 1) for key in range(2, 21, 2)]


async def test_when_all_went_away_the_statement_ends(database):
    endless = one_by(select(_numbers.c.n, func.pg_sleep(30).label("slept")), _numbers.c.n)
    tasks = [asyncio.create_task(_load(database, endless, key)) for key in range(1, 9)]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(5):
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while await _running(database):
            await asyncio.sleep(0.02)


async def _load(database, read, key):
    loads = RequestLoads(database)
    try:
        return await loads.load(read, key)
    finally:
        await loads.close()


async def _running(database):
    async with database.writes.acquire() as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%'"
            " AND pid <> pg_backend_pid() AND datname = current_database()"
        )
