"""A database that was restored into a new cluster: its transactions begin anew, and cursors from before are refused."""

import pytest

from customer_gql.administration.customer_changes.change_log import CUSTOMER_CHANGES
from customer_gql.database.projection_checks import compare_all
from customer_gql.database.projections import recompute_all
from customer_gql.loading.pages import encode_cursor
from support.customers import make_customer
from support.staff import make_website

CHANGES = """query C($after: String) { customerChanges(first: 100, after: $after) {
  nodes { customerId } pageInfo { endCursor hasNextPage } } }"""
END = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
LAST = (1 << 63) - 1
REFUSED = {
    "code": "BAD_USER_INPUT",
    "key": "customer_changes.cursor_of_other_database",
    "argument": ["after"],
}


def cursor(transaction, return_to=None):
    return encode_cursor("customer_change", "CHANGES", [transaction, LAST, LAST, return_to])


@pytest.mark.parametrize(
    "place", [lambda end: (end + 1000, None), lambda end: (5, end + 1000), lambda _: (LAST, None)], ids=range(3)
)
async def test_a_cursor_above_the_transactions_of_this_database_is_refused(place, admin_client, connection):
    after = cursor(*place(await connection.fetchval(END) + 10_000))
    [error] = (await admin_client.answer(CHANGES, after=after))["errors"]
    assert error["extensions"] == REFUSED
    assert error["message"] == (
        "after: this cursor is of another database, such as the one before a restore. Begin without a cursor."
    )


async def test_the_newest_cursors_of_this_database_are_taken(admin_client, connection):
    await make_customer(connection)
    after = None
    for _ in range(20):
        page = (await admin_client.data(CHANGES, after=after))["customerChanges"]["pageInfo"]
        after = page["endCursor"]
    end = await connection.fetchval(END)
    for taken in (cursor(end - 1), cursor(5, end)):
        assert "errors" not in await admin_client.answer(CHANGES, after=taken)


async def test_the_end_is_looked_up_in_one_statement(admin_client, connection, statements):
    await make_customer(connection)
    await admin_client.data(CHANGES, after=cursor(0))
    await statements.clear()
    await admin_client.data(CHANGES, after=cursor(0))
    assert await statements.count("pg_snapshot_xmax") == 1


async def test_rows_of_the_former_database_are_found_and_mended(empty_database):
    """Also those of customers who are gone from a website, which nobody writes again."""
    async with empty_database.writes.acquire() as connection:
        moved, kept = await make_customer(connection), await make_customer(connection)
        website = await make_website(connection)
        await connection.execute("UPDATE customer SET website_id = $2 WHERE id = $1", moved.id, website)
        await CUSTOMER_CHANGES.recompute(connection, [moved.id])
        rows = "SELECT customer_id, website_id, is_removed, changed_at FROM customer_change ORDER BY 1, 2"
        before = await connection.fetch(rows)
        await connection.execute("UPDATE customer_change SET transaction_id = transaction_id + 1000000000")
        found = await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)
        assert (found.rows, found.differing) == (3, tuple(sorted([moved.id, kept.id])))
        assert (await recompute_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 3
        assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 0
        assert await connection.fetch(rows) == before


async def test_a_row_that_stayed_where_the_customer_is_not_any_more_differs(empty_database):
    async with empty_database.writes.acquire() as connection:
        moved, gone = await make_customer(connection), await make_customer(connection)
        await connection.execute(
            "UPDATE customer SET website_id = $2 WHERE id = $1", moved.id, await make_website(connection)
        )
        await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
        # The row where the one is missing and the one where they were; the row of who is gone.
        assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 3
        await recompute_all(connection, CUSTOMER_CHANGES, lambda *_: None)
        left = await connection.fetch("SELECT is_removed FROM customer_change WHERE customer_id = $1", gone.id)
        assert [row.is_removed for row in left] == [True]
        assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 0
