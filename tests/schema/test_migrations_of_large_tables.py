"""Migrations of large tables commit on their way: they can be killed anywhere, and keep nobody waiting."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from customer_gql.database.schema import compatibility, large_tables, migrations
from customer_gql.embedded.server import create_database, drop_database

pytestmark = pytest.mark.slow

COMMITTING = re.compile(r"autocommit_block\(|large_tables import")
CUSTOMERS = """
INSERT INTO customer (id, number, email, first_name, last_name, website_id, created_in_store_view_id, group_id)
SELECT n, n, 'c' || n || '@example.com', 'Ann', 'Öz', 1, 1, 1 FROM generate_series(1, 7) n"""
ADDRESSES = """
INSERT INTO address (customer_id, id, first_name, last_name, street, city, country_code, telephone)
SELECT n, n, 'Ann', 'Oz', '{1}', 'Bath', 'GB', '020 7946 000' || n FROM generate_series(1, 7) n"""
ORDERS = """
INSERT INTO sales_order (customer_id, id, number, status, store_view_id, placed_at, customer_email, customer_name, currency,
  subtotal, discount_total, shipping_total, tax_total, grand_total, refunded_total)
SELECT n % 3 + 1, n, 'O' || n, 'COMPLETE', 1, now(), 'C' || n % 3 + 1 || '@example.com', 'Ann', 'USD', 0, 0, 0, 0, 0, 0
FROM generate_series(1, 7) n"""
MAILS = """
INSERT INTO mail_outbox (id, template, recipient, placeholders)
SELECT n, 'welcome', 'C' || n || '@example.com', '{}' FROM generate_series(1, 7) n"""
EVENT = """
INSERT INTO customer_event (customer_id, id, version, kind, actor)
SELECT 1, count(*), 1, 'EDITED', 'SYSTEM' FROM customer_event"""
FILLED_BEFORE = {"7be2c5a90f14": [CUSTOMERS, ADDRESSES], "a3d1f09c5e71": [ORDERS, MAILS]}
"""Rows by the revision before which they are stored."""


@pytest.fixture
def bare_name(server):
    name = "bare_for_large_tables"
    drop_database(server, name)
    create_database(server, name)
    yield name
    drop_database(server, name)


def ask(url, statement, *values):
    async def run():
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(run())


def revisions():
    """From the first to the newest."""
    scripts = ScriptDirectory(str(compatibility.migrations_folder()))
    return [script for script in reversed(list(scripts.walk_revisions())) if script.down_revision is not None]


def test_one_that_was_killed_runs_again(server, bare_name, monkeypatch):
    """As if killed at the latest moment, before its end was noted down."""
    monkeypatch.setattr(large_tables, "BATCH", 3)
    url = server.owner_url(bare_name)
    repeated = 0
    for script in revisions():
        for statement in FILLED_BEFORE.get(script.revision, ()):
            ask(url, statement)
        migrations.upgrade_database(url, script.revision)
        if COMMITTING.search(Path(script.path).read_text(encoding="utf-8")):
            ask(url, "UPDATE alembic_version SET version_num = $1", script.down_revision)
            migrations.upgrade_database(url, script.revision)
            repeated += 1
    assert repeated > 5
    migrations.compare_tables(url)
    keys = ask(url, "SELECT DISTINCT name_sort_key FROM customer")
    assert [row[0] for row in keys] == ["oz\tann"]
    numbers = ask(url, "SELECT telephone_e164 FROM address ORDER BY id")
    assert [row[0] for row in numbers] == [f"+4420794600{n:02}" for n in range(1, 8)]
    orders = ask(url, "SELECT customer_email_key, customer_number FROM sales_order ORDER BY id")
    assert [tuple(row) for row in orders] == [(f"c{n % 3 + 1}@example.com", n % 3 + 1) for n in range(1, 8)]
    mails = ask(url, "SELECT recipient_key FROM mail_outbox ORDER BY id")
    assert [row[0] for row in mails] == [f"c{n}@example.com" for n in range(1, 8)]


def test_an_index_that_was_left_unfinished_is_built_again(server, bare_name):
    url = server.owner_url(bare_name)
    migrations.upgrade_database(url, "7a41c0d9e2b5")
    for _ in range(2):
        ask(url, EVENT)
    with pytest.raises(asyncpg.UniqueViolationError):
        ask(url, "CREATE UNIQUE INDEX CONCURRENTLY ix_customer_event_kind ON customer_event (kind)")
    migrations.upgrade_database(url)
    assert ask(url, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []
    migrations.compare_tables(url)


def test_an_index_waits_for_a_long_transaction(server, bare_name):
    """Longer than a migration waits for locks that others then wait for."""
    url = server.owner_url(bare_name)
    migrations.upgrade_database(url, "7a41c0d9e2b5")

    async def migrate_beside():
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            await connection.execute(EVENT)
            migrating = asyncio.create_task(asyncio.to_thread(migrations.upgrade_database, url, "c5cae9307b2a"))
            await asyncio.sleep(3)
            assert not migrating.done()
        await migrating
        await connection.close()

    asyncio.run(migrate_beside())
    assert ask(url, "SELECT indexrelid FROM pg_index WHERE NOT indisvalid") == []
