"""Deletion of expired files (docs/domain/files.md#files-4)."""

import datetime as dt
from typing import Final

import structlog
from sqlalchemy import and_, func, literal, or_, select

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.database.statements import fetch_rows
from customer_gql.messaging.jobs.work import Tools

from .storages import FileContentMissing
from .store import FileStore
from .tables import stored_file, stored_file_link

log = structlog.get_logger("files")
UNFINISHED_KEPT: Final = dt.timedelta(days=1)
"""How long a file may take to write; one that is not published by then was left by a process that died."""
_BATCH: Final = 20


async def delete_expired_files(tools: Tools) -> None:
    """And expired links. In small batches, since each file may be large. A file that cannot be deleted is left for the next run."""
    await delete_expired_rows(tools.database, [expires(stored_file_link)])
    store, after = FileStore(tools.database, tools.settings), 0
    while True:
        async with tools.database.transaction() as connection:
            files = await fetch_rows(connection, _due_files(after))
            for file in files:
                try:
                    await store.delete(connection, file)
                except (OSError, FileContentMissing) as error:
                    log.warning("file not deleted", file_id=file.id, error=type(error).__name__)
        if len(files) < _BATCH:
            return
        after = files[-1].id


def _due_files(after: int):  # noqa: ANN202 - a query of all columns
    file, now = stored_file.c, func.now()
    is_over = or_(
        file.expires_at < now, and_(file.stored_at.is_(None), file.created_at < now - literal(UNFINISHED_KEPT))
    )
    return (
        select(stored_file)
        .where(is_over, file.id > after)
        .order_by(file.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
