"""Imports that were not started in time, and what is left of those that are over (docs/domain/import.md#import-31)."""

import datetime as dt
from typing import Final

from sqlalchemy import exists, func, literal, select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.expired_rows import Expiry, delete_expired_rows
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_rows,
    fetch_value,
)
from customer_gql.messaging.files.settings import KEPT_HOURS
from customer_gql.messaging.files.tables import stored_file
from customer_gql.messaging.jobs.runs.settings import KEPT_DAYS
from customer_gql.messaging.jobs.runs.tables import JobOwner, job_run
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting
from customer_gql.staff.tables import service_token

from .tables import ImportStatus, customer_import, import_mapping, import_row
from .waiting import WAITING

_of = customer_import.c
_ROWS_DELETED: Final = Refusal(
    "import.rows_deleted",
    "The rows of the import were deleted, because it is too long ago. Upload the file again.",
    UserErrorCode.NOT_ALLOWED,
)
# A service token that was revoked never comes back, as staff who were deactivated may.
_live_tokens = select(service_token.c.id).where(service_token.c.revoked_at.is_(None))
_MAPPINGS_OF_NOBODY = Expiry(
    import_mapping,
    lambda _now: (import_mapping.c.actor == JobOwner.SERVICE.value) & import_mapping.c.actor_id.not_in(_live_tokens),
)


async def expire_imports(tools: Tools) -> None:
    """Cancel those that wait for too long; delete the rows of old ones, those themselves when jobs go, and
    mappings that nobody can use."""
    async with tools.database.writes.acquire() as connection:
        hours = dt.timedelta(hours=await setting(connection, KEPT_HOURS))
        days = dt.timedelta(days=await setting(connection, KEPT_DAYS))
    async with tools.database.transaction() as connection:
        await _cancel_waiting(connection, hours)
    is_over = _of.finished_at.is_not(None)
    rows = Expiry(
        import_row,
        lambda now: import_row.c.import_id.in_(select(_of.id).where(is_over, _of.finished_at < now - hours)),
    )
    await delete_expired_rows(tools.database, [rows, _MAPPINGS_OF_NOBODY])
    await delete_expired_rows(
        tools.database, [Expiry(customer_import, lambda now: is_over & (_of.finished_at < now - days))]
    )


async def _cancel_waiting(connection: Connection, after: dt.timedelta) -> None:
    """A dry run that is under way keeps its import, also one that starts just now: it is looked for again under the lock."""
    is_tried = exists().where(job_run.c.id == _of.job_id, job_run.c.finished_at.is_(None))
    is_late = _of.created_at < func.now() - literal(after)
    waits = (equals_any(_of.status, WAITING), is_late, ~is_tried)
    locked = await fetch_rows(
        connection, select(_of.id).where(*waits).order_by(_of.id).with_for_update(of=customer_import)
    )
    await execute_statement(
        connection,
        update(customer_import)
        .where(equals_any(_of.id, [row.id for row in locked]), *waits)
        .values(status=ImportStatus.CANCELED.value, finished_at=func.now()),
    )


async def keep_upload(connection: Connection, import_id: int, until: dt.datetime | None) -> bool:
    """Let the file of an import expire then, or not at all; whether it is there still."""
    of_import = select(_of.file_id).where(_of.id == import_id).scalar_subquery()
    kept = update(stored_file).where(stored_file.c.id == of_import).values(expires_at=until)
    return bool(await execute_statement(connection, kept))


async def require_rows(connection: Connection, imported: Row) -> None:
    """Raises `RuleError` for an import that is over for so long that its rows are deleted, or may be at any moment."""
    hours = dt.timedelta(hours=await setting(connection, KEPT_HOURS))
    is_old = imported.finished_at is not None and imported.finished_at < read_clock() - hours
    rows = select(import_row.c.line).where(import_row.c.import_id == imported.id).limit(1)
    if is_old or await fetch_value(connection, rows) is None:
        raise _ROWS_DELETED(path=["id"])
