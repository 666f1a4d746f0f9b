"""Who runs the rounds of a request, and that nothing is read beside an open transaction."""

import pytest
from sqlalchemy import Integer, column, select
from sqlalchemy.sql import func

from customer_gql.database.pools import open_database
from customer_gql.loading.reads import one_by
from customer_gql.loading.rounds import RequestLoads

_number = func.generate_series(1, 100).table_valued(column("n", Integer), name="numbers").render_derived()
NUMBERS = one_by(select(_number.c.n), _number.c.n)


@pytest.fixture
async def loads(empty_database_url):
    async with open_database(empty_database_url) as database:
        made = RequestLoads(database)
        yield made
        await made.close()


async def test_a_task_runs_the_rounds_of_a_load(loads):
    assert (await loads.load(NUMBERS, 7)).n == 7


async def test_a_step_leaves_its_round_to_the_caller(loads):
    loads.begin_step()
    future = loads.load(NUMBERS, 7)
    loads.end_step()
    assert loads.waits_for_round(future)
    assert not future.done()
    await loads.run_stepped_round()
    assert future.result().n == 7
    assert not loads.waits_for_round(future)


async def test_nothing_is_requested_inside_a_transaction(loads):
    first = await loads.load(NUMBERS, 7)
    loads.begin_transaction()
    with pytest.raises(AssertionError, match="inside a transaction"):
        loads.load(NUMBERS, 8)
    loads.end_transaction()
    assert await loads.load(NUMBERS, 7) is not first


async def test_a_transaction_opened_in_a_step_stays_closed_to_loads(loads):
    loads.begin_step()
    loads.begin_transaction()
    loads.end_step()
    with pytest.raises(AssertionError, match="inside a transaction"):
        loads.load(NUMBERS, 8)
    loads.end_transaction()
    assert (await loads.load(NUMBERS, 8)).n == 8


async def test_who_gives_a_key_up_does_not_take_it_from_the_others(loads):
    """As where a field fails, and the executor cancels those next to it."""
    given_up, waiting = loads.load(NUMBERS, 7), loads.load(NUMBERS, 7)
    given_up.cancel()
    assert (await waiting).n == 7
