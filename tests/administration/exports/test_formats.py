"""Every format of every grid, read by other programs and compared with the graph row by row."""

import datetime as dt
import io
import itertools
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Text, bindparam, select

from customer_gql.administration.exports.formats import workbooks
from customer_gql.administration.exports.formats.cells import escape_formula_column, list_cells
from customer_gql.administration.exports.formats.columns import export_column
from customer_gql.core.values.formulas import escape_formula, unescape_formula
from customer_gql.database.statements import compile_statement
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from support.customers import customer_id, make_customer
from support.every_grid import GRID_ROWS, GRID_TYPES, GridRoot
from support.exporting import (
    export,
    read_csv,
    read_json_lines,
    read_spreadsheet_xml,
    read_workbook,
    run_exports,
    show_export,
    start_export,
)

TABLES = {"CSV": read_csv, "XLSX": read_workbook, "EXCEL_XML": read_spreadsheet_xml}


def input_name(grid: str) -> str:
    first, *others = grid.lower().split("_")
    return first + "".join(map(str.capitalize, others))


def list_input(name: str, filter: Any, **more: Any) -> Any:
    given = {"selection": {"filter": filter}} if name == "CUSTOMERS" else {"filter": filter}
    columns = [key for key, column in GRID_TYPES[name].grid.columns.items() if column.is_exportable]
    return {input_name(name): {**given, "columns": columns, **more}}


def default_sort(name: str) -> list[dict[str, str]]:
    by = GRID_TYPES[name].grid.default_sort
    return [{"by": by.key, "direction": "DESC" if by.is_descending else "ASC"}]


async def read_graph(client: Any, name: str, filter: Any) -> list[dict[str, Any]]:
    root = GridRoot.of(name)
    document = root.document(f"nodes {{ id {root.row_selection()} }}")
    answer = await client.data(document, first=100, filter=filter)
    return [node["gridRow"] for node in answer["list"]["nodes"]]


def show_titles(name: str) -> dict[str, str]:
    """By key; of those with one title the later ones have their keys in it."""
    titles: dict[str, str] = {}
    for key, column in GRID_TYPES[name].grid.columns.items():
        titles[key] = f"{column.title} ({key})" if column.title in titles.values() else column.title
    return titles


def in_a_table(column: GridColumn, title: str, value: Any) -> dict[str, Any]:
    """The cells of a column, by title, as texts or numbers."""
    if column.type is ColumnType.MONEY:
        amount, currency = (None, None) if value is None else (Decimal(value["amount"]), value["currency"])
        # An amount of nothing has a currency in the row, and none in the graph.
        return {title: amount, f"{title} (currency)": currency}
    shown = value
    if value is not None:
        match column.type:
            case ColumnType.ID:
                shown = value["label"]
            case ColumnType.TAGS:
                shown = ", ".join(value)
            case ColumnType.BOOLEAN:
                shown = "true" if value else "false"
            case ColumnType.DATE_TIME:
                shown = f"{dt.datetime.fromisoformat(value).astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
            case _:
                pass
    return {title: shown}


def normalize(value: Any) -> Any:
    if value in (None, ""):
        return None
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else value


def as_numbers(row: dict[str, Any], numbers: set[str]) -> dict[str, Any]:
    return {key: normalize(Decimal(str(value)) if key in numbers and value else value) for key, value in row.items()}


def unescape(value: Any) -> Any:
    """What a reader of a CSV file does."""
    return unescape_formula(value) if isinstance(value, str) else value


async def test_the_database_escapes_texts_as_all_other_code_does(connection):
    texts = ["".join(chars) for size in range(5) for chars in itertools.product("'=\n\uff1d aB", repeat=size)]
    escaped = compile_statement(select(escape_formula_column(bindparam("text", type_=Text()))))
    got = [await connection.fetchval(escaped.sql, text) for text in texts]
    assert got == [escape_formula(text) for text in texts]


@pytest.mark.parametrize("name", sorted(GRID_ROWS))
async def test_every_format_has_the_rows_of_the_graph(name, admin_client, connection, tools):
    made = await GRID_ROWS[name](connection, 7)
    columns = GRID_TYPES[name].grid.columns
    shown = await read_graph(admin_client, name, made.filter)
    assert len(shown) >= 7
    sort = default_sort(name)
    lines = read_json_lines(await export(admin_client, tools, list_input(name, made.filter, sort=sort), "JSON_LINES"))
    assert [as_json(columns, row) for row in lines] == [as_json(columns, row) for row in shown]
    titles = show_titles(name)
    expected = [
        {k: v for key, value in row.items() for k, v in in_a_table(columns[key], titles[key], value).items()}
        for row in shown
    ]
    numbers = {titles[c.key] for c in columns.values() if c.type in (ColumnType.INTEGER, ColumnType.MONEY)}
    for format, read in TABLES.items():
        rows = read(await export(admin_client, tools, list_input(name, made.filter, sort=sort), format))
        got = [as_numbers({k: unescape(v) if format == "CSV" else v for k, v in row.items()}, numbers) for row in rows]
        wanted = [as_numbers(row, numbers) for row in expected]
        assert [without_idle_currencies(row) for row in got] == [without_idle_currencies(row) for row in wanted], format


def without_idle_currencies(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if key.endswith(" (currency)") and row[key.removesuffix(" (currency)")] is None else value
        for key, value in row.items()
    }


def as_json(columns: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Times as times, since they are written in several ways."""
    times = {key for key, column in columns.items() if column.type is ColumnType.DATE_TIME}
    return {key: dt.datetime.fromisoformat(value) if key in times and value else value for key, value in row.items()}


async def test_a_workbook_goes_on_in_another_sheet(admin_client, connection, tools, monkeypatch):
    monkeypatch.setattr(workbooks, "ROWS_OF_A_SHEET", 4)
    made = [await make_customer(connection) for _ in range(7)]
    asked = {"selection": {"ids": [customer_id(one) for one in made]}, "columns": ["number"]}
    sort = [{"by": "NUMBER", "direction": "ASC"}]
    content = await export(admin_client, tools, {"customers": {**asked, "sort": sort}}, "XLSX")
    sheets = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets
    assert [(sheet.title, sheet.max_row) for sheet in sheets] == [
        ("customers", 4),
        ("customers 2", 4),
        ("customers 3", 2),
    ]
    assert read_workbook(content) == [{"ID": one.number} for one in made]


@pytest.mark.parametrize("format", ["EXCEL_XML", "XLSX"])
async def test_characters_that_xml_does_not_have_are_left_out(format, admin_client, connection, tools):
    one = await make_customer(connection, first_name="A\ufffeda\uffff", last_name="<&>")
    asked = {"selection": {"ids": [customer_id(one)]}, "columns": ["name"]}
    content = await export(admin_client, tools, {"customers": asked}, format)
    [row] = TABLES[format](content)
    assert list(row.values()) == ["Ada <&>"]


async def test_a_text_that_no_cell_of_a_workbook_holds_names_its_column(admin_client, connection, tools, monkeypatch):
    packed: list[Any] = []
    monkeypatch.setattr(workbooks, "_LONGEST_CELL", 5)
    monkeypatch.setattr(workbooks.xlsxwriter.Workbook, "close", packed.append)
    asked = {"selection": {"ids": [customer_id(await make_customer(connection))]}, "columns": ["number", "email"]}
    id = await start_export(admin_client, {"customers": asked}, "XLSX")
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["files"], [one["key"] for one in shown["problems"]]) == (
        "FAILED",
        [],
        ["export.cell_too_long"],
    )
    assert packed == []


async def test_a_sheet_may_be_larger_than_a_plain_archive_takes(admin_client, connection, tools, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 500)
    one = await make_customer(connection)
    asked = {"customers": {"selection": {"ids": [customer_id(one)]}, "columns": ["number"]}}
    assert read_workbook(await export(admin_client, tools, asked, "XLSX")) == [{"ID": one.number}]


@pytest.mark.parametrize("name", sorted(GRID_TYPES))
def test_numbers_amounts_dates_and_times_get_no_apostrophe(name):
    columns = [column for column in GRID_TYPES[name].grid.columns.values() if column.is_exportable]
    for column in columns:
        is_free = any(cell.is_free_text for cell in list_cells([export_column(column)]))
        assert is_free is (column.type in {ColumnType.STRING, ColumnType.TAGS, ColumnType.ID}), column.key
