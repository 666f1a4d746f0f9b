"""Files that tell of an import: a report of what was refused and left out, and the rows themselves that were not imported
(docs/domain/import.md#import-30)."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Integer, bindparam, select, update

from customer_gql.administration.customer_import.reading.files import CsvFile, CsvRecord
from customer_gql.administration.customer_import.reading.unpacking import Unpacker
from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES, UNPACKED_FACTOR
from customer_gql.administration.customer_import.staging import SECRETS
from customer_gql.administration.customer_import.tables import ImportLayout, customer_import, import_row
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import restore_refusal
from customer_gql.core.permissions import Permission
from customer_gql.core.values.formulas import escape_formula, unescape_formula
from customer_gql.database.statements import (
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
)
from customer_gql.messaging.files.store import FileStore, FileWriter, NewFile
from customer_gql.messaging.files.tables import FilePurpose, stored_file
from customer_gql.messaging.jobs.runs.follow_ups.retries import listed_rows
from customer_gql.messaging.jobs.runs.tables import RowOutcome, job_row
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .options import read_options
from .row_storage import MEBIBYTE, UploadStream
from .work import read_import

_PAGE: Final = 1_000
_LOST: Final = "?"
"""Stands for an e-mail address that could not be read."""
_HEADER: Final = ("file", "line", "column", "outcome", "reason", "value")
_problems: Any = select(import_row.c.line, import_row.c.problems).where(
    import_row.c.import_id == bindparam("import_id", type_=BigInteger()),
    import_row.c.problems.is_not(None),
    import_row.c.line > bindparam("after", type_=BigInteger()),
)
_PROBLEMS: Final = compile_statement(_problems.order_by(import_row.c.line).limit(bindparam("most", type_=Integer())))
_OUTCOMES: Final = {
    "ROW_REFUSED": "row refused",
    "CELL_LEFT_OUT": "cell left out",
    "CELL_KEPT": "cell kept",
}


async def write_report(tools: Tools, payload: Mapping[str, Any]) -> None:
    """Once for each job of an import; a repeat replaces what the one before wrote."""
    async with tools.database.writes.acquire() as connection:
        imported = await read_import(connection, payload["import_id"])
        if imported.job_id != payload["job_id"] or imported.report_file_id is not None:
            return
        first = await fetch_rows(connection, _PROBLEMS, import_id=imported.id, after=0, most=1)
        lost = await fetch_rows(connection, _lost_lines(payload["job_id"]))
        refused = await fetch_rows(
            connection,
            select(import_row.c.line).where(import_row.c.import_id == imported.id, import_row.c.is_refused),
        )
        file = await fetch_one(connection, select(stored_file).where(stored_file.c.id == imported.file_id))
    if first:
        await _write_file(tools, imported, payload["job_id"], "report", "report_file_id", _report_rows(tools, imported))
    lines = {row.line for row in refused} | {row.id for row in lost}
    if lines and file is not None:
        rows = _failed_rows(tools, imported, file, lines)
        await _write_file(tools, imported, payload["job_id"], "failed", "failed_rows_file_id", rows)


def _lost_lines(job_id: int) -> Any:
    """Rows that a fault or a cancellation kept out."""
    return listed_rows(job_id).where(
        equals_any(job_row.c.outcome, [RowOutcome.FAILED.value, RowOutcome.CANCELED.value])
    )


async def _write_file(
    tools: Tools, imported: Row, job_id: int, kind: str, column: str, rows: AsyncIterator[Sequence[Sequence[str]]]
) -> None:
    new = NewFile(
        purpose=FilePurpose.REPORT,
        name=f"{imported.file_name.rpartition('.')[0] or imported.file_name}.{kind}.csv",
        media_type="text/csv; charset=utf-8",
        owner=Actor(ActorKind(imported.actor), imported.actor_id),
        permissions=frozenset({Permission.CUSTOMERS_IMPORT.value, Permission.CUSTOMERS_PII.value}),
        website_ids=None if imported.website_ids is None else frozenset(imported.website_ids),
        job_id=job_id,
    )
    count = 0
    async with FileStore(tools.database, tools.settings).writing(new) as writer:
        async for page in rows:
            count += len(page)
            await _write_rows(writer, page)
        await writer.close()
        async with tools.database.transaction() as connection:
            await writer.publish(connection, row_count=max(count - 1, 0))
            is_last = (customer_import.c.id == imported.id, customer_import.c.job_id == job_id)
            await execute_statement(
                connection, update(customer_import).where(*is_last).values({column: writer.file_id})
            )


async def _write_rows(writer: FileWriter, rows: Sequence[Sequence[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[escape_formula(cell) for cell in row] for row in rows])
    await writer.write(out.getvalue().encode())


async def _report_rows(tools: Tools, imported: Row) -> AsyncIterator[list[list[str]]]:
    yield [list(_HEADER)]
    after = 0
    while True:
        async with tools.database.writes.acquire() as connection:
            rows = await fetch_rows(connection, _PROBLEMS, import_id=imported.id, after=after, most=_PAGE)
        if not rows:
            return
        after = rows[-1].line
        yield [_tell(imported.file_name, row.line, one) for row in rows for one in orjson.loads(row.problems)]


def _tell(file: str, line: int, problem: Mapping[str, Any]) -> list[str]:
    reason = restore_refusal(problem["key"], problem["params"], [])
    told = problem["key"] if reason is None else str(reason)
    return [file, str(line), problem["column"], _OUTCOMES[problem["outcome"]], told, problem["value"]]


async def _failed_rows(tools: Tools, imported: Row, file: Row, lines: set[int]) -> AsyncIterator[list[list[str]]]:
    """The rows as they were uploaded, under the header, so that they can be corrected and uploaded again: further addresses
    of a customer after the row that has the customer."""
    async with tools.database.writes.acquire() as connection:
        limit = await setting(connection, MAX_MEBIBYTES) * MEBIBYTE * UNPACKED_FACTOR
    loop = asyncio.get_running_loop()

    def open_file() -> CsvFile:
        stream: Any = UploadStream(FileStore(tools.database, tools.settings).read(file), Unpacker(limit), loop)
        return CsvFile(stream, imported.file_name, read_options(imported.options))

    table = await asyncio.to_thread(open_file)
    is_composite = imported.layout == ImportLayout.ADOBE_COMPOSITE.value
    records = _choose_records(table, lines, opens_by="email" if is_composite else None)
    secret = [column in SECRETS for column in table.columns]

    def read_page() -> list[list[str]]:
        return [_show_cells(record, secret) for record in islice(records, _PAGE)]

    yield [table.header]
    while page := await asyncio.to_thread(read_page):
        yield page


def _choose_records(table: CsvFile, lines: Collection[int], *, opens_by: str | None) -> Iterator[CsvRecord]:
    """Records on these lines. One without a cell in the column `opens_by` comes after the one that it belongs to; where that
    cannot be read, it gets a cell that no import takes, since it would follow another one here."""
    place = table.columns.index(opens_by) if opens_by in table.columns else None
    opening, is_lost = None, False
    for record in table.records():
        is_unreadable = record.fault is not None or len(record.cells) > len(table.columns)
        if is_unreadable:
            opening, is_lost = None, place is not None
        elif place is None or "".join(record.cells[place : place + 1]).strip():
            opening, is_lost = record, False
        if record.line not in lines or record.fault is not None:
            continue
        if opening is not None and opening.line not in lines:
            yield opening
            opening = None  # once is enough
        if place is not None and is_lost and not is_unreadable:
            cells = [*record.cells, *[""] * (place + 1 - len(record.cells))]
            yield record._replace(cells=[*cells[:place], _LOST, *cells[place + 1 :]])
        else:
            yield record


def _show_cells(record: CsvRecord, secret: Sequence[bool]) -> list[str]:
    """What may stand under another heading is quoted nowhere. A cell that came with an apostrophe gets no other one."""
    shifted = len(record.cells) > len(secret)
    return [
        "" if shifted or place >= len(secret) or secret[place] else unescape_formula(cell)
        for place, cell in enumerate(record.cells)
    ]
