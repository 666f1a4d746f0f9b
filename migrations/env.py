"""Runs migrations over asyncpg. The URL comes from the caller, `customer-gql migrate`."""

import asyncio
from functools import partial

import asyncpg
from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from customer_gql.messaging.jobs.tables import NAMES as TABLES_OF_THE_QUEUE
from customer_gql.schema.tables import metadata

config = context.config
LOCK = 4_701_113_209  # any number that nobody else takes


def dated_revision(_context: object, _revision: object, directives: list) -> None:
    """Number revisions in order, so that the folder reads as the history it is."""
    head = ScriptDirectory.from_config(config).get_current_head()
    for directive in directives:
        directive.rev_id = f"{int(head or 0) + 1:04d}"


def run(connection: Connection) -> None:
    # One at a time, whoever comes second finds the work done.
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    # A migration waits little for a lock: what queues behind it waits too.
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        include_name=lambda name, kind, _: kind != "table" or name not in TABLES_OF_THE_QUEUE,
        process_revision_directives=dated_revision,
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    # asyncpg reads the URL itself, as it does when serving: SQLAlchemy knows other options.
    connect = partial(asyncpg.connect, config.attributes["url"], timeout=10)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(online())
