"""The customers main file of Adobe Commerce (docs/domain/import.md#import-5), row by row."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple

from customer_gql.administration.customer_import.cells import Cells
from customer_gql.administration.customer_import.staging import SECRETS, CheckedRow
from customer_gql.core.emails import normalize_email
from customer_gql.core.ids import new_id
from customer_gql.customers.profile.tables import Gender
from customer_gql.customers.profile.validation import validate_tax_vat_number
from customer_gql.database.statements import Connection

from .scopes import ImportShop, find_owners

_GENDERS: Final = {
    "male": Gender.MALE,
    "female": Gender.FEMALE,
    "not specified": Gender.NOT_SPECIFIED,
    "1": Gender.MALE,
    "2": Gender.FEMALE,
    "3": Gender.NOT_SPECIFIED,
}


class Field(NamedTuple):
    """A column of the file, the column it is stored in, and the name of the field in a history entry."""

    source: str
    column: str
    name: str
    keeps: bool = False
    """An empty cell keeps what is stored, since the value is required; elsewhere it clears (docs/domain/import.md#import-6)."""


FIELDS: Final = (
    Field("prefix", "prefix", "prefix"),
    Field("firstname", "first_name", "firstName", keeps=True),
    Field("middlename", "middle_name", "middleName"),
    Field("lastname", "last_name", "lastName", keeps=True),
    Field("suffix", "suffix", "suffix"),
    Field("gender", "gender", "gender"),
    Field("dob", "date_of_birth", "dateOfBirth"),
    Field("taxvat", "tax_vat_number", "taxVatNumber"),
    Field("group_id", "group_id", "groupId", keeps=True),
    Field("disable_auto_group_change", "is_automatic_group_change_disabled", "isAutomaticGroupChangeDisabled"),
)

_STAGING: Final = """
    line bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    event_id bigint NOT NULL,
    owner_id bigint,
    email_normalised text NOT NULL,
    website_id bigint NOT NULL,
    email text NOT NULL,
    prefix text,
    first_name text,
    middle_name text,
    last_name text,
    suffix text,
    gender text,
    date_of_birth date,
    tax_vat_number text,
    group_id bigint,
    is_automatic_group_change_disabled boolean,
    created_in_store_view_id bigint,
    is_email_confirmed boolean,
    created_at timestamptz,
    UNIQUE (email_normalised, website_id, line)
"""


class CustomerSheet:
    table: ClassVar = "import_customer"
    staging: ClassVar = _STAGING
    required: ClassVar[tuple[str, ...]] = ("email", "_website")
    known: ClassVar[frozenset[str]] = (
        SECRETS
        | {"email", "_website", "_store", "confirmation", "created_at", "created_in"}
        | {
            "store_id",
            "website_id",
            *(field.source for field in FIELDS),
        }
    )

    def __init__(self, shop: ImportShop) -> None:
        self._shop = shop

    def check(self, cells: Cells, line: int) -> CheckedRow:
        email = cells.read_email("email")
        website_id = self._shop.read_website(cells)
        record = {"line": line, **_read_profile(cells, self._shop), **self._read_origin(cells, website_id)}
        if email is None or website_id is None:
            # Whether the customer exists cannot be known, so what a new one needs is asked for.
            _require_names(cells)
            return CheckedRow(line, cells, None, {})
        key = (normalize_email(email), website_id)
        record |= {"email": email, "email_normalised": key[0], "website_id": website_id}
        return CheckedRow(line, cells, key, record | {"customer_id": new_id(), "event_id": new_id()})

    def _read_origin(self, cells: Cells, website_id: int | None) -> dict[str, Any]:
        """Facts of the creation, which a later import does not rewrite."""
        return {
            "created_in_store_view_id": website_id and self._shop.read_store_view(cells, website_id),
            "created_at": cells.read_time("created_at"),
            # The cell holds the key of a confirmation still awaited, never more than its being there is used.
            "is_email_confirmed": not cells.raw_text("confirmation"),
        }

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        """A name may be missing where the customer is there already, in the shop or in a row before."""
        unnamed = {row.key for row in batch if row.key and not _is_named(row)}
        there = set(await find_owners(connection, unnamed)) | await _find_staged(connection, unnamed)
        for row in batch:
            if row.key and row.key not in there and not _is_named(row):
                _require_names(row.cells)
            if row.key in unnamed and not row.cells.problems:
                there.add(row.key)


def _read_profile(cells: Cells, shop: ImportShop) -> dict[str, Any]:
    return {
        "prefix": cells.read_affix("prefix"),
        "first_name": cells.read_name("firstname"),
        "middle_name": cells.read_name("middlename"),
        "last_name": cells.read_name("lastname"),
        "suffix": cells.read_affix("suffix"),
        "gender": cells.read_choice("gender", _GENDERS, otherwise="empty"),
        "date_of_birth": cells.read_date_of_birth("dob"),
        "tax_vat_number": cells.read_value("taxvat", validate_tax_vat_number),
        "group_id": cells.read_choice("group_id", shop.groups, otherwise="the default group, or stayed as it was"),
        "is_automatic_group_change_disabled": cells.read_flag("disable_auto_group_change"),
    }


def _is_named(row: CheckedRow) -> bool:
    return bool(row.record["first_name"] and row.record["last_name"])


def _require_names(cells: Cells) -> None:
    for column in ("firstname", "lastname"):
        if not cells.raw_text(column) or column in cells.left_out:
            cells.refuse(column, "Enter a value; it is required for a new customer.")


async def _find_staged(connection: Connection, keys: set[tuple[str, int]]) -> set[tuple[str, int]]:
    if not keys:
        return set()
    wanted, websites = zip(*keys, strict=True)
    rows = await connection.fetch(
        "SELECT DISTINCT email_normalised, website_id FROM unnest($1::text[], $2::bigint[])"
        " AS wanted (email_normalised, website_id) JOIN import_customer USING (email_normalised, website_id)",
        wanted,
        websites,
    )
    return {(row.email_normalised, row.website_id) for row in rows}
