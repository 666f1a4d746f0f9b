"""What the rows of each layout say of a customer, of an address and of balances (docs/domain/import.md#import-24)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from customer_gql.administration.customer_import.adobe.addresses import AddressSheet
from customer_gql.administration.customer_import.adobe.customers import CustomerSheet
from customer_gql.administration.customer_import.adobe.scopes import ImportShop
from customer_gql.administration.customer_import.reading.cells import Cells
from customer_gql.administration.customer_import.reading.files import CsvRecord
from customer_gql.administration.customer_import.reading.options import ReadOptions
from customer_gql.administration.customer_import.reading.refusals import ACTION_UNKNOWN, OPENING_ROW_REFUSED
from customer_gql.administration.customer_import.reading.report import show_nul
from customer_gql.administration.customer_import.staging import CheckedRow, Key, RowSheet, check_record
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout
from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.values.given import ATTRIBUTE_UNKNOWN
from customer_gql.customers.tags.values import validate_stated_tags

from .finances import FinanceSheet

ACTION: Final = "_action"
TAGS: Final = "tags"
ADDRESS_PREFIX: Final = "_address_"
_DEFAULTS: Final = ("_address_default_billing_", "_address_default_shipping_")
_KEYS: Final = frozenset({"_email", "_website"})
_DELETES: Final = {"add_update": False, "delete": True}
ADDRESS_COLUMNS: Final[Mapping[str, str]] = {
    **{f"{ADDRESS_PREFIX}{name}": name for name in sorted(AddressSheet.known) if not name.startswith("_")},
    **{name: name for name in (*_DEFAULTS, "_entity_id")},
}
"""Columns of a file of customers with their addresses, and what they are in a file of addresses."""
_COLUMNS_OF_ADDRESSES: Final = {name: column for column, name in ADDRESS_COLUMNS.items()} | {"_email": "email"}


class _Parts(Protocol):
    @property
    def known(self) -> frozenset[str]: ...

    @property
    def required(self) -> tuple[str, ...]: ...

    def read(self, cells: Cells, line: int, *, deletes: bool) -> CheckedRow: ...


@dataclass(frozen=True, slots=True)
class _Customers:
    sheet: CustomerSheet
    known: frozenset[str]
    required: tuple[str, ...] = CustomerSheet.required

    def read(self, cells: Cells, line: int, *, deletes: bool) -> CheckedRow:
        if deletes:
            return _read_key(self.sheet.shop, cells, line, "email")
        row = self.sheet.check(cells, line)
        return CheckedRow(line, cells, row.key, {"customer": row.record})


@dataclass(frozen=True, slots=True)
class _Addresses:
    sheet: AddressSheet
    known: frozenset[str]
    required: tuple[str, ...] = AddressSheet.required

    def read(self, cells: Cells, line: int, *, deletes: bool) -> CheckedRow:
        del deletes
        row = self.sheet.check(cells, line)
        return CheckedRow(line, cells, row.key, {"address": row.record})


class _Composite:
    """A row with an e-mail address opens a customer; those after it without one have further addresses."""

    required: tuple[str, ...] = CustomerSheet.required

    def __init__(
        self, shop: ImportShop, options: ReadOptions, opened: Mapping[str, str] | None, *, is_mapped: bool
    ) -> None:
        """Each row of a mapped file opens a customer, and may have tags, which are no column of Adobe Commerce."""
        self._is_mapped = is_mapped
        self._customers = CustomerSheet(shop, options.dates)
        self._addresses = AddressSheet(shop)
        of_addresses = shop.attributes[AttributeEntity.ADDRESS]
        self._columns = {**ADDRESS_COLUMNS, **{f"{ADDRESS_PREFIX}{code}": code for code in of_addresses}}
        self.known: frozenset[str] = self._customers.known.union(self._columns, {TAGS} if is_mapped else set[str]())
        self._options = options
        self.opened = opened
        """E-mail address and website of the customer whose rows are being read."""

    def read(self, cells: Cells, line: int, *, deletes: bool) -> CheckedRow:
        email, website = cells.raw_text("email"), cells.raw_text("_website")
        opens = bool(email or self.opened is None or self._is_mapped)
        if opens:
            self.opened = {"_email": show_nul(email), "_website": show_nul(website)}
        for column in self._find_gone(cells):
            cells.leave_out(column, ATTRIBUTE_UNKNOWN())
        if deletes:
            return _read_key(self._customers.shop, Cells(self.opened or {}), line, "_email")
        found = self._customers.check(cells, line) if opens else None
        parts: dict[str, Any] = {} if found is None else {"customer": found.record}
        key = None if found is None else found.key
        if found is not None and self._is_mapped:
            self._read_tags(cells, found.record)
        if self._has_address(cells):
            assert self.opened is not None
            address = self._read_address(cells, line, self.opened, found)
            parts["address"], key = address.record, address.key if key is None else key
        elif found is None:
            cells.refuse("email", OPENING_ROW_REFUSED())
        return CheckedRow(line, cells, key, parts)

    def _find_gone(self, cells: Cells) -> list[str]:
        """Columns with something in them whose attribute was deleted since they were mapped."""
        if not self._is_mapped:
            return []
        known = {*self.known, ACTION, ""}
        return [column for column in cells.columns() if column not in known and cells.raw_text(column)]

    def _read_tags(self, cells: Cells, customer: dict[str, Any]) -> None:
        separator = self._options.value_separator
        tags = cells.read_optional(TAGS, lambda text, path: validate_stated_tags(text.split(separator), path))
        if TAGS not in cells.left_out:
            customer[TAGS] = list((tags or {}).values())

    def _has_address(self, cells: Cells) -> bool:
        return any(cells.raw_text(column) for column in self._columns if column not in _DEFAULTS)

    def _read_address(
        self, cells: Cells, line: int, opened: Mapping[str, str], of_customer: CheckedRow | None
    ) -> CheckedRow:
        """`of_customer` is the same row as one of a customer, so that nothing is judged, and reported, twice."""
        row = {name: cells.cell(column) for column, name in self._columns.items() if cells.has(column)}
        inner = Cells({**row, **opened}, missing=self._addresses.known - row.keys() - _KEYS, options=self._options)
        if of_customer is None:
            checked = self._addresses.check(inner, line)
        else:
            owner = of_customer.record
            checked = self._addresses.check_address(inner, line, owner.get("email"), owner.get("website_id"))
        # What the file has no column for is not missed in each of its rows.
        notes = [one for one in inner.notes if inner.has(one.column)]
        for into, found in ((cells.problems, inner.problems), (cells.notes, notes)):
            into += [one._replace(column=_name_in_both(one.column)) for one in found]
        return checked


class LayoutSheet:
    """A layout as a sheet: rows come with what they say in `record`, by table, and `deletes`."""

    def __init__(self, parts: _Parts, behavior: ImportBehavior, fixed: Mapping[str, str]) -> None:
        self._parts = parts
        self._behavior = behavior
        self._fixed = fixed
        has_action = behavior is ImportBehavior.CUSTOM
        self.known: frozenset[str] = parts.known | ({ACTION} if has_action else set[str]())
        needed = [column for column in parts.required if column not in fixed]
        self.required: tuple[str, ...] = (*needed, *([ACTION] if has_action else []))

    @property
    def opened(self) -> Mapping[str, str] | None:
        return self._parts.opened if isinstance(self._parts, _Composite) else None

    def forget_opened(self) -> None:
        if isinstance(self._parts, _Composite):
            self._parts.opened = None

    def check(self, cells: Cells, line: int) -> CheckedRow:
        cells.fill(self._fixed)
        deletes = self._reads_deletion(cells)
        row = self._parts.read(cells, line, deletes=deletes)
        row.record["deletes"] = deletes
        return row

    def _reads_deletion(self, cells: Cells) -> bool:
        if self._behavior is not ImportBehavior.CUSTOM:
            return self._behavior is ImportBehavior.DELETE
        action = cells.raw_text(ACTION).casefold() or "add_update"
        if action not in _DELETES:
            cells.refuse(ACTION, ACTION_UNKNOWN())
        return _DELETES.get(action, False)


def check_layout_row(
    record: CsvRecord, columns: Sequence[str], sheet: LayoutSheet, options: ReadOptions, on_secret: Callable[[], object]
) -> CheckedRow:
    """See `check_record`. The addresses after a row that cannot be read are not those of the customer before it."""
    row = check_record(record, columns, sheet, options, on_secret)
    if not row.record:
        sheet.forget_opened()
    return row


def name_address_column(layout: str, column: str) -> str:
    """What a column of a file of addresses is called in this layout."""
    has_customers = layout in (ImportLayout.ADOBE_COMPOSITE.value, ImportLayout.MAPPED.value)
    return _name_in_both(column) if has_customers else column


def _name_in_both(column: str) -> str:
    """Of a column that no layout names, an attribute has the code."""
    return _COLUMNS_OF_ADDRESSES.get(column, column if column.startswith("_") else f"{ADDRESS_PREFIX}{column}")


def make_sheet(
    layout: ImportLayout,
    behavior: ImportBehavior,
    shop: ImportShop,
    options: ReadOptions,
    *,
    website: str | None = None,
    opened: Mapping[str, str] | None = None,
) -> LayoutSheet:
    """`website` is the code of the one that a mapped file is for; `opened` the customer that the rows before named last."""
    parts: _Parts
    match layout:
        case ImportLayout.ADOBE_CUSTOMERS:
            people = CustomerSheet(shop, options.dates)
            parts = _Customers(people, people.known)
        case ImportLayout.ADOBE_ADDRESSES:
            places = AddressSheet(shop)
            parts = _Addresses(places, places.known)
        case ImportLayout.ADOBE_FINANCE:
            parts = FinanceSheet(shop)
        case ImportLayout.ADOBE_COMPOSITE | ImportLayout.MAPPED:
            parts = _Composite(shop, options, opened, is_mapped=layout is ImportLayout.MAPPED)
    return LayoutSheet(parts, behavior, {} if website is None else {"_website": website})


def _read_key(shop: ImportShop, cells: Cells, line: int, column: str) -> CheckedRow:
    """The customer that a row deletes; its other cells say nothing."""
    email, website_id = cells.read_email(column), shop.read_website(cells)
    key: Key | None = None if email is None or website_id is None else (normalize_email(email), website_id)
    return CheckedRow(line, cells, key, {})


__all__ = [
    "ACTION",
    "ADDRESS_COLUMNS",
    "LayoutSheet",
    "RowSheet",
    "check_layout_row",
    "make_sheet",
    "name_address_column",
]
