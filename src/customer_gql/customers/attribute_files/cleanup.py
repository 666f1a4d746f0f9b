"""Deletion of files that no value has (docs/domain/attributes.md#attributes-19)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import and_, func, or_, select

from customer_gql.customers.attributes.uploads.tables import attribute_upload
from customer_gql.customers.attributes.values.tables import address_attribute, customer_attribute
from customer_gql.database.statements import (
    Connection,
    Row,
    delete_rows,
    equals_any,
    fetch_one,
    fetch_rows,
)
from customer_gql.messaging.files.storages import FileContentMissing
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.files.tables import stored_file
from customer_gql.messaging.jobs.work import Tools

log = structlog.get_logger("files")
_BATCH: Final = 20
_LOOKED_AT: Final = 1_000
_upload: Any = attribute_upload.c


async def delete_unused_uploads(tools: Tools) -> None:
    """Those that became no value in time."""
    is_over = and_(
        _upload.used_at.is_(None),
        _upload.expires_at < func.now(),
        or_(_upload.receiving_until.is_(None), _upload.receiving_until < func.now()),
    )
    await _delete_uploads(tools, is_over)


async def delete_files_without_value(tools: Tools) -> None:
    """Those whose value was cleared or replaced, or is gone with its attribute, address or customer. A file becomes a value and
    the value is stored in one transaction, so that none is missed in between."""
    after = 0
    while True:
        async with tools.database.reads.acquire() as connection:
            looked_at = select(attribute_upload).where(_upload.used_at.is_not(None), _upload.id > after)
            uploads = await fetch_rows(connection, looked_at.order_by(_upload.id).limit(_LOOKED_AT))
            kept = await _find_kept(connection, uploads)
        gone = [one.id for one in uploads if one.id not in kept]
        if gone:
            await _delete_uploads(tools, equals_any(_upload.id, gone))
        if len(uploads) < _LOOKED_AT:
            return
        after = uploads[-1].id


async def _find_kept(connection: Connection, uploads: Sequence[Row]) -> set[int]:
    """Ids of those that a value has."""
    found = set[int]()
    for values, rows in (
        (customer_attribute, [one for one in uploads if one.address_id is None]),
        (address_attribute, [one for one in uploads if one.address_id is not None]),
    ):
        if rows:
            kept = select(values.c.file_id).where(
                equals_any(values.c.customer_id, _distinct(one.customer_id for one in rows)),
                equals_any(values.c.attribute_id, _distinct(one.attribute_id for one in rows)),
                values.c.file_id.is_not(None),
            )
            found |= {row.file_id for row in await fetch_rows(connection, kept)}
    return found


def _distinct(ids: Iterable[int]) -> list[int]:
    return sorted(set(ids))


async def _delete_uploads(tools: Tools, is_over: Any) -> None:
    """In small batches, since each file may be large. One that cannot be deleted is left for the next run."""
    store, after = FileStore(tools.database, tools.settings), 0
    while True:
        async with tools.database.transaction() as connection:
            due = select(attribute_upload).where(is_over, _upload.id > after).order_by(_upload.id).limit(_BATCH)
            uploads = await fetch_rows(connection, due.with_for_update(skip_locked=True))
            for upload in uploads:
                await _delete_upload(connection, store, upload)
        if len(uploads) < _BATCH:
            return
        after = uploads[-1].id


async def _delete_upload(connection: Connection, store: FileStore, upload: Row) -> None:
    file = await fetch_one(connection, select(stored_file).where(stored_file.c.id == upload.file_id))
    try:
        if file is not None:
            await store.delete(connection, file)
    except (OSError, FileContentMissing) as error:
        log.warning("file not deleted", file_id=upload.file_id, error=type(error).__name__)
    else:
        await delete_rows(connection, attribute_upload, {"id": upload.id})
