"""At the end of a worker's session derived rows are compared: what finds a fault of the service, and what a test may do by hand."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.transactions import mark_customers
from customer_gql.schema.projections import PROJECTIONS
from support.customers import make_customer, recompute_rows
from support.hand_written import HandWritten, assert_nobody_differs
from support.races import HAND_WRITTEN, until_blocking

RENAME = "UPDATE customer SET first_name = 'Eve' WHERE id = $1"


@pytest.fixture
async def connection(empty_database):
    async with empty_database.writes.acquire() as opened:
        yield opened


@pytest.fixture
async def written(connection) -> HandWritten:
    name = await connection.fetchval("SELECT current_database()")
    HAND_WRITTEN.pop(name, None)
    return HAND_WRITTEN[name]


async def test_a_write_of_the_service_that_marks_nobody_is_found(connection, written, empty_database):
    row, _ = await make_customer(connection), await make_customer(connection)
    assert await assert_nobody_differs(connection, written) == 4
    async with empty_database.transaction() as theirs:
        await theirs.execute(RENAME, row.id)
    with pytest.raises(AssertionError, match=f"customer_grid_row of {encode_id('cus', row.id)} .*name_fold"):
        await assert_nobody_differs(connection, written)


async def test_what_a_test_wrote_by_hand_is_left_out_until_it_is_recomputed(connection, written, empty_database):
    row, _ = await make_customer(connection), await make_customer(connection)
    await connection.execute(RENAME, row.id)
    assert await assert_nobody_differs(connection, written) == 2
    async with empty_database.transaction(dry_run=True) as theirs:
        await recompute_rows(theirs, row.id)
    assert await assert_nobody_differs(connection, written) == 2
    await recompute_rows(connection, row.id)
    assert await assert_nobody_differs(connection, written) == 4


async def test_what_a_test_wrote_by_hand_is_left_out_where_only_another_part_of_a_row_is_recomputed(
    connection, written, empty_database
):
    row = await make_customer(connection)
    await connection.execute("INSERT INTO customer_tag (customer_id, fold, tag) VALUES ($1, 'vip', 'vip')", row.id)
    async with empty_database.transaction() as theirs:
        await theirs.execute("UPDATE customer SET first_name = 'Eve' WHERE id = $1", row.id)
        mark_customers(theirs, [row.id], customer, ["first_name"])
    await assert_nobody_differs(connection, written)


async def test_a_statement_that_names_nobody_may_have_touched_everybody(connection, written):
    await make_customer(connection)
    await connection.execute("UPDATE customer SET first_name = 'Eve'")
    await make_customer(connection)
    # The one who came after it.
    assert await assert_nobody_differs(connection, written) == 2


async def test_reading_and_tables_that_nothing_is_derived_from_leave_nobody_out(connection, written):
    row = await make_customer(connection)
    await connection.fetch("SELECT * FROM customer WHERE id = $1", row.id)
    await connection.execute("DELETE FROM mail_outbox WHERE customer_id = $1", row.id)
    assert await assert_nobody_differs(connection, written) == 2
    assert not any(row.id in written.touched[projection] for projection in PROJECTIONS)


async def test_what_was_recomputed_before_a_write_and_committed_after_it_does_not_count(
    connection, written, empty_database
):
    row = await make_customer(connection)
    async with empty_database.transaction() as theirs:
        await recompute_rows(theirs, row.id)
        await connection.execute(RENAME, row.id)
    assert await assert_nobody_differs(connection, written) == 0


async def test_a_write_that_waited_for_what_recomputes_counts_from_its_end(connection, written, empty_database):
    row = await make_customer(connection)
    async with empty_database.transaction() as theirs:
        await theirs.fetch("SELECT 1 FROM customer WHERE id = $1 FOR UPDATE", row.id)
        waiting = asyncio.create_task(connection.execute(RENAME, row.id))
        await until_blocking(theirs, task=waiting)
        await recompute_rows(theirs, row.id)
    await waiting
    assert await assert_nobody_differs(connection, written) == 0


@pytest.mark.parametrize("is_recomputed", [True, False])
async def test_a_write_counts_again_when_its_transaction_ends(is_recomputed, connection, written, empty_database):
    row = await make_customer(connection)
    async with empty_database.writes.acquire() as other, connection.transaction():
        await connection.execute(RENAME, row.id)
        if is_recomputed:
            await recompute_rows(connection, row.id)
        else:
            await recompute_rows(other, row.id)
    assert await assert_nobody_differs(connection, written) == (2 if is_recomputed else 0)
