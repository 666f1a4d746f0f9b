"""The customers main file of Adobe Commerce (docs/domain/import.md#import-5), row by row."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple, TypeVar

from customer_gql.administration.customer_import.reading.cells import Cells
from customer_gql.administration.customer_import.reading.dates import (
    DateOrder,
    is_no_date,
    parse_birth,
    parse_past_time,
)
from customer_gql.administration.customer_import.reading.refusals import NAME_MISSING, VALUE_UNKNOWN
from customer_gql.administration.customer_import.staging import SECRETS, CheckedRow
from customer_gql.administration.customer_import.stated_values.cells import read_attributes
from customer_gql.core.ids import new_id
from customer_gql.core.text import sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.person_names import validate_person_name
from customer_gql.customers.attributes.built_in.rules import judge_field
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.tables import Gender
from customer_gql.customers.profile.values.fields import is_year_only, validate_profile_field
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.reads import SettingValues

from .scopes import ANY_WEBSITE, ImportShop, find_customers

T = TypeVar("T")

_GENDERS: Final = {
    "male": Gender.MALE,
    "female": Gender.FEMALE,
    "not specified": Gender.NOT_SPECIFIED,
    "1": Gender.MALE,
    "2": Gender.FEMALE,
    "3": Gender.NOT_SPECIFIED,
}


class Field(NamedTuple):
    """A column of the file and the column it is stored in."""

    source: str
    column: str
    keeps: bool = False
    """An empty cell keeps what is stored, since the value is required; elsewhere it clears (docs/domain/import.md#import-6)."""


FIELDS: Final = (
    Field("prefix", "prefix"),
    Field("firstname", "first_name", keeps=True),
    Field("middlename", "middle_name"),
    Field("lastname", "last_name", keeps=True),
    Field("suffix", "suffix"),
    Field("gender", "gender"),
    Field("dob", "date_of_birth"),
    Field("dob", "birth_year"),
    Field("taxvat", "tax_vat_number"),
    Field("group_id", "group_id", keeps=True),
    Field("disable_auto_group_change", "is_automatic_group_change_disabled"),
)

_SOURCES: Final = frozenset(field.source for field in FIELDS)

_STAGING: Final = """
    line bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    owner_id bigint,
    email_normalised text NOT NULL,
    website_id bigint NOT NULL,
    email text NOT NULL,
    prefix text,
    first_name text,
    middle_name text,
    last_name text,
    name_sort_key text,
    suffix text,
    gender text,
    date_of_birth date,
    birth_year smallint,
    tax_vat_number text,
    group_id bigint,
    is_automatic_group_change_disabled boolean,
    created_in_store_view_id bigint,
    is_email_confirmed boolean,
    created_at timestamptz,
    attributes text,
    left_out text[] NOT NULL,
    UNIQUE (email_normalised, website_id, line)
"""


class CustomerSheet:
    table: ClassVar = "import_customer"
    staging: ClassVar = _STAGING
    required: tuple[str, ...] = ("email", "_website")
    known: frozenset[str] = (
        SECRETS
        | {"email", "_website", "_store", "confirmation", "created_at", "created_in"}
        | {
            "store_id",
            "website_id",
            *(field.source for field in FIELDS),
        }
    )

    def __init__(self, shop: ImportShop, dates: DateOrder | None) -> None:
        self.shop = shop
        self._dates = dates
        self._attributes = shop.attributes[AttributeEntity.CUSTOMER]
        self.known = self.known.union(self._attributes)

    def check(self, cells: Cells, line: int) -> CheckedRow:
        email = cells.read_email("email")
        website_id = self.shop.read_website(cells)
        record = {"line": line, **self._read_profile(cells, website_id), **self._read_origin(cells, website_id)}
        record["attributes"] = read_attributes(cells, self._attributes, website_id)
        if email is None or website_id is None:
            # Whether the customer exists cannot be known, so what a new one needs is asked for.
            _require_names(cells, record)
            return CheckedRow(line, cells, None, record)
        key = (normalize_email(email), website_id)
        record |= {"email": email, "email_normalised": key[0], "website_id": website_id}
        record |= {"customer_id": new_id(), "left_out": sorted(cells.left_out & _SOURCES)}
        first, last = record["first_name"], record["last_name"]
        record["name_sort_key"] = sort_key(last, first) if first and last else None
        return CheckedRow(line, cells, key, record)

    def _read_profile(self, cells: Cells, website_id: int | None) -> dict[str, Any]:
        shop = self.shop.profile_rules.get(website_id or 0, ANY_WEBSITE)
        entity = AttributeEntity.CUSTOMER

        def read_field(column: str, name: str, read: Callable[[str], Any] = str) -> Any:
            return cells.read_stated(column, lambda text, _: validate_profile_field(name, read(text), shop))

        def read_name(column: str, name: str) -> str | None:
            return cells.read_optional(
                column,
                lambda text, path: judge_field(entity, name, validate_person_name(text, path), shop, path),
            )

        date, year = cells.read_stated("dob", partial(self._validate_birth, shop)) or (None, None)
        return {
            "prefix": read_field("prefix", "prefix"),
            "first_name": read_name("firstname", "firstName"),
            "middle_name": read_field("middlename", "middleName"),
            "last_name": read_name("lastname", "lastName"),
            "suffix": read_field("suffix", "suffix"),
            "gender": read_field("gender", "gender", _find_gender),
            "date_of_birth": date,
            "birth_year": year,
            "tax_vat_number": read_field("taxvat", "taxVatNumber"),
            "group_id": cells.read_choice("group_id", self.shop.groups),
            "is_automatic_group_change_disabled": cells.read_flag("disable_auto_group_change"),
        }

    def _read_origin(self, cells: Cells, website_id: int | None) -> dict[str, Any]:
        """Facts of the creation, which a later import does not rewrite."""
        return {
            "created_in_store_view_id": website_id and self.shop.read_store_view(cells, website_id),
            "created_at": self._read_date(cells, "created_at", parse_past_time),
            # The cell holds the key of a confirmation still awaited, never more than its being there is used.
            "is_email_confirmed": cells.raw_text("confirmation") in {"", "0"},
        }

    def _validate_birth(self, shop: SettingValues, text: str, path: Sequence[str]) -> tuple[dt.date | None, int | None]:
        """The date, or the year alone where that is what the cell says or the website stores."""
        born = parse_birth(text, path, self._dates) if text and not is_no_date(text) else None
        if is_year_only(shop) or (born is not None and born.date is None):
            return None, validate_profile_field("birthYear", None if born is None else born.year, shop)
        return validate_profile_field("dateOfBirth", None if born is None else born.date, shop), None

    def _read_date(
        self, cells: Cells, column: str, parse: Callable[[str, Sequence[str], DateOrder | None], T]
    ) -> T | None:
        text = cells.raw_text(column)
        if not text or is_no_date(text):
            return None
        return cells.read_optional(column, lambda text, path: parse(text, path, self._dates))

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        """A name may be missing where the customer is there already, in the shop or in a row before."""
        unnamed = {row.key for row in batch if row.key and not _is_named(row)}
        there = await find_customers(connection, unnamed)
        for row in batch:
            if row.key and row.key not in there and not _is_named(row):
                _require_names(row.cells, row.record)
            if row.key in unnamed and not row.cells.problems:
                there.add(row.key)


def _find_gender(text: str) -> Gender | None:
    value = text.casefold()
    if value and value not in _GENDERS:
        raise VALUE_UNKNOWN()
    return _GENDERS.get(value)


def _is_named(row: CheckedRow) -> bool:
    return bool(row.record["first_name"] and row.record["last_name"])


def _require_names(cells: Cells, record: Mapping[str, Any]) -> None:
    for column, name in (("firstname", "first_name"), ("lastname", "last_name")):
        if not record[name]:
            cells.refuse_left_out(column, NAME_MISSING())
