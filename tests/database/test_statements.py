"""Statements built where they run are compiled once for each form, and take the values of the very clause."""

import itertools

import orjson
from sqlalchemy import ARRAY, BigInteger, Column, LargeBinary, MetaData, Table, Text, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database import statements
from customer_gql.database.statements import (
    Connection,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    insert_row,
    insert_rows,
)
from customer_gql.shop.settings.tables import configuration_value


async def test_clauses_of_one_form_are_compiled_once_and_keep_their_own_values(connection: Connection):
    statements._COMPILED.clear()
    read = [await fetch_value(connection, select(literal(number) + literal(1))) for number in (5, 7)]
    assert read == [6, 8]
    assert len(statements._COMPILED) == 1


async def test_values_of_a_call_replace_those_of_the_clause(connection: Connection):
    clause = select(literal(1).label("one"))
    assert await fetch_value(connection, clause, param_1=9) == 9
    assert await fetch_value(connection, clause) == 1


async def test_writes_of_one_form_write_what_each_says(connection: Connection):
    table = configuration_value
    async with connection.transaction():
        for path, value in (("test.one", "1"), ("test.two", "2")):
            row = {"path": path, "scope": "GLOBAL", "scope_id": 0, "value": value, "version": 1}
            await execute_statement(connection, insert(table).values(**row))
        for path, value in (("test.one", "3"), ("test.two", "4")):
            changed = update(table).where(table.c.path == path).values(value=value)
            assert await execute_statement(connection, changed) == 1
        rows = await fetch_rows(connection, select(table.c.path, table.c.value).where(table.c.path.startswith("test.")))
        assert {row.path: row.value for row in rows} == {"test.one": "3", "test.two": "4"}
        await connection.execute("DELETE FROM configuration_value WHERE path LIKE 'test.%'")


async def test_one_row_is_inserted_by_a_statement_compiled_once(connection: Connection):
    statements._insert_of_row.cache_clear()
    key = {"scope": "GLOBAL", "scope_id": 0, "version": 1}
    async with connection.transaction():
        for path, value in (("test.one", "1"), ("test.two", '{"a": null}')):
            await insert_row(connection, configuration_value, {"path": path, "value": value, **key})
        rows = await connection.fetch("SELECT path, value FROM configuration_value WHERE path LIKE 'test.%'")
        assert {row["path"]: row["value"] for row in rows} == {"test.one": "1", "test.two": '{"a": null}'}
        await connection.execute("DELETE FROM configuration_value WHERE path LIKE 'test.%'")
    assert statements._insert_of_row.cache_info().misses == 1


async def test_rows_of_many_come_as_one_value(connection: Connection):
    rows = [
        {"path": f"test.{number}", "scope": "GLOBAL", "scope_id": 0, "value": number, "version": 1} for number in (1, 2)
    ]
    async with connection.transaction():
        assert await insert_rows(connection, configuration_value, []) == 0
        assert await insert_rows(connection, configuration_value, rows) == 2
        first = await fetch_one(connection, select(configuration_value).where(configuration_value.c.path == "test.2"))
        assert first is not None
        assert first.value == "2"
        await connection.execute("DELETE FROM configuration_value WHERE path LIKE 'test.%'")


async def test_rows_of_many_keep_bytes_texts_lists_and_json(connection: Connection):
    table = Table(
        "given_kinds",
        MetaData(),
        Column("hash", LargeBinary),
        Column("params", JSONB),
        Column("path", ARRAY(Text)),
        Column("number", BigInteger),
    )
    row = {"hash": b"\x00\xff\\", "params": {"a": [1, None, "ü"]}, "path": ["a", 'b"', ""], "number": 2**62}
    empty = dict.fromkeys(row)
    async with connection.transaction():
        await connection.execute(
            "CREATE TEMPORARY TABLE given_kinds (hash bytea, params jsonb, path text[], number bigint) ON COMMIT DROP"
        )
        await insert_rows(connection, table, [row, empty])
        found = await connection.fetch("SELECT * FROM given_kinds")
    assert [{**one, "params": one.params and orjson.loads(one.params)} for one in found] == [row, empty]


def test_forms_that_inputs_choose_are_kept_in_bounds():
    names = [column.name for column in configuration_value.columns]
    chosen = [columns for count in (3, 4, 5) for columns in itertools.permutations(names, count)]
    for columns in chosen:
        statements._insert_of_rows(configuration_value, columns)
    assert statements._insert_of_rows.cache_info().currsize <= statements.KEPT_FORMS < len(chosen)
