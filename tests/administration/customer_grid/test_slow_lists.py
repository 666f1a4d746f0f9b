"""Lists that take too long are canceled, and nobody else waits for them."""

import asyncio

from support.clients import served
from support.customers import make_customer
from support.databases import change_tables
from support.shopping import PASSWORD, SIGN_IN
from support.staff import staff_client

LIST = "query L($filter: CustomerFilter) { customers(filter: $filter) { nodes { id } } }"
COUNT = "query C($filter: CustomerFilter) { customers(first: 1, filter: $filter) { totalCount totalCountPrecision } }"
SET_SECONDS = (
    "INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ('grid.statement_seconds', 'GLOBAL', 0, '1')"
)
SLOW = {"city": {"contains": "a"}}


async def test_customers_sign_in_while_lists_take_too_long(admin_client, browser, shopper, database):
    row, device = await shopper(), await browser()
    async with database.writes.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE customer_grid_row IN ACCESS EXCLUSIVE MODE")
        lists = [asyncio.ensure_future(admin_client.answer(LIST, filter=SLOW)) for _ in range(6)]
        answer = await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
        assert answer["signIn"]["accessToken"]
        answers = await asyncio.gather(*lists)
    codes = {error["extensions"]["code"] for one in answers for error in one["errors"]}
    assert codes
    assert codes <= {"QUERY_TOO_COMPLEX", "UNAVAILABLE"}  # canceled, or without a connection for all that time


async def test_a_count_that_takes_too_long_is_estimated(server, settings, empty_database):
    """Each row takes its time, by a policy of the table; plans, which the estimate comes from, do not look at rows."""
    async with empty_database.writes.acquire() as connection, served(settings, empty_database) as http:
        for _ in range(12):
            await make_customer(connection)
        client = await staff_client(http, connection)
        await connection.execute(SET_SECONDS)
        await change_tables(
            server,
            connection,
            "CREATE FUNCTION take_time() RETURNS boolean LANGUAGE plpgsql COST 100000 AS 'BEGIN PERFORM pg_sleep(0.2); RETURN true; END'",
            "CREATE POLICY slow ON customer_grid_row USING (take_time())",
            "ALTER TABLE customer_grid_row ENABLE ROW LEVEL SECURITY",
        )
        answer = await client.data(COUNT, filter={"number": {"gt": 0}})
    assert answer["customers"]["totalCountPrecision"] == "ESTIMATED"
    assert answer["customers"]["totalCount"] > 0
