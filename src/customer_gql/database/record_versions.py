"""Versions of shared records that may go and come back, as a setting at one scope: a version is never given twice, so an
edit that is based on what was there before cannot pass for one of what is there now."""

from sqlalchemy import Column, Integer, Text, select
from sqlalchemy.dialects.postgresql import insert as upsert

from .statements import Connection, execute_statement, fetch_value
from .tables import table

record_version = table(
    "record_version",
    Column("record", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    distribution="reference",
)


async def lock_record(connection: Connection, record: str) -> None:
    """Let one transaction at a time edit a record, also while there is none; it is named by its table and key."""
    await _add_to_version(connection, record, 0)


async def try_lock_record(connection: Connection, record: str) -> bool:
    """Lock it unless another transaction has; whether that was done. It waits for nobody where the record is there already."""
    found = select(record_version.c.record).where(record_version.c.record == record)
    free = found.with_for_update(skip_locked=True)
    if await fetch_value(connection, free) is not None:
        return True
    if await fetch_value(connection, found) is not None:
        return False
    made = upsert(record_version).values(record=record, version=0).on_conflict_do_nothing()
    await execute_statement(connection, made)
    return await fetch_value(connection, free) is not None


async def advance_record_version(connection: Connection, record: str) -> int:
    """The version of an edit, or of a removal, of a locked record."""
    return await _add_to_version(connection, record, 1)


async def _add_to_version(connection: Connection, record: str, step: int) -> int:
    insert = upsert(record_version).values(record=record, version=step)
    return await fetch_value(
        connection,
        insert.on_conflict_do_update(
            index_elements=["record"], set_={"version": record_version.c.version + step}
        ).returning(record_version.c.version),
    )
