"""Runs migrations over asyncpg. The URL comes from the caller, `customer-gql migrate`."""

import asyncio
import time
from functools import partial

from alembic import context
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, MigrationScript
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from customer_gql.database.connecting.hosts import HostsInTurn, choose_attribute
from customer_gql.database.schema.large_tables import LOCK_TIMEOUT, MIGRATION_LOCK
from customer_gql.database.schema.parts import is_part
from customer_gql.database.schema.rights import grant_service_rights
from customer_gql.messaging.jobs.tables import QUEUE_TABLES as TABLES_OF_THE_QUEUE
from customer_gql.schema.tables import metadata

config = context.config
SECONDS_BETWEEN_TRIES = 0.2


def finish_revision(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """Leave out what only the code reads, and protect new append-only tables."""
    for directive in directives:
        upgrade = directive.upgrade_ops
        created = [operation for operation in upgrade.ops if isinstance(operation, CreateTableOp)] if upgrade else []
        for operation in created:
            append_only = operation.info.get("append_only")
            operation.info = {}
            if upgrade and append_only:
                statement = f"REVOKE UPDATE, DELETE, TRUNCATE ON {operation.table_name} FROM CURRENT_USER"
                upgrade.ops.append(ExecuteSQLOp(statement))


def wait_for_turn(connection: Connection) -> None:
    """One process at a time; the second finds the work done.

    It asks again and again: a statement that waits for the lock holds a snapshot, for whose end an index that is built
    concurrently waits.
    """
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK}):
        connection.rollback()
        time.sleep(SECONDS_BETWEEN_TRIES)


def run(connection: Connection) -> None:
    wait_for_turn(connection)
    connection.execute(text(LOCK_TIMEOUT))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        include_name=lambda name, kind, _: kind != "table" or not (name in TABLES_OF_THE_QUEUE or is_part(name)),
        process_revision_directives=finish_revision,
    )
    with context.begin_transaction():
        context.run_migrations()
    if role := config.attributes.get("service_role"):
        append_only = {name for name, table in metadata.tables.items() if table.info["append_only"]}
        changing = {*metadata.tables, *TABLES_OF_THE_QUEUE} - append_only
        grant_service_rights(connection, role, append_only=append_only, changing=changing)


async def online() -> None:
    # asyncpg reads the URL itself, as it does when serving: SQLAlchemy knows other options.
    url = config.attributes["url"]
    connect = partial(HostsInTurn(url), url, timeout=10, target_session_attrs=choose_attribute(url))
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(online())
