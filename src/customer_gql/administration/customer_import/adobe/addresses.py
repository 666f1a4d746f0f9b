"""The customer addresses file of Adobe Commerce (docs/domain/import.md#import-13), row by row."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select

from customer_gql.administration.customer_import.cells import Cells
from customer_gql.administration.customer_import.staging import CheckedRow
from customer_gql.core.emails import normalize_email
from customer_gql.core.ids import new_id
from customer_gql.core.text import value_is_required
from customer_gql.customers.addresses.countries import Country
from customer_gql.customers.addresses.validation import (
    MAX_TEXT,
    validate_country,
    validate_postcode,
    validate_telephone,
)
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, compile_statement, fetch_rows

from .scopes import ImportShop, find_owners

# What makes an address the same address: everything but its being a default.
CONTENT: Final = (
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "company",
    "street",
    "city",
    "region",
    "postcode",
    "country_code",
    "telephone",
    "fax",
    "vat_number",
)
_REQUIRED: Final = ("_website", "_email", "firstname", "lastname", "street", "city", "country_id", "telephone")
_OTHERS: Final = (
    "_entity_id",
    "_address_default_billing_",
    "_address_default_shipping_",
    "company",
    "fax",
    "middlename",
    "postcode",
    "prefix",
    "region",
    "region_id",
    "suffix",
    "vat_id",
    "vat_is_valid",
    "vat_request_date",
    "vat_request_id",
    "vat_request_success",
)
_STAGING: Final = """
    line bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    address_id bigint NOT NULL,
    event_id bigint NOT NULL,
    is_known boolean NOT NULL,
    prefix text,
    first_name text NOT NULL,
    middle_name text,
    last_name text NOT NULL,
    suffix text,
    company text,
    street text[] NOT NULL,
    city text NOT NULL,
    region text,
    postcode text,
    country_code text NOT NULL,
    telephone text NOT NULL,
    fax text,
    vat_number text,
    is_default_billing boolean NOT NULL,
    is_default_shipping boolean NOT NULL
"""


_NAMES: Final = {"firstname": "first_name", "lastname": "last_name"}
_OWNER_NAMES: Final = compile_statement(
    select(customer.c.id, customer.c.first_name, customer.c.last_name).where(
        customer.c.id == any_(bindparam("owners", type_=ARRAY(BigInteger())))
    )
)


class AddressSheet:
    table: ClassVar = "import_address"
    staging: ClassVar = _STAGING
    required: ClassVar[tuple[str, ...]] = _REQUIRED
    known: ClassVar[frozenset[str]] = frozenset(_REQUIRED) | frozenset(_OTHERS)

    def __init__(self, shop: ImportShop) -> None:
        self._shop = shop

    def check(self, cells: Cells, line: int) -> CheckedRow:
        email = cells.read_email("_email")
        website_id = self._shop.read_website(cells)
        record = {"line": line, "customer_id": 0, "address_id": new_id(), "event_id": new_id(), "is_known": False}
        record |= _read_content(cells)
        record["is_default_billing"] = cells.read_flag("_address_default_billing_")
        record["is_default_shipping"] = cells.read_flag("_address_default_shipping_")
        key = (normalize_email(email), website_id) if email and website_id is not None else None
        return CheckedRow(line, cells, key, record)

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        found = await find_owners(connection, {row.key for row in batch if row.key})
        for row in batch:
            if row.key in found:
                row.record["customer_id"] = found[row.key]
            elif row.key:
                row.cells.refuse("_email", "There is no customer with this address on this website.")
        await _fill_names(connection, [row for row in batch if row.cells.left_out & _NAMES.keys()])


async def _fill_names(connection: Connection, rows: Sequence[CheckedRow]) -> None:
    """The owner's own name stands for a name that was left out."""
    owners = {row.record["customer_id"] for row in rows}
    found = await fetch_rows(connection, _OWNER_NAMES, owners=sorted(owners)) if owners else []
    names = {owner.id: owner for owner in found}
    for row in rows:
        if owner := names.get(row.record["customer_id"]):
            row.record |= {_NAMES[column]: owner[_NAMES[column]] for column in row.cells.left_out & _NAMES.keys()}


def _read_content(cells: Cells) -> dict[str, Any]:
    country = cells.read_value("country_id", _country)
    return {
        "prefix": cells.read_affix("prefix"),
        "first_name": cells.read_name("firstname", required=True),
        "middle_name": cells.read_name("middlename"),
        "last_name": cells.read_name("lastname", required=True),
        "suffix": cells.read_affix("suffix"),
        "company": cells.read_line("company", MAX_TEXT),
        "street": cells.read_street("street"),
        "city": cells.read_line("city", MAX_TEXT, required=True),
        "region": cells.read_line("region", MAX_TEXT),
        # An unknown country cannot say whether it needs a postal code; then only the characters are checked.
        "postcode": cells.read_value("postcode", lambda text, path: validate_postcode(text, country, path)),
        "country_code": country and country.code,
        "telephone": cells.read_value("telephone", _required_telephone),
        "fax": cells.read_value("fax", validate_telephone),
        "vat_number": cells.read_line("vat_id", MAX_TEXT),
    }


def _country(text: str, path: list[str]) -> Country:
    if not text:
        raise value_is_required(path)
    return validate_country(text, path)


def _required_telephone(text: str, path: list[str]) -> str | None:
    return validate_telephone(text, path, required=True)
