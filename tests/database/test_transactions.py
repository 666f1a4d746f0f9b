"""Marks of customers on a transaction, and what becomes of them at its end."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, func, select

from customer_gql.commerce.orders.tables import order_statistics, sales_order
from customer_gql.commerce.wishlists.tables import wishlist
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.companies.tables import company_member
from customer_gql.customers.profile.tables import customer
from customer_gql.database import projections
from customer_gql.database.lease import is_open
from customer_gql.database.pools import Database, open_database
from customer_gql.database.projections import Projection
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.embedded.server import Server
from customer_gql.schema.projections import PROJECTIONS
from support.companies import make_company, make_member
from support.customers import make_customer
from support.databases import change_tables
from support.derived import assert_derived
from support.staff import make_website

ORDER = """
INSERT INTO sales_order (customer_id, id, number, state, status, store_view_id, placed_at, customer_email, customer_email_key,
    customer_name, currency, subtotal, grand_total)
VALUES ($1, $2, 'M1', 'NEW', 'pending', 1, now(), 'a@example.com', 'a@example.com', 'A', 'USD', 5, 5)
"""


async def place(connection: Connection, customer_id: int, order_id: int = 1) -> None:
    await connection.execute(ORDER, customer_id, order_id)
    mark_customers(connection, [customer_id], sales_order)


async def counts(connection: Connection, table: str = "order_statistics") -> dict[int, int]:
    rows = await connection.fetch(f"SELECT customer_id, order_count FROM {table}")
    return {row.customer_id: row.order_count for row in rows}


@pytest.fixture
async def orders(empty_database: Database) -> Any:
    async with empty_database.writes.acquire() as connection:
        yield connection


async def test_marks_are_recomputed_before_the_commit(orders: Connection, empty_database: Database):
    async with empty_database.transaction() as connection:
        await place(connection, 1)
        await place(connection, 1, 2)
        await place(connection, 2)
        assert await counts(connection) == {}
    assert await counts(orders) == {1: 2, 2: 1}


async def test_marks_end_with_their_transaction(orders: Connection):
    async with transaction(orders):
        await place(orders, 1)
    await orders.execute("DELETE FROM order_statistics")
    async with transaction(orders):
        await place(orders, 2)
    assert await counts(orders) == {2: 1}


async def test_a_dry_run_leaves_nothing(orders: Connection, empty_database: Database):
    async with empty_database.transaction(dry_run=True) as connection:
        await place(connection, 1)
    assert await counts(orders) == {}
    assert await orders.fetchval("SELECT count(*) FROM projection_lock") == 0


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
async def test_a_rollback_leaves_nothing(orders: Connection, empty_database: Database, error: type[BaseException]):
    async def place_and_fail() -> None:
        async with empty_database.transaction() as connection:
            await place(connection, 1)
            raise error

    with pytest.raises(error):
        await place_and_fail()
    assert await counts(orders) == {}
    async with empty_database.transaction() as connection:
        await place(connection, 2)
    assert await counts(orders) == {2: 1}


async def test_a_connection_that_broke_hides_no_error(orders: Connection, empty_database: Database):
    """Its pool has taken it back by then, so that it cannot be asked whether it is closed."""

    async def break_off() -> None:
        async with empty_database.transaction() as connection:
            await orders.execute(f"SELECT pg_terminate_backend({connection.get_server_pid()}, 5000)")
            while is_open(connection):
                await asyncio.sleep(0)
            raise LookupError("the cause")

    with pytest.raises(LookupError, match="the cause"):
        await break_off()


async def test_a_savepoint_leaves_its_marks_to_the_transaction_around_it(orders: Connection):
    async with transaction(orders):
        async with transaction(orders):
            await place(orders, 1)
        assert await counts(orders) == {}
        async with transaction(orders, dry_run=True):
            await place(orders, 2)
        await place(orders, 3)
    assert await counts(orders) == {1: 1, 3: 1}


async def test_nothing_is_marked_outside_of_a_transaction(orders: Connection):
    with pytest.raises(RuntimeError, match="Mark customers inside `transaction`"):
        mark_customers(orders, [1], sales_order)


async def test_nothing_is_marked_where_the_projections_are_unknown(empty_database_url: str):
    async with open_database(empty_database_url) as database, database.transaction() as connection:
        with pytest.raises(RuntimeError, match="opened with the shop's projections"):
            mark_customers(connection, [1], sales_order)


async def test_the_statements_are_the_same_for_1_and_50_customers(connection: Connection, statements: Any):
    ran: dict[int, list[str]] = {}
    for size in (1, 50):
        async with transaction(connection, dry_run=True):
            await statements.clear()
            mark_customers(connection, range(size), sales_order)
        await statements.count()
        ran[size] = list(statements.texts)
    assert ran[1] == ran[50]
    assert [text.split()[:3] for text in ran[1]] == [
        ["INSERT", "INTO", "projection_lock"],
        ["WITH", "fresh_order_statistics", "AS"],
        ["WITH", "fresh_customer_grid_row", "AS"],  # which shows them
        ["ROLLBACK;"],
    ]


async def test_a_table_that_no_projection_reads_costs_nothing(connection: Connection, statements: Any):
    async with transaction(connection):
        await statements.clear()
        mark_customers(connection, [1], wishlist)
    assert (await statements.count(), statements.texts) == (1, ["COMMIT;"])


async def test_many_customers_are_recomputed_in_batches(orders: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projections, "CUSTOMERS_IN_A_BATCH", 2)
    async with transaction(orders):
        for customer_id in range(5):
            await place(orders, customer_id)
    assert await counts(orders) == dict.fromkeys(range(5), 1)


async def test_projections_that_do_not_read_each_other_are_recomputed_by_one_statement(
    connection: Any, statements: Any
):
    row = await make_customer(connection)
    async with transaction(connection):
        await statements.clear()
        mark_customers(connection, [row.id], customer)
    assert await statements.count() == 3
    lock, recomputed, _ = statements.texts
    assert "projection_lock" in lock
    assert all(f"INSERT INTO {name}" in recomputed for name in ("customer_grid_row", "customer_change"))


async def test_what_is_recomputed_is_planned_once(connection: Any):
    """A plan for the very number of customers takes longer to make than the rows of one customer."""
    row = await make_customer(connection)
    for _ in range(8):
        async with transaction(connection):
            mark_customers(connection, [row.id], customer)
    plans = await connection.fetchrow(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%customer_grid_row%'"
        " AND statement LIKE '%customer_change%' ORDER BY generic_plans + custom_plans DESC LIMIT 1"
    )
    assert plans.custom_plans <= 5
    assert plans.generic_plans >= 3


async def test_a_projection_may_read_another_one(empty_database_url: str, server: Server):
    frequent = Table("frequent", MetaData(), Column("customer_id", BigInteger, primary_key=True))
    often = Projection(
        table=frequent,
        reads=(order_statistics,),
        customer_id=order_statistics.c.customer_id,
        rows=(
            select(order_statistics.c.customer_id)
            .group_by(order_statistics.c.customer_id)
            .having(func.sum(order_statistics.c.order_count) > 1)
        ),
    )
    async with open_database(empty_database_url, projections=(*PROJECTIONS, often)) as database:
        async with database.transaction() as connection:
            table = "CREATE TABLE frequent (customer_id bigint PRIMARY KEY)"
            await change_tables(server, connection, table, "GRANT ALL ON frequent TO PUBLIC")
            await place(connection, 1)
            await place(connection, 2)
            await place(connection, 2, 2)
        async with database.transaction() as connection:
            assert [row.customer_id for row in await connection.fetch("SELECT customer_id FROM frequent")] == [2]
            await execute_statement(connection, sales_order.delete())
            mark_customers(connection, [1, 2], sales_order)
        async with database.writes.acquire() as connection:
            assert await connection.fetchval("SELECT count(*) FROM frequent") == 0


async def test_a_change_of_columns_of_which_no_row_is_made_is_only_told(connection: Connection):
    row = await make_customer(connection)
    state = "SELECT r.xmin::text AS row, c.xmin::text AS change FROM customer_grid_row r JOIN customer_change c USING (customer_id) WHERE customer_id = $1"
    before = await connection.fetchrow(state, row.id)
    await connection.execute("UPDATE customer_grid_row SET city = 'Bath' WHERE customer_id = $1", row.id)
    async with transaction(connection):
        mark_customers(connection, [row.id], customer, ["group_id", "updated_at"])
    told = await connection.fetchrow(state, row.id)
    assert before is not None
    assert told is not None
    assert told.change != before.change
    shown = "SELECT city FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(shown, row.id) == "Bath"
    async with transaction(connection):
        mark_customers(connection, [row.id], customer)
    assert await connection.fetchval(shown, row.id) is None


async def test_a_change_of_columns_recomputes_what_is_made_of_their_source(connection: Connection):
    row = await make_customer(connection)
    wrong = (
        "UPDATE customer_grid_row SET city = 'Bath', name = 'No', order_count = 7 WHERE customer_id = $1 RETURNING true"
    )
    read = "SELECT city, name, order_count FROM customer_grid_row WHERE customer_id = $1"
    for changes, shown in (
        ([(customer, ["group_id", "first_name"])], ("Bath", "Ada Byron", 7)),
        ([(address, ["city"])], (None, "No", 7)),
        ([(address, None)], (None, "No", 7)),
        ([(order_statistics, None)], ("Bath", "No", 0)),
        ([(customer, ["first_name"]), (address, ["city"])], (None, "Ada Byron", 0)),
        ([(customer, ["website_id"])], (None, "Ada Byron", 0)),
    ):
        assert await connection.fetchval(wrong, row.id)
        async with transaction(connection):
            for table, columns in changes:
                mark_customers(connection, [row.id], table, columns)
        found = await connection.fetchrow(read, row.id)
        assert found is not None
        assert tuple(found) == shown, changes


async def test_a_change_of_what_another_source_is_joined_by_recomputes_what_is_made_of_that(connection: Connection):
    row = await make_customer(connection)
    first, second = await make_company(connection, name="First"), await make_company(connection, name="Second")
    former = await make_member(connection, first, row)
    new = await make_member(connection, second, row)
    choose = "UPDATE company_member SET is_primary = $3 WHERE customer_id = $1 AND id = $2"
    async with transaction(connection):
        await connection.execute(choose, row.id, former.id, False)
        await connection.execute(choose, row.id, new.id, True)
        mark_customers(connection, [row.id], company_member, ["is_primary"])
    shown = "SELECT company FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(shown, row.id) == "Second"
    await assert_derived(connection, [row.id])


def test_the_parts_of_a_row_follow_from_the_statement():
    [parts] = [it.parts for it in PROJECTIONS if it.parts is not None]
    name = parts.find_part([(customer, {"first_name"})])
    assert name is not None
    assert {"name", "name_fold", "name_sort_key", "document"} <= name
    assert not name & {"city", "order_count", "tags"}
    assert {"email", "email_key"} <= (parts.find_part([(customer, {"email"})]) or set())  # which the claim follows
    telephone = parts.find_part([(address, {"telephone_e164"})])
    assert telephone is not None
    assert {"telephone", "telephone_digits", "document"} <= telephone
    assert not telephone & {"name", "email", "order_count"}
    assert parts.find_part([(address, {"is_default_billing"})]) == telephone
    assert parts.find_part([(customer, None)]) is None
    assert parts.find_part([(customer, {"website_id"})]) is None  # its orders and balances are others
    assert parts.find_part([(customer, {"first_name"}), (address, {"city"})]) is None


@pytest.mark.parametrize("columns", [["website_id"], None])
async def test_who_may_have_moved_is_written_down_where_they_were(connection: Connection, columns: list[str] | None):
    row = await make_customer(connection)
    other = await make_website(connection)
    await connection.execute("UPDATE customer_change SET website_id = $2 WHERE customer_id = $1", row.id, other)
    async with transaction(connection):
        mark_customers(connection, [row.id], customer, columns)
    found = await connection.fetch(
        "SELECT website_id, is_removed FROM customer_change WHERE customer_id = $1 ORDER BY is_removed", row.id
    )
    assert [tuple(it) for it in found] == [(row.website_id, False), (other, True)]


def test_a_projection_depends_on_the_columns_that_it_reads():
    [rows, changes] = [it for it in PROJECTIONS if it.table.name in {"customer_grid_row", "customer_change"}]
    assert rows.depends_on(customer, None)
    assert rows.depends_on(customer, {"email", "status"})
    assert not rows.depends_on(customer, {"status"})
    assert rows.depends_on(address, {"city"})  # which it reads by an alias
    assert not rows.depends_on(address, {"external_id"})
    assert not rows.depends_on(wishlist, None)
    assert changes.depends_on(customer, {"status"})
