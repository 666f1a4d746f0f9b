"""Rules that let the tables be spread over several machines by customer, checked on their definitions."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from customer_gql.messaging.jobs.tables import QUEUE_TABLES
from customer_gql.schema.tables import metadata

TABLES = list(metadata.tables.values())
CUSTOMERS = [table for table in TABLES if table.info["distribution"] == "customer"]
SOURCES = Path(__file__).parents[2] / "src" / "customer_gql"
MIGRATIONS = Path(__file__).parents[2] / "migrations"


def owner(table: sa.Table) -> str:
    return "id" if table.name == "customer" else "customer_id"


def unique_keys(table: sa.Table):
    yield from (c for c in table.constraints if isinstance(c, (sa.PrimaryKeyConstraint, sa.UniqueConstraint)))
    yield from (index for index in table.indexes if index.unique)


@pytest.mark.parametrize("table", CUSTOMERS, ids=str)
def test_every_unique_key_of_a_customers_table_holds_the_customer(table):
    for key in unique_keys(table):
        assert owner(table) in {column.name for column in key.columns}, key


@pytest.mark.parametrize("table", CUSTOMERS, ids=str)
def test_its_foreign_keys_stay_with_the_customer_or_point_at_reference_tables(table):
    for key in table.foreign_key_constraints:
        target = key.referred_table
        if target.info["distribution"] == "reference":
            continue
        assert target.info["distribution"] == "customer", key
        pairs = {(pair.parent.name, pair.column.name) for pair in key.elements}
        assert ("customer_id", owner(target)) in pairs, key


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_table_has_a_primary_key_that_the_application_makes(table):
    assert table.primary_key.columns
    for column in table.primary_key.columns:
        assert column.identity is None
        assert column.server_default is None
        assert column.autoincrement is False


async def test_no_key_comes_from_a_sequence(connection):
    """Those of pgqueuer's tables do."""
    defaults = await connection.fetch(
        "SELECT adrelid::regclass::text FROM pg_attrdef JOIN pg_index ON indrelid = adrelid AND indisprimary AND adnum = ANY (indkey)"
        " WHERE pg_get_expr(adbin, adrelid) LIKE 'nextval%'"
    )
    assert {row[0] for row in defaults} <= QUEUE_TABLES


@pytest.mark.parametrize("table", [t for t in TABLES if t.info["distribution"] == "lookup"], ids=str)
def test_lookup_tables_have_no_foreign_keys_and_name_the_customer(table):
    assert not table.foreign_key_constraints
    assert ("customer_id" in table.c) is not table.info.get("names_no_customer", False)
    assert "customer_id" not in table.primary_key.columns


@pytest.mark.parametrize("table", [t for t in TABLES if t.info["distribution"] in {"reference", "local"}], ids=str)
def test_reference_tables_point_at_reference_tables_alone(table):
    assert {key.referred_table.info["distribution"] for key in table.foreign_key_constraints} <= {"reference"}


def test_nothing_updates_the_customer_of_a_row_and_nothing_needs_a_trigger_or_an_extension():
    for file in [*SOURCES.rglob("*.py"), *MIGRATIONS.rglob("*.py")]:
        # A claim on an e-mail address may change hands: its table is found by the address, not by the customer.
        text = file.read_text().upper().replace("SET CUSTOMER_ID = EXCLUDED.CUSTOMER_ID, RESERVED_UNTIL", "")
        for forbidden in ("CREATE TRIGGER", "CREATE EXTENSION", "GROUPING SETS", "SET CUSTOMER_ID", "CREATE RULE"):
            assert forbidden not in text, (file.name, forbidden)


@pytest.mark.parametrize("table", [t for t in TABLES if t.info["append_only"]], ids=str)
async def test_the_service_may_not_change_what_is_append_only(table, connection):
    import asyncpg

    owner = "customer_id" if "customer_id" in table.c else "id"
    await connection.execute(f"GRANT UPDATE, DELETE ON {table.name} TO CURRENT_USER")  # a warning, and nothing else
    for statement in (
        f"UPDATE {table.name} SET {owner} = 0",
        f"DELETE FROM {table.name}",
        f"TRUNCATE {table.name}",
        f"ALTER TABLE {table.name} DISABLE TRIGGER ALL",
        f"DROP TABLE {table.name}",
        "SET ROLE customer_gql_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


def test_ledgers_and_history_are_append_only():
    marked = {table.name for table in TABLES if table.info["append_only"]}
    assert marked == {
        "store_credit_entry",
        "reward_points_entry",
        "customer_event",
        "staff_event",
        "vat_check",
        "order_comment",
        "payment_transaction",
    }
