"""One function for each format that writes the rows of a query, and returns how many there were."""

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from customer_gql.database.statements import Connection
from customer_gql.messaging.files.store import FileWriter

from .columns import ExportQuery
from .copied import write_csv, write_json_lines, write_spreadsheet_xml
from .workbooks import write_workbook


class ExportFormat(enum.Enum):
    CSV = "CSV"
    EXCEL_XML = "EXCEL_XML"
    XLSX = "XLSX"
    JSON_LINES = "JSON_LINES"


@dataclass(frozen=True, slots=True)
class FileFormat:
    extension: str
    media_type: str
    write: Callable[[Connection, ExportQuery, FileWriter], Awaitable[int]]


FILE_FORMATS: Final[Mapping[ExportFormat, FileFormat]] = {
    ExportFormat.CSV: FileFormat("csv", "text/csv; charset=utf-8", write_csv),
    ExportFormat.EXCEL_XML: FileFormat("xml", "application/xml; charset=utf-8", write_spreadsheet_xml),
    ExportFormat.XLSX: FileFormat(
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_workbook
    ),
    ExportFormat.JSON_LINES: FileFormat("jsonl", "application/jsonl; charset=utf-8", write_json_lines),
}
