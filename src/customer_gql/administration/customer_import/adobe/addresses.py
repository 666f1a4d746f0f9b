"""The customer addresses file of Adobe Commerce (docs/domain/import.md#import-13), row by row."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

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
from customer_gql.customers.profile.validation import validate_name_affix, validate_person_name
from customer_gql.database.statements import Connection

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


def _read_content(cells: Cells) -> dict[str, Any]:
    country = cells.read_value("country_id", _country)
    return {
        "prefix": cells.read_value("prefix", validate_name_affix),
        "first_name": cells.read_value("firstname", _require_name),
        "middle_name": cells.read_value("middlename", validate_person_name),
        "last_name": cells.read_value("lastname", _require_name),
        "suffix": cells.read_value("suffix", validate_name_affix),
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


def _require_name(text: str, path: list[str]) -> str | None:
    return validate_person_name(text, path, required=True)


def _required_telephone(text: str, path: list[str]) -> str | None:
    return validate_telephone(text, path, required=True)
