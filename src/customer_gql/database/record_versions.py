"""Versions of shared records that may go and come back, as a setting at one scope: a version is never given twice, so an
edit that is based on what was there before cannot pass for one of what is there now."""

from sqlalchemy import Column, Integer, Text
from sqlalchemy.dialects.postgresql import insert as upsert

from .statements import Connection, fetch_value
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
