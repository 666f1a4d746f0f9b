"""Each column that a derived row may be made of, changed alone in rows of the demo shop: all that is made of it is recomputed."""

import datetime as dt
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, Table

from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.customers.profile.tables import customer, deleted_customer
from customer_gql.database.pools import open_database
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.schema.projections import PROJECTIONS
from support.derived import assert_derived
from support.spare_databases import SpareDatabases

pytestmark = pytest.mark.slow

DERIVED = {it.table for it in PROJECTIONS} | {deleted_customer}  # of which no row has a customer whose rows are derived
SOURCES = sorted({source for it in PROJECTIONS for source in it.reads} - DERIVED, key=lambda it: it.name)
COLUMNS = [column for source in SOURCES for column in source.columns if not column.primary_key]
CUSTOMERS = 5
VALUES = 2
ATTRIBUTES: list[tuple[str, str, list[Any]]] = [
    ("TEXT", "text_value", ["red", "blue"]),
    ("DATE", "date_value", [dt.date(2020, 2, 29), dt.date(2021, 3, 1)]),
    ("BOOLEAN", "boolean_value", [True, False]),
    ("SELECT", "option_code", ["small", "large"]),
]
INSERT_ATTRIBUTE = """INSERT INTO attribute (id, entity, code, type, label, is_grid_column, is_grid_filter)
VALUES ($1, 'CUSTOMER', $2, $3, $2, true, true)"""
INSERT_OPTION = "INSERT INTO attribute_option (attribute_id, code, place, label) VALUES ($1, $2, 1, $2)"
UNTIL = dt.datetime(2026, 8, 20, 9, 30, tzinfo=dt.UTC)


def customer_column(source: Table) -> str:
    return "customer_id" if "customer_id" in source.c else "id"


async def find_values(connection: Connection, column: Column[Any]) -> list[Any]:
    """Some that rows of the table have, empty ones included, the same in each run."""
    read = f"SELECT DISTINCT {column.name} AS value FROM {column.table.name} ORDER BY 1"
    found = [row.value for row in await connection.fetch(read)]
    others: list[Any] = [None, *([not it for it in found] if column.type.python_type is bool else [])]
    return random.Random(column.name).sample(found, min(len(found), VALUES)) + others


async def change(connection: Connection, column: Column[Any], customer_id: int, value: Any) -> bool:
    """Whether the table allows it."""
    source = column.table
    update = f"UPDATE {source.name} SET {column.name} = $1 WHERE {customer_column(source)} = $2"
    with suppress(asyncpg.IntegrityConstraintViolationError):
        async with transaction(connection):
            await connection.execute(update, value, customer_id)
            mark_customers(connection, [customer_id], source, [column.name])
        return True
    return False


@pytest.fixture(scope="module")
async def shop(spare_databases: SpareDatabases) -> AsyncGenerator[Connection]:
    with spare_databases.lend() as url:
        async with open_database(url, projections=PROJECTIONS) as database, database.writes.acquire() as connection:
            await seed_shop(connection, customers=100, seed=3, until=UNTIL)
            await store_attributes(connection)
            yield connection


async def store_attributes(connection: Connection) -> None:
    """One for each column that a value may stand in, of some customers each."""
    ids = [row.id for row in await connection.fetch("SELECT id FROM customer ORDER BY id")]
    async with transaction(connection):
        for key, (type_, column, values) in enumerate(ATTRIBUTES, 1):
            holders, ids = ids[:CUSTOMERS], ids[CUSTOMERS:]
            await connection.execute(INSERT_ATTRIBUTE, -key, type_.lower(), type_)
            for option in values if type_ == "SELECT" else ():
                await connection.execute(INSERT_OPTION, -key, option)
            insert = (
                f"INSERT INTO customer_attribute (customer_id, attribute_id, place, {column}) VALUES ($1, $2, 0, $3)"
            )
            for place, holder in enumerate(holders):
                await connection.execute(insert, holder, -key, values[place % len(values)])
            mark_customers(connection, holders, customer_attribute)


def find_rows(column: Column[Any]) -> str:
    """All, but of values of attributes those which stand in the column: others can have nothing there. The number of a customer
    never changes, and values of attributes go by that."""
    if column is customer.c.number:
        return "WHERE id NOT IN (SELECT customer_id FROM customer_attribute)"
    return f"WHERE {column.name} IS NOT NULL" if column.table is customer_attribute else ""


@pytest.mark.parametrize("column", COLUMNS, ids=str)
async def test_a_change_of_a_column_recomputes_all_that_is_made_of_it(column: Column[Any], shop: Connection):
    key = customer_column(column.table)
    read = f"SELECT DISTINCT {key} AS id FROM {column.table.name} {find_rows(column)} ORDER BY 1"
    ids = [row.id for row in await shop.fetch(read)]
    assert ids
    for id in random.Random(str(column)).sample(ids, min(len(ids), CUSTOMERS)):
        for value in await find_values(shop, column):
            undone = shop.transaction()
            await undone.start()
            try:
                if await change(shop, column, id, value):
                    await assert_derived(shop, [id])
            finally:
                await undone.rollback()
