"""The customer addresses file of Adobe Commerce (docs/domain/import.md#import-13), row by row."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from customer_gql.administration.customer_import.cells import Cells
from customer_gql.administration.customer_import.countries import COUNTRY_CODES
from customer_gql.administration.customer_import.staging import CheckedRow
from customer_gql.core import emails
from customer_gql.core.ids import new_id
from customer_gql.customers.addresses.writes import validate_postcode, validate_telephone
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
        email = cells.email("_email")
        website_id = self._shop.website(cells)
        record = {"line": line, "customer_id": 0, "address_id": new_id(), "event_id": new_id(), "is_known": False}
        record |= _content(cells)
        record["is_default_billing"] = cells.flag("_address_default_billing_")
        record["is_default_shipping"] = cells.flag("_address_default_shipping_")
        key = (emails.normalize_email(email), website_id) if email and website_id is not None else None
        return CheckedRow(line, cells, key, record)

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        found = await find_owners(connection, {row.key for row in batch if row.key})
        for row in batch:
            if row.key in found:
                row.record["customer_id"] = found[row.key]
            elif row.key:
                row.cells.refuse("_email", "belongs to no customer of this website")


def _content(cells: Cells) -> dict[str, Any]:
    country = _country(cells)
    return {
        "prefix": cells.text("prefix", 40),
        "first_name": cells.required("firstname", 255),
        "middle_name": cells.text("middlename", 255),
        "last_name": cells.required("lastname", 255),
        "suffix": cells.text("suffix", 40),
        "company": cells.text("company", 255),
        "street": cells.lines("street", most=4, longest=255),
        "city": cells.required("city", 255),
        "region": cells.text("region", 255),
        "postcode": _postcode(cells, country),
        "country_code": country,
        "telephone": _telephone(cells, "telephone") if cells.required("telephone", 255) else None,
        "fax": _telephone(cells, "fax"),
        "vat_number": cells.text("vat_id", 255),
    }


def _postcode(cells: Cells, country: str | None) -> str | None:
    """Whether one is required is a question of the country, so a wrong country leaves only the form to judge."""
    if country is None and not cells.raw("postcode"):
        return None
    return cells.ruled("postcode", lambda text, path: validate_postcode(text, country or "", path))


def _telephone(cells: Cells, column: str) -> str | None:
    return cells.ruled(column, validate_telephone) if cells.raw(column) else None


def _country(cells: Cells) -> str | None:
    country = cells.required("country_id", 2)
    if country and country not in COUNTRY_CODES:
        return cells.refuse("country_id", "is no two-letter country code")
    return country
