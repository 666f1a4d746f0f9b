"""Migrations lead from nothing to the tables in code, and back."""

import asyncpg
import pytest

from customer_gql.core.permissions import Permission
from customer_gql.database.schema import migrations, parts
from customer_gql.database.schema.compatibility import MigrationFailed
from customer_gql.embedded.server import create_database, drop_database

pytestmark = pytest.mark.slow


@pytest.fixture
def bare_url(server):
    name = "bare_for_migrations"
    drop_database(server, name)
    create_database(server, name)
    yield server.owner_url(name)
    drop_database(server, name)


async def tables(url):
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in rows}


async def in_thread(function, *arguments):
    import asyncio

    await asyncio.to_thread(function, *arguments)


async def test_up_check_down_up(bare_url):
    await in_thread(migrations.upgrade_database, bare_url)
    await in_thread(migrations.compare_tables, bare_url)
    assert "customer" in await tables(bare_url)
    await in_thread(migrations.downgrade_database, bare_url, "base")
    assert await tables(bare_url) == {"alembic_version"}
    await in_thread(migrations.upgrade_database, bare_url)
    await in_thread(migrations.compare_tables, bare_url)


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(bare_url):
    await in_thread(migrations.upgrade_database, bare_url)
    before = await tables(bare_url)
    await in_thread(migrations.upgrade_database, bare_url)
    assert await tables(bare_url) == before


async def test_histories_that_got_no_parts_take_every_entry(bare_url, monkeypatch):
    """A check that stayed would refuse all entries from the next month on, if the migration is put off until then."""
    await in_thread(migrations.upgrade_database, bare_url, "e3b9d4f17a60")
    with monkeypatch.context() as fault:
        fault.setattr(parts, "begin_steps", lambda *_: ["SELECT 1 / 0"])
        with pytest.raises(MigrationFailed, match="division by zero"):
            await in_thread(migrations.upgrade_database, bare_url, "f2e39fb39046")
    connection = await asyncpg.connect(bare_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_constraint WHERE conname = 'is_within_part'") == 0
        await in_thread(migrations.upgrade_database, bare_url, "f2e39fb39046")
        assert (
            await connection.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'customer_event'::regclass")
            == 2
        )
    finally:
        await connection.close()


async def test_indexes_of_histories_keep_their_names_when_the_first_part_is_gone(bare_url):
    names = "SELECT indexname FROM pg_indexes WHERE tablename IN ('customer_event', 'staff_event') ORDER BY 1"
    await in_thread(migrations.upgrade_database, bare_url, "e3b9d4f17a60")
    connection = await asyncpg.connect(bare_url)
    try:
        before = await connection.fetch(names)
        await in_thread(migrations.upgrade_database, bare_url, "f2e39fb39046")
        firsts = await connection.fetch("SELECT tablename FROM pg_tables WHERE tablename LIKE '%\\_event\\_to\\_%'")
        assert len(firsts) == 2
        for part in firsts:
            await connection.execute(f"DROP TABLE {part[0]}")
        await in_thread(migrations.downgrade_database, bare_url, "e3b9d4f17a60")
        assert await connection.fetch(names) == before
    finally:
        await connection.close()


async def test_identities_of_addresses_are_made_again(bare_url):
    await in_thread(migrations.upgrade_database, bare_url)
    await in_thread(migrations.downgrade_database, bare_url, "a1db79d8eba7")
    connection = await asyncpg.connect(bare_url)
    try:
        await connection.execute(
            "INSERT INTO customer (id, number, email, first_name, last_name, website_id, created_in_store_view_id, group_id)"
            " VALUES (1, 1, 'Straße@straße.example', 'A', 'B', 1, 1, 1), (2, 2, 'Ann@example.com', 'A', 'B', 1, 1, 1)"
        )
        await connection.execute(
            "INSERT INTO customer_email (email_normalised, scope, customer_id)"
            " VALUES ('strasse@strasse.example', 1, 1), ('ann@example.com', 1, 2)"
        )
        await in_thread(migrations.upgrade_database, bare_url)
        rows = await connection.fetch("SELECT email_normalised FROM customer_email ORDER BY customer_id")
        assert [row[0] for row in rows] == ["straße@xn--strae-oqa.example", "ann@example.com"]
    finally:
        await connection.close()


ROLES = {
    "everything": ([str(permission) for permission in Permission], None),
    "some": (["customers.read", "mail.manage"], None),
    "one website": ([str(permission) for permission in Permission], [1]),
    "nothing": ([], None),
}
RIGHTS = "SELECT name, permissions, website_ids FROM staff_role WHERE name = ANY($1)"


async def rights(url):
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(RIGHTS, list(ROLES))
    except asyncpg.UndefinedTableError:
        return {}
    finally:
        await connection.close()
    return {row["name"]: (set(row["permissions"]), row["website_ids"]) for row in rows}


async def test_no_step_of_a_downgrade_widens_a_right(bare_url):
    await in_thread(migrations.upgrade_database, bare_url)
    connection = await asyncpg.connect(bare_url)
    for id, (name, (permissions, website_ids)) in enumerate(ROLES.items(), 1_000):
        insert = "INSERT INTO staff_role (id, name, permissions, website_ids) VALUES ($1, $2, $3, $4)"
        await connection.execute(insert, id, name, permissions, website_ids)
    await connection.close()
    before, steps = await rights(bare_url), 0
    assert set(before) == set(ROLES)
    while before:
        await in_thread(migrations.downgrade_database, bare_url, "-1")
        after, steps = await rights(bare_url), steps + 1
        for name, (permissions, website_ids) in after.items():
            assert permissions <= before[name][0], (name, steps)
            assert website_ids == before[name][1], (name, steps)
        before = after
    assert steps > 2


async def test_the_planner_knows_the_values_of_a_new_expression(bare_url):
    """An index over an expression has no figures before the table is analyzed: a table that is large changes too slowly."""
    await in_thread(migrations.upgrade_database, bare_url)
    connection = await asyncpg.connect(bare_url)
    try:
        await connection.execute(
            "INSERT INTO website (id, code, name, currency) SELECT n, n, n, 'EUR' FROM generate_series(100, 200) n"
        )
        await connection.execute("ANALYZE website")
        await connection.execute("CREATE INDEX ix_of_an_expression ON website (lower(name))")
        known = "SELECT count(*) FROM pg_stats WHERE tablename = 'ix_of_an_expression'"
        assert await connection.fetchval(known) == 0
        await in_thread(migrations.upgrade_database, bare_url)
        assert await connection.fetchval(known) == 1
    finally:
        await connection.close()
