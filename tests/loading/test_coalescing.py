"""Requests that ask for the same things at one time share statements, and nothing else."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import BigInteger, bindparam, column, func, select, true

from customer_gql.database.pools import TimeLimits, open_database
from customer_gql.loading.coalescing import MAX_RUNNING, Coalescer
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

    patient = TimeLimits(lock=30)  # some tests hold a lock
    async with open_database(empty_database_url, read_connections=4, patience=patient, on_statement=note) as opened:
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


LOCKED = one_by(select(_numbers.c.n, func.pg_advisory_xact_lock_shared(_numbers.c.n).label("locked")), _numbers.c.n)
"""Waits as long as another holds the lock of its number."""
DIRECT = range(1, MAX_RUNNING + 1)
SHARED = range(5, 9)


@pytest.fixture
async def shared(database):
    """Four requests whose shared statement has begun, and waits for the first number's lock; and who holds that."""
    async with database.writes.acquire() as holder:
        for number in (*DIRECT, SHARED[0]):
            await holder.execute("SELECT pg_advisory_lock($1)", number)
        direct = [asyncio.create_task(_load(database, LOCKED, key)) for key in DIRECT]
        await _until_waiting(holder, DIRECT)
        tasks = [asyncio.create_task(_load(database, LOCKED, key)) for key in SHARED]
        while len(_line(database)) < len(tasks):
            await asyncio.sleep(0)
        for number in DIRECT:
            await holder.execute("SELECT pg_advisory_unlock($1)", number)
        await asyncio.gather(*direct)
        await _until_waiting(holder, SHARED[:1])
        yield tasks, holder


async def test_a_shared_statement_ends_with_the_last_who_waits_for_it(shared):
    tasks, holder = shared
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await _until_waiting(holder, [])


async def test_a_shared_statement_goes_on_for_who_is_left(shared):
    tasks, holder = shared
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks[1:], return_exceptions=True)
    await _until_waiting(holder, SHARED[:1])
    await holder.execute("SELECT pg_advisory_unlock_all()")
    async with asyncio.timeout(20):
        assert (await tasks[0]).n == SHARED[0]


async def _until_waiting(connection, numbers):
    query = (
        "SELECT objid::int AS number FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database() ORDER BY objid"
    )
    async with asyncio.timeout(20):
        while [row.number for row in await connection.fetch(query)] != list(numbers):
            pass


def _line(database):
    """Who waits for a statement of the only shape there is."""
    [line] = Coalescer.for_database(database)._lines.values()
    return line.waiting


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
