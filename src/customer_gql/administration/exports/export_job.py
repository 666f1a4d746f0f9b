"""The job that writes a list to a file (docs/domain/exports.md#exports-2).

Lists are declared in types of the graph, which a worker imports for its first export.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any, Final, Protocol

import structlog
from sqlalchemy import func, select

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.database.connecting.long_reads import reading_standby
from customer_gql.database.connecting.replica import NotFromReplica
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, fetch_one, fetch_value
from customer_gql.messaging.files.store import FileStore, FileTooLarge, FileWriter, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.messaging.jobs.runs.kinds import WholeWork
from customer_gql.messaging.jobs.runs.parts import count_rows
from customer_gql.messaging.jobs.runs.tables import JobKind, job_part, job_run
from customer_gql.messaging.jobs.whole_runs.runner import WholeRun
from customer_gql.messaging.jobs.work import OPEN_GRAPH, Tools
from customer_gql.staff.audit.writes import record_staff_event

from .formats.columns import ExportQuery, join_labels
from .formats.writing import FILE_FORMATS, ExportFormat
from .layouts.adobe import CustomerExportLayout

_ROWS_DIFFER: Final = Refusal(
    "export.rows_differ",
    "The number of rows in the file differs from that of the list. The file was deleted. Retry the job.",
    UserErrorCode.NOT_ALLOWED,
)
_TOO_LARGE: Final = Refusal(
    "export.too_large",
    "The file would be larger than {limit} bytes. Export fewer rows or columns.",
    UserErrorCode.TOO_MANY,
)
_LIMIT_REACHED: Final = Refusal(
    "export.limit_reached",
    "You have {limit} exports that are not finished, the maximum. Wait for one, or cancel it.",
    UserErrorCode.LIMIT_REACHED,
)
log = structlog.get_logger()
MAX_OPEN: Final = 20
MAX_BYTES: Final = 2_000_000_000
_CONNECTION_SECONDS: Final = 600
"""How long an export waits for a connection while other exports use them."""


_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; "
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)


ReadingSnapshot = Callable[[Tools], AbstractAsyncContextManager[Connection]]


class Lists(Protocol):
    """The lists that can be exported."""

    async def find_query(
        self, connection: Connection, parameters: Mapping[str, Any], viewer: Viewer, job_id: int
    ) -> ExportQuery:
        """Raises `RuleErrors` for what the list does not have any more, and `Forbidden` for what the viewer may not see."""
        ...


def _open_lists() -> Lists:
    """Imported on demand: most workers never need GraphQL, in whose types the lists are declared."""
    [open_graph] = OPEN_GRAPH
    open_graph()
    lists: Any = import_module("customer_gql.administration.exports.lists")
    return lists


def find_needed_permissions(parameters: Mapping[str, Any]) -> frozenset[Permission]:
    return frozenset(map(Permission, parameters["permissions"]))


async def write_export(run: WholeRun) -> None:
    viewer = run.scope.by.viewer
    assert viewer is not None
    async with run.tools.database.writes.acquire() as connection:
        query = await _open_lists().find_query(connection, run.parameters, viewer, run.job.id)
    if run.tools.settings.database_read_url is None:
        return await _write_file(run, query, _reading_primary)
    try:
        await _write_file(run, query, _reading_standby)
    except NotFromReplica:
        # What was written of the file is gone with it.
        await _write_file(run, query, _reading_primary)


async def _write_file(run: WholeRun, query: ExportQuery, reading: ReadingSnapshot) -> None:
    store = FileStore(run.tools.database, run.tools.settings)
    async with store.writing(_describe_file(run, query)) as writer:
        try:
            count = await _write_rows(run, query, writer, reading)
        except FileTooLarge:
            raise _TOO_LARGE(limit=MAX_BYTES) from None
        await writer.close()
        async with run.tools.database.transaction() as connection:
            await writer.publish(connection, row_count=count)
            await run.finish(connection, count, not_found=await _count_missing(connection, run, count))
            await _record_export(connection, run, writer, count)


async def _write_rows(run: WholeRun, query: ExportQuery, writer: FileWriter, reading: ReadingSnapshot) -> int:
    """All rows, read from one snapshot. Raises when the file does not have as many as were counted."""
    write = FILE_FORMATS[ExportFormat(run.parameters["format"])].write
    async with reading(run.tools) as connection:
        expected = await fetch_value(connection, query.count)
        await run.start(expected)
        count = await write(connection, join_labels(query), writer)
    if count != expected:
        raise _ROWS_DIFFER()
    return count


@asynccontextmanager
async def _reading_standby(tools: Tools) -> AsyncGenerator[Connection]:
    """The same of the standby, with all that was committed before. Raises `NotFromReplica` where it fails."""
    settings, primary = tools.settings, tools.database.writes
    assert settings.database_read_url is not None
    opened = reading_standby(
        settings.database_read_url,
        primary,
        wait_seconds=settings.replica_seconds,
        connect_seconds=settings.pool_seconds,
        answer_seconds=settings.jobs_statement_seconds,
        prepared_statements=settings.prepared_statements,
    )
    async with opened as connection:
        await connection.execute(_BEGIN)
        log.info("export read from the replica")
        yield connection


@asynccontextmanager
async def _reading_primary(tools: Tools) -> AsyncGenerator[Connection]:
    """A connection that reads the database as it was at one moment, for as long as it takes.

    It is closed when the block fails: asyncpg would ask the server to cancel a COPY whose data has arrived already, and wait in
    vain for the answer.
    """
    async with tools.database.grids.acquire(timeout=_CONNECTION_SECONDS) as connection:
        try:
            await connection.execute(_BEGIN)
            yield connection
            await connection.execute("COMMIT")
        except BaseException:
            connection.terminate()
            raise


async def _count_missing(connection: Connection, run: WholeRun, count: int) -> int:
    """How many of the rows that were chosen one by one are gone or out of reach."""
    asked = run.parameters["list"]
    if asked.get("selection") != "FROZEN" or asked.get("layout") not in {
        None,
        CustomerExportLayout.ADOBE_CUSTOMERS.value,
    }:
        return 0  # or the rows of the file are not the customers
    return await fetch_value(connection, count_rows(job_part, job_part.c.job_id == run.job.id)) - count


def _describe_file(run: WholeRun, query: ExportQuery) -> NewFile:
    file = FILE_FORMATS[ExportFormat(run.parameters["format"])]
    made = read_clock()
    return NewFile(
        purpose=FilePurpose.EXPORT,
        name=f"{query.name}-{made:%Y-%m-%d-%H%M%S}.{file.extension}",
        media_type=file.media_type,
        owner=run.scope.by,
        permissions=frozenset(run.parameters["permissions"]),
        website_ids=run.scope.websites,
        recipient_staff_ids=run.parameters.get("recipients", ()),
        job_id=run.job.id,
        max_bytes=MAX_BYTES,
    )


async def _record_export(connection: Connection, run: WholeRun, writer: FileWriter, count: int) -> None:
    told = {**run.parameters["list"], "format": run.parameters["format"], "rowCount": count}
    changes = {key: (None, value) for key, value in told.items() if value not in (None, [], False)}
    subject = encode_id("fil", writer.file_id)
    await record_staff_event(connection, "EXPORTED", by=run.scope.by, subject=subject, changes=changes)


async def _refuse_many(connection: Connection, _submission: Any, job_id: int) -> None:
    """Exports that are asked for, retried and made by a schedule count to one limit."""
    run = job_run.c
    by = await fetch_one(connection, select(run.actor, run.actor_id).where(run.id == job_id))
    assert by is not None, "it was submitted in this transaction"
    await lock_record(connection, f"export:{by.actor}:{by.actor_id}")
    own = (run.actor == by.actor, run.actor_id == by.actor_id, run.kind == JobKind.EXPORT.value)
    count = await fetch_value(connection, select(func.count()).where(*own, run.finished_at.is_(None)))
    if count > MAX_OPEN:
        raise _LIMIT_REACHED(limit=MAX_OPEN)


EXPORT_WORK: Final = WholeWork(
    "lists.export", JobKind.EXPORT, find_needed_permissions, write_export, on_submit=_refuse_many
)
