"""The first rows of an upload, judged as the import will judge them."""

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import select

from customer_gql.administration.customer_import.adobe.scopes import load_shop
from customer_gql.administration.customer_import.reading.files import CsvFile
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.unpacking import Unpacker
from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES, UNPACKED_FACTOR
from customer_gql.administration.customer_import.staging import SECRETS
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout, ImportStatus
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Viewer
from customer_gql.database.pools import Database
from customer_gql.database.statements import fetch_one
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.files.tables import stored_file
from customer_gql.settings import Settings
from customer_gql.shop.settings.reads import setting

from .columns import rename_columns
from .layouts import LayoutSheet, check_layout_row, make_sheet
from .options import read_options
from .row_storage import MEBIBYTE, UploadStream

MOST_PREVIEWED: Final = 20
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class PreviewedCell:
    column: str
    value: str
    key: str | None
    params: Any


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    line: int
    cells: list[PreviewedCell]


async def preview_rows(
    database: Database, settings: Settings, imported: Any, first: int, viewer: Viewer
) -> list[PreviewedRow] | None:
    if imported.status in (ImportStatus.UPLOADING.value, ImportStatus.MAPPING.value):
        return None
    async with database.reads.acquire() as connection:
        file = await fetch_one(connection, select(stored_file).where(stored_file.c.id == imported.file_id))
        if file is None:
            return None
        limit = await setting(connection, MAX_MEBIBYTES) * MEBIBYTE * UNPACKED_FACTOR
        shop = await load_shop(connection, reached=viewer.website_ids)
    options = read_options(imported.options)
    website = next((code for code, id in shop.websites.items() if id == imported.website_id), None)
    layout, behavior = ImportLayout(imported.layout), ImportBehavior(imported.behavior)
    sheet = make_sheet(layout, behavior, shop, options, website=website)
    parts, loop = FileStore(database, settings).read(file), asyncio.get_running_loop()

    def judge() -> list[PreviewedRow]:
        stream: Any = UploadStream(parts, Unpacker(limit), loop)
        return _judge_rows(CsvFile(stream, imported.file_name, options), imported, sheet, first)

    try:
        return await asyncio.to_thread(judge)
    except (ImportFault, RuleError):
        return None


def _judge_rows(table: CsvFile, imported: Any, sheet: LayoutSheet, first: int) -> list[PreviewedRow]:
    columns = rename_columns(table.columns, imported)
    rows: list[PreviewedRow] = []
    for record in islice(table.records(), first):
        checked = check_layout_row(record, columns, sheet, table.options, lambda: None)
        found = {one.column: one.reason for one in (*checked.cells.notes, *checked.cells.problems)}
        cells = [
            _describe_cell(name, target, cell, found)
            for name, target, cell in zip(table.header, columns, record.cells, strict=False)
        ]
        rows.append(PreviewedRow(record.line, [*cells, *_describe_row(found)]))
    return rows


def _describe_cell(name: str, target: str, cell: str, found: dict[str, RuleError]) -> PreviewedCell:
    reason = found.get(target) if target else None
    value = "" if target in SECRETS else cell[:_LONGEST]
    return PreviewedCell(name, value, reason and reason.key, reason and reason.params)


def _describe_row(found: dict[str, RuleError]) -> list[PreviewedCell]:
    """What is wrong with the row as a whole."""
    reason = found.get("")
    return [] if reason is None else [PreviewedCell("", "", reason.key, reason.params)]
