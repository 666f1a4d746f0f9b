"""The job that an import runs as: the file is read into rows, which are then imported batch by batch
(docs/domain/import.md#import-25)."""

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, bindparam, func, select, update

from customer_gql.administration.customer_import.adobe.locking import ONE_IMPORT
from customer_gql.administration.customer_import.cleanup import keep_upload, require_rows
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.report import CellProblem
from customer_gql.administration.customer_import.tables import (
    COUNTS,
    ImportBehavior,
    ImportLayout,
    ImportStatus,
    customer_import,
    import_row,
)
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.database.record_versions import try_lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.messaging.files.settings import KEPT_HOURS
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.files.tables import stored_file
from customer_gql.messaging.jobs.queue import enqueue
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, PreparedRows, RowResult, RowSubject, TryLater
from customer_gql.messaging.jobs.runs.parts import store_parts
from customer_gql.messaging.jobs.runs.reads import select_lines
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, JobCancelReason, JobKind, JobStatus, job_part
from customer_gql.messaging.jobs.runs.writes import MAX_IN_ONE_TRANSACTION, validate_row_count
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .batches import import_rows
from .columns import name_file_columns
from .groups import choose_whole_groups, read_rows
from .options import allowed_errors
from .outcomes import LineOutcome, LineResult
from .row_storage import describe_problems, store_rows

WRITE_REPORT: Final = "import.report"
IMPORT_NOT_FOUND: Final = Refusal("import.not_found", "There is no such import.", UserErrorCode.NOT_FOUND)
IMPORT_OVER: Final = Refusal("import.over", "The import is over. Create another one.", UserErrorCode.NOT_ALLOWED)
_TRIED_ROWS: Final = 1_000
_import_id = bindparam("import_id", type_=BigInteger())
_one = select(customer_import).where(customer_import.c.id == _import_id)
_ONE: Final = compile_statement(_one)
_LOCKED: Final = compile_statement(_one.with_for_update())
_FILE: Final = compile_statement(
    select(stored_file).where(stored_file.c.id == bindparam("file_id", type_=BigInteger()))
)
_LINES: Final = compile_statement(select_lines())
# Rows of one address together, where the first of them is, so that a batch need not know those before it.
_place = func.min(import_row.c.line).over(partition_by=import_row.c.email_key)
_STORE_PROBLEMS: Final = """
UPDATE import_row r SET problems = coalesce(r.problems, '[]'::jsonb) || found.problems, is_refused = true
FROM unnest($2::bigint[], $3::jsonb[]) AS found (line, problems)
WHERE r.import_id = $1 AND r.line = found.line AND NOT r.is_refused
"""


def needed_permissions(parameters: Mapping[str, Any]) -> frozenset[Permission]:
    """Of the one who imports: besides the import itself, what its rows do."""
    needed = {Permission.CUSTOMERS_IMPORT}
    if parameters["behavior"] in (ImportBehavior.DELETE.value, ImportBehavior.CUSTOM.value):
        needed.add(Permission.CUSTOMERS_DELETE)
    if parameters["layout"] == ImportLayout.ADOBE_FINANCE.value:
        needed.add(Permission.CREDIT_ADJUST)
    return frozenset(needed)


async def read_import(connection: Connection, import_id: int) -> Row:
    imported = await fetch_one(connection, _ONE, import_id=import_id)
    assert imported is not None, "an import outlives its job"
    return imported


async def _prepare(tools: Tools, connection: Connection, job: Any, scope: JobScope) -> PreparedRows | None:
    """Read on in the file; when it came to its end, give the rows, and with `STOP` try all of them first."""
    await _lock_out_others(connection)
    imported = await read_import(connection, orjson.loads(job.parameters)["import_id"])
    if not imported.is_staged:
        return await _stage(tools, connection, imported, job, scope)
    stops = ErrorPolicy(imported.error_policy) is ErrorPolicy.STOP
    total = await fetch_value(connection, select(func.count()).where(import_row.c.import_id == imported.id))
    if imported.read_count != total:
        await _set(connection, imported.id, read_count=total)
    if not await _fits_one_transaction(connection, imported, total):
        return PreparedRows(total, ends_for=JobCancelReason.STOPPED_AT_ERROR)
    if stops and imported.refused_count > allowed_errors(imported.options):
        return PreparedRows(total, ends_for=JobCancelReason.STOPPED_AT_ERROR)
    if stops and imported.tried_count < total:
        await _try_rows(connection, imported, job, scope)
        return None
    return PreparedRows(total)


async def _fits_one_transaction(connection: Connection, imported: Row, total: int) -> bool:
    """Where not, the first row beyond the limit tells why."""
    try:
        validate_row_count(ErrorPolicy(imported.error_policy), total)
    except RuleError as refused:
        beyond = select(import_row.c.line).where(import_row.c.import_id == imported.id).order_by(import_row.c.line)
        line = await fetch_value(connection, beyond.offset(MAX_IN_ONE_TRANSACTION).limit(1))
        problem = CellProblem("", refused)
        await _store_problems(connection, imported.id, {line: LineResult(LineOutcome.REFUSED, problem=problem)})
        await _set(connection, imported.id, refused_count=await _count_refused(connection, imported.id))
        return False
    return True


async def _stage(tools: Tools, connection: Connection, imported: Row, job: Any, scope: JobScope) -> PreparedRows | None:
    file = await fetch_one(connection, _FILE, file_id=imported.file_id)
    if file is None:
        return PreparedRows(0, fails=True)

    def open_parts() -> AsyncIterator[bytes]:
        return FileStore(tools.database, tools.settings).read(file)

    try:
        is_over = await store_rows(connection, imported, open_parts, reached=scope.websites)
    except ImportFault:
        # It was read when it was uploaded, so the shop changed since.
        return PreparedRows(0, fails=True)
    if is_over:
        await _freeze_order(connection, imported.id, job.id)
        refused = await _count_refused(connection, imported.id)
        await _set(connection, imported.id, is_staged=True, refused_count=refused)
    return None


async def _count_refused(connection: Connection, import_id: int) -> int:
    is_refused = (import_row.c.import_id == import_id, import_row.c.is_refused)
    return await fetch_value(connection, select(func.count()).where(*is_refused))


async def _freeze_order(connection: Connection, import_id: int, job_id: int) -> None:
    first = select(import_row.c.line, _place.label("first_line")).where(import_row.c.import_id == import_id).subquery()
    place = func.row_number().over(order_by=(first.c.first_line, first.c.line))
    await store_parts(connection, job_part, job_id, select(first.c.line.label("id"), place.label("place")))


async def _try_rows(connection: Connection, imported: Row, job: Any, scope: JobScope) -> None:
    """Import the next rows and take it back, so that their refusals are known before the first row is written."""
    lines = await fetch_rows(connection, _LINES, job_id=job.id, after=imported.tried_count, most=_TRIED_ROWS)
    rows = await choose_whole_groups(connection, imported.id, [row.id for row in lines], job_id=job.id)
    results = await import_rows(connection, imported, rows, scope, is_dry_run=True)
    _name_columns(imported, rows, results)
    await _store_problems(connection, imported.id, results)
    refused = imported.refused_count + _count_new_refusals(rows, results)
    await _set(connection, imported.id, tried_count=imported.tried_count + len(rows), refused_count=refused)


async def _run_batch(
    connection: Connection, parameters: Mapping[str, Any], lines: Sequence[int], scope: JobScope
) -> list[RowResult]:
    await _lock_out_others(connection)
    imported = await read_import(connection, parameters["import_id"])
    assert scope.by.job_id is not None, "rows are imported by jobs"
    if imported.error_policy == ErrorPolicy.ALL_OR_NOTHING.value:
        rows = await read_rows(connection, imported.id, lines)
    else:
        rows = await choose_whole_groups(connection, imported.id, lines, job_id=scope.by.job_id)
    results = await import_rows(connection, imported, rows, scope, is_dry_run=parameters["is_dry_run"])
    _name_columns(imported, rows, results)
    await _store_problems(connection, imported.id, results)
    await _add_counts(connection, imported.id, rows, results)
    found = [results[row.line] for row in rows]
    return [RowResult(one.customer_id, one.outcome.of_row, one.refused) for one in found]


def _name_columns(imported: Row, rows: Sequence[Row], results: Mapping[int, LineResult]) -> None:
    """Problems that were found by now tell of columns of the layout; those of reading tell of the columns of the file."""
    names = name_file_columns(imported)
    for row in rows:
        problem = results[row.line].problem
        if problem is not None and not row.is_refused:
            results[row.line].problem = problem._replace(column=names.get(problem.column, problem.column))


async def _lock_out_others(connection: Connection) -> None:
    """The command line imports in one transaction, which no batch may come between."""
    if not await try_lock_record(connection, ONE_IMPORT):
        raise TryLater


async def _store_problems(connection: Connection, import_id: int, results: Mapping[int, LineResult]) -> None:
    found: dict[int, CellProblem] = {line: one.problem for line, one in results.items() if one.problem is not None}
    if found:
        told = [describe_problems([one], {}) for one in found.values()]
        await connection.execute(_STORE_PROBLEMS, import_id, list(found), told)


async def _add_counts(
    connection: Connection, import_id: int, rows: Sequence[Row], results: Mapping[int, LineResult]
) -> None:
    counts = Counter(one.outcome for one in results.values())
    added = {name: counts[LineOutcome[name.upper()]] for name in COUNTS if name != "read"}
    added["refused"] = _count_new_refusals(rows, results)
    await _set(
        connection,
        import_id,
        **{f"{name}_count": customer_import.c[f"{name}_count"] + count for name, count in added.items()},
    )


def _count_new_refusals(rows: Sequence[Row], results: Mapping[int, LineResult]) -> int:
    """Rows that were refused when they were read, or tried, are counted already."""
    return sum(results[row.line].outcome is LineOutcome.REFUSED and not row.is_refused for row in rows)


async def _set(connection: Connection, import_id: int, **values: Any) -> None:
    await execute_statement(connection, update(customer_import).where(customer_import.c.id == import_id).values(values))


def is_refused(imported: Row) -> bool:
    """Whether the import wrote nothing because of its errors: the other rows are not imported without those, however often
    it is tried again. One that failed by a fault alone is."""
    return imported.status == ImportStatus.FAILED.value and imported.refused_count > 0


async def _lock_import(connection: Connection, parameters: Mapping[str, Any]) -> None:
    await fetch_one(connection, _LOCKED, import_id=parameters["import_id"])


async def _begin(connection: Connection, submission: Any, job_id: int) -> None:
    """A new job of the import. One that reads the file again begins with its counts at zero."""
    parameters: Mapping[str, Any] = submission.parameters
    if submission.retry_of is not None:
        # Whichever mutation retries it. One that starts it meanwhile is waited for, and found.
        imported = await fetch_one(connection, _LOCKED, import_id=parameters["import_id"])
        if imported is None or imported.job_id != submission.retry_of or is_refused(imported):
            raise IMPORT_OVER(path=["id"])
        await require_rows(connection, imported)
    status = {} if parameters["is_dry_run"] else {"status": ImportStatus.RUNNING.value, "started_at": func.now()}
    fresh: dict[str, Any] = dict.fromkeys(
        ["staged_line", "staged_bytes", "tried_count", *(f"{name}_count" for name in COUNTS)], 0
    )
    fresh |= {"is_staged": False, "staged_opened": None}
    again = fresh if submission.retry_of is None else {}
    # Those of the job before tell of rows that this one may do.
    again |= {"report_file_id": None, "failed_rows_file_id": None}
    # The file stays as long as the job waits for others, and runs.
    has_file = await keep_upload(connection, parameters["import_id"], None)
    if submission.retry_of is None and not has_file:
        raise IMPORT_OVER(path=["id"])
    await _set(connection, parameters["import_id"], job_id=job_id, finished_at=None, **status, **again)


async def end_import(connection: Connection, job: Any) -> None:
    """What the end of a job means to its import."""
    if job.work != IMPORT_WORK.name:
        return
    parameters = orjson.loads(job.parameters)
    stopped = job.cancel_reason == JobCancelReason.STOPPED_AT_ERROR.value
    if parameters["is_dry_run"]:
        status = ImportStatus.READY
    elif job.status == JobStatus.FAILED.value or stopped:
        status = ImportStatus.FAILED
    else:
        status = ImportStatus.CANCELED if job.status == JobStatus.CANCELED.value else ImportStatus.DONE
    hours = await setting(connection, KEPT_HOURS)
    await keep_upload(connection, parameters["import_id"], read_clock() + dt.timedelta(hours=hours))
    ended = {} if parameters["is_dry_run"] else {"finished_at": func.clock_timestamp()}
    await _set(connection, parameters["import_id"], status=status.value, **ended)
    await enqueue(connection, WRITE_REPORT, {"import_id": parameters["import_id"], "job_id": job.id})


IMPORT_WORK: Final = BatchWork(
    "customers.import",
    JobKind.IMPORT,
    needed_permissions,
    _run_batch,
    subject=RowSubject.OWN,
    prepare=_prepare,
    judges_errors=True,
    is_alone=True,
    on_submit=_begin,
    lock_subject=_lock_import,
)
