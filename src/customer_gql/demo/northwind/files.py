"""The five Northwind files: which columns are read, and as what."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from customer_gql.administration.customer_import.files import CsvFile, CsvRecord as Cells, ImportFault
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


def _text(cell: str) -> str:
    if not cell:
        raise ValueError
    return cell


def _optional(cell: str) -> str | None:
    return cell or None


def _day(cell: str) -> datetime:
    return datetime.strptime(cell, "%Y-%m-%d").replace(tzinfo=UTC)


def _day_or_none(cell: str) -> datetime | None:
    return _day(cell) if cell else None


def _cents(cell: str) -> int:
    return to_minor_units(Decimal(cell), CURRENCY)


def _country(cell: str) -> str:
    return COUNTRY_CODES[cell]


Columns = Mapping[str, Callable[[str], Any]]
Record = dict[str, Any]

_FILES: Final[Mapping[str, Columns]] = {
    "employees": {"employee_id": _text, "first_name": _text, "last_name": _text, "title": _text},
    "products": {"product_id": _text, "product_name": _text, "unit_price": _cents, "discontinued": int},
    "customers": {
        "customer_id": _text,
        "company_name": _text,
        "contact_name": _text,
        "address": _text,
        "city": _text,
        "region": _optional,
        "postal_code": _optional,
        "country": _country,
        "phone": _text,
        "fax": _optional,
    },
    "orders": {
        "order_id": _text,
        "customer_id": _text,
        "employee_id": _text,
        "order_date": _day,
        "shipped_date": _day_or_none,
        "freight": _cents,
        "ship_name": _text,
        "ship_address": _text,
        "ship_city": _text,
        "ship_region": _optional,
        "ship_postal_code": _optional,
        "ship_country": _country,
    },
    "order_items": {
        "order_id": _text,
        "product_id": _text,
        "unit_price": _cents,
        "quantity": int,
        "discount": Decimal,
    },
}


def read(folder: Path) -> dict[str, list[Record]]:
    """Every file's rows; `ImportFault` when a file is missing, lacks a column, or holds a value that is none."""
    return {name: _rows(folder / f"{name}.csv", columns) for name, columns in _FILES.items()}


def _rows(path: Path, columns: Columns) -> list[Record]:
    with CsvFile(path) as file:
        file.require(columns)
        return [_row(file, cells, columns) for cells in file.records()]


def _row(file: CsvFile, found: Cells, columns: Columns) -> Record:
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
