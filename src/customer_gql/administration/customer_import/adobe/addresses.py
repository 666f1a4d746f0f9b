"""The customer addresses file of Adobe Commerce (docs/domain/import.md#import-13), row by row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar

from customer_gql.administration.customer_import.reading.cells import Cells
from customer_gql.administration.customer_import.reading.refusals import NO_CUSTOMER
from customer_gql.administration.customer_import.staging import CheckedRow
from customer_gql.administration.customer_import.stated_values.cells import read_attributes
from customer_gql.core.errors import RuleError
from customer_gql.core.ids import new_id
from customer_gql.core.text import value_is_required
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.fields import judge_street, validate_address_field
from customer_gql.customers.addresses.validation import (
    MAX_TEXT,
    StoredRegion,
    validate_country,
)
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.values.fields import FIELD_NOT_OFFERED
from customer_gql.database.statements import Connection
from customer_gql.shop.countries.countries import Country
from customer_gql.shop.countries.options import offers_region
from customer_gql.shop.settings.reads import SettingValues

from .scopes import ANY_WEBSITE, ImportShop, find_customers

T = TypeVar("T")

SOURCES: Final[Mapping[str, str]] = {
    "prefix": "prefix",
    "middlename": "middle_name",
    "suffix": "suffix",
    "company": "company",
    "region": "region",
    "postcode": "postcode",
    "telephone": "telephone",
    "fax": "fax",
    "vat_id": "vat_number",
}
"""Columns of the file whose cells may be left out, and the stored columns that then stay as they are."""
_NO_RULES: Final = (ANY_WEBSITE, frozenset[str]())
_LONGEST_ENTITY_ID: Final = 64
_LONGEST: Final = {"region": MAX_TEXT, "postcode": 16}
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
    email text NOT NULL,
    email_normalised text NOT NULL,
    website_id bigint NOT NULL,
    entity_id text,
    address_id bigint NOT NULL,
    is_known boolean NOT NULL,
    prefix text,
    first_name text,
    middle_name text,
    last_name text,
    suffix text,
    company text,
    street text[] NOT NULL,
    city text NOT NULL,
    region text,
    region_code text,
    postcode text,
    country_code text NOT NULL,
    telephone text,
    telephone_e164 text,
    fax text,
    vat_number text,
    is_default_billing boolean NOT NULL,
    is_default_shipping boolean NOT NULL,
    attributes text,
    left_out text[] NOT NULL,
    is_country_accepted boolean,
    is_region_offered boolean
"""


class AddressSheet:
    table: ClassVar = "import_address_row"
    staging: ClassVar = _STAGING
    required: tuple[str, ...] = _REQUIRED
    known: frozenset[str] = frozenset(_REQUIRED) | frozenset(_OTHERS)

    def __init__(self, shop: ImportShop) -> None:
        self._shop = shop
        self._attributes = shop.attributes[AttributeEntity.ADDRESS]
        self.known = self.known.union(self._attributes)

    def check(self, cells: Cells, line: int) -> CheckedRow:
        return self.check_address(cells, line, cells.read_email("_email"), self._shop.read_website(cells))

    def check_address(self, cells: Cells, line: int, email: str | None, website_id: int | None) -> CheckedRow:
        """An address of a customer who was read already."""
        shop, accepted = self._shop.address_rules.get(website_id or 0, _NO_RULES)
        country = cells.read_value("country_id", _country)
        record = {"line": line, "address_id": new_id(), "is_known": False, **_read_content(cells, country, shop)}
        # A stored address keeps them, which is known when it is found.
        record["is_country_accepted"] = country is None or not accepted or country.code in accepted
        record["is_region_offered"] = country is None or offers_region(country, shop)
        record["attributes"] = read_attributes(cells, self._attributes, website_id)
        record["entity_id"] = cells.read_line("_entity_id", _LONGEST_ENTITY_ID)
        record["is_default_billing"] = cells.read_flag("_address_default_billing_")
        record["is_default_shipping"] = cells.read_flag("_address_default_shipping_")
        if email is None or website_id is None:
            return CheckedRow(line, cells, None, record)
        key = (normalize_email(email), website_id)
        record |= {"email": email, "email_normalised": key[0], "website_id": website_id}
        # A name that is not given is no reason to leave a stored one out, so these are not among them.
        record["left_out"] = sorted(SOURCES[source] for source in cells.left_out & SOURCES.keys())
        return CheckedRow(line, cells, key, record)

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        found = await find_customers(connection, {row.key for row in batch if row.key})
        for row in batch:
            if row.key and row.key not in found:
                row.cells.refuse("_email", NO_CUSTOMER())


def _read_content(cells: Cells, country: Country | None, shop: SettingValues) -> dict[str, Any]:
    def judge(name: str) -> Callable[[str, list[str]], Any]:
        return lambda text, path: validate_address_field(name, text, shop, country, path)

    region = _read_region(cells, judge("region"))
    telephone = cells.read_expected("telephone", judge("telephone"))
    return {
        "prefix": cells.read_stated("prefix", judge("prefix")),
        # Without a usable name the address gets that of its customer (docs/domain/import.md#import-19).
        "first_name": cells.read_expected("firstname", judge("firstName")),
        "middle_name": cells.read_stated("middlename", judge("middleName")),
        "last_name": cells.read_expected("lastname", judge("lastName")),
        "suffix": cells.read_stated("suffix", judge("suffix")),
        "company": cells.read_stated("company", judge("company")),
        "street": cells.read_street("street", lambda lines, path: judge_street(lines, shop, path)),
        "city": cells.read_value("city", judge("city")),
        "region": region.name,
        "region_code": region.code,
        "postcode": _read_doubtful(cells, "postcode", judge("postcode")),
        "country_code": country and country.code,
        "telephone": telephone,
        "telephone_e164": to_e164(telephone, country and country.code),
        "fax": cells.read_stated("fax", judge("fax")),
        "vat_number": cells.read_optional("vat_id", judge("vatNumber")),
    }


def _read_region(cells: Cells, rule: Callable[[str, list[str]], StoredRegion]) -> StoredRegion:
    read = _read_doubtful(cells, "region", rule)
    return read if isinstance(read, StoredRegion) else StoredRegion(read, None)


def _read_doubtful(cells: Cells, column: str, rule: Callable[[str, list[str]], T]) -> T | str | None:
    """A region or postal code that its country does not know is kept as it is written, unless it is no such text."""
    text = cells.read_line(column, _LONGEST[column])
    if column in cells.left_out and not text and cells.raw_text(column):
        return None
    try:
        return rule(text or "", [column])
    except RuleError as error:
        is_kept = text and error.key != FIELD_NOT_OFFERED.key
        (cells.keep if is_kept else cells.leave_out)(column, error)
        return text if is_kept else None


def _country(text: str, path: list[str]) -> Country:
    if not text:
        raise value_is_required(path)
    return validate_country(text, path)
