"""The five Northwind files: which columns are read, and as what."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from customer_gql.administration.customer_import.reading.files import CsvFile, CsvRecord as Cells, open_csv
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.options import ReadOptions
from customer_gql.core.money import to_minor_units

CURRENCY: Final = "USD"
# As the source spells its 21 countries.
COUNTRY_CODES: Final = {
    "Argentina": "AR",
    "Austria": "AT",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Ireland": "IE",
    "Italy": "IT",
    "Mexico": "MX",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "UK": "GB",
    "USA": "US",
    "Venezuela": "VE",
}


def _parse_text(cell: str) -> str:
    if not cell:
        raise ValueError
    return cell


def _parse_optional(cell: str) -> str | None:
    return cell or None


def _parse_day(cell: str) -> datetime:
    return datetime.strptime(cell, "%Y-%m-%d").replace(tzinfo=UTC)


def _parse_optional_day(cell: str) -> datetime | None:
    return _parse_day(cell) if cell else None


def _parse_cents(cell: str) -> int:
    return to_minor_units(Decimal(cell), CURRENCY)


def _parse_country(cell: str) -> str:
    return COUNTRY_CODES[cell]


Columns = Mapping[str, Callable[[str], Any]]
Record = dict[str, Any]

_FILES: Final[Mapping[str, Columns]] = {
    "employees": {
        "employee_id": _parse_text,
        "first_name": _parse_text,
        "last_name": _parse_text,
        "title": _parse_text,
    },
    "products": {
        "product_id": _parse_text,
        "product_name": _parse_text,
        "unit_price": _parse_cents,
        "discontinued": int,
    },
    "customers": {
        "customer_id": _parse_text,
        "company_name": _parse_text,
        "contact_name": _parse_text,
        "address": _parse_text,
        "city": _parse_text,
        "region": _parse_optional,
        "postal_code": _parse_optional,
        "country": _parse_country,
        "phone": _parse_text,
        "fax": _parse_optional,
    },
    "orders": {
        "order_id": _parse_text,
        "customer_id": _parse_text,
        "employee_id": _parse_text,
        "order_date": _parse_day,
        "shipped_date": _parse_optional_day,
        "freight": _parse_cents,
        "ship_name": _parse_text,
        "ship_address": _parse_text,
        "ship_city": _parse_text,
        "ship_region": _parse_optional,
        "ship_postal_code": _parse_optional,
        "ship_country": _parse_country,
    },
    "order_items": {
        "order_id": _parse_text,
        "product_id": _parse_text,
        "unit_price": _parse_cents,
        "quantity": int,
        "discount": Decimal,
    },
}


def read_files(folder: Path) -> dict[str, list[Record]]:
    """Every file's rows; `ImportFault` when a file is missing, lacks a column, or holds a value that cannot be used."""
    return {name: _read_rows(folder / f"{name}.csv", columns) for name, columns in _FILES.items()}


def _read_rows(path: Path, columns: Columns) -> list[Record]:
    with open_csv(path, ReadOptions()) as file:
        file.require(columns)
        return [_parse_row(file, cells, columns) for cells in file.records()]


def _parse_row(file: CsvFile, found: Cells, columns: Columns) -> Record:
    if found.fault:
        raise ImportFault(f"{file.name}, line {found.line} {found.fault}.")
    if len(found.cells) != len(file.columns):
        raise ImportFault(
            f"{file.name}, line {found.line}: there are {len(found.cells)} cells instead of {len(file.columns)}."
        )
    cells = dict(zip(file.columns, found.cells, strict=True))
    row: Record = {}
    for column, value in columns.items():
        try:
            row[column] = value(cells[column].strip())
        except (ValueError, InvalidOperation, KeyError):
            raise ImportFault(f"{file.name}, line {found.line}: {column} holds no usable value.") from None
    return row
