"""Several budgets are counted by one statement, each as if it were alone."""

import asyncio
import datetime as dt
import uuid

from customer_gql.security.throttle import Budget, count_each_within, count_within, counter_key

HOUR = dt.timedelta(hours=1)


def fresh(limit, window=HOUR):
    return Budget(counter_key("test", uuid.uuid4().hex), limit, window)


async def count_of(connection, budget):
    return await connection.fetchval("SELECT count FROM throttle WHERE key_hash = $1", budget.key)


async def test_each_has_its_own_limit_and_what_is_beyond_it_is_not_counted(connection, statements):
    one, three = fresh(1), fresh(3)
    await statements.clear()
    found = [await count_each_within(connection, [three, one]) for _ in range(4)]
    assert found == [[True, True], [True, False], [True, False], [False, False]]
    assert await statements.count("INSERT INTO throttle") == 4
    assert [await count_of(connection, it) for it in (one, three)] == [1, 3]


async def test_each_has_its_own_window(connection):
    long, short = fresh(1), fresh(1, dt.timedelta(minutes=1))
    assert await count_each_within(connection, [long, short]) == [True, True]
    later = "UPDATE throttle SET until = until - interval '2 minutes' WHERE key_hash = ANY($1)"
    await connection.execute(later, [long.key, short.key])
    assert await count_each_within(connection, [long, short]) == [False, True]


async def test_of_many_at_once_as_many_as_the_limits_say_are_within(database):
    wide, narrow = fresh(7), fresh(4)

    async def count(budgets):
        async with database.transaction() as connection:
            return await count_each_within(connection, budgets)

    # In whichever order they are named, two who count the same ones do not deadlock.
    orders = [[wide, narrow], [narrow, wide]]
    found = await asyncio.gather(*[count(orders[number % 2]) for number in range(12)])
    of_wide = [it[number % 2] for number, it in enumerate(found)]
    of_narrow = [it[1 - number % 2] for number, it in enumerate(found)]
    assert (sum(of_wide), sum(of_narrow)) == (7, 4)


async def test_one_alone(connection):
    budget = fresh(2)
    within = [await count_within(connection, budget.key, limit=2, window=HOUR) for _ in range(3)]
    assert within == [True, True, False]
