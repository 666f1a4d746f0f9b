"""Customers as Adobe Commerce imports them: what `customer_import` reads, and what importing it again leaves as it is
(docs/domain/exports.md#exports-7). No password, hash or token is in them."""

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
)

from customer_gql.administration.exports.formats.cells import to_major_units
from customer_gql.administration.exports.formats.columns import ExportColumn, ExportQuery
from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.tables import Gender, customer
from customer_gql.database.statements import AnySelect, equals_any
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.shop.websites.tables import store_view, website

from .attributes import Columns, DefinedAttributes, make_attribute_columns


class CustomerExportLayout(enum.Enum):
    GRID = "GRID"
    ADOBE_CUSTOMERS = "ADOBE_CUSTOMERS"
    ADOBE_ADDRESSES = "ADOBE_ADDRESSES"
    ADOBE_COMPOSITE = "ADOBE_COMPOSITE"
    ADOBE_FINANCE = "ADOBE_FINANCE"


_GENDERS: Final = {
    Gender.MALE.value: "Male",
    Gender.FEMALE.value: "Female",
    Gender.NOT_SPECIFIED.value: "Not Specified",
}
_TEXT: Final = ColumnType.STRING
_FIXED: Final = ColumnType.ENUM
"""Of texts that the shop makes, which no spreadsheet takes for formulas."""
_home, _paid = website.alias("home_website"), website.alias("finance_website")


def make_adobe_query(
    layout: CustomerExportLayout,
    chosen: AnySelect,
    websites: Websites,
    attributes: DefinedAttributes,
    *,
    is_spreadsheet_safe: bool,
) -> ExportQuery:
    """The rows of a layout for the customers whose ids a query gives, with a column for each of the attributes."""
    source, columns, conditions, order = _LAYOUTS[layout](websites, attributes)
    return ExportQuery(
        name=layout.value.lower().replace("_", "-"),
        columns=[ExportColumn(key=name, title=name, type=type_, value=value) for name, type_, value in columns],
        source=source,
        conditions=[customer.c.id.in_(chosen), *conditions],
        ordered=lambda statement: statement.order_by(customer.c.number, customer.c.id, *order),
        is_spreadsheet_safe=is_spreadsheet_safe,
    )


_Layout = tuple[FromClause, Columns, Sequence[ColumnElement[bool]], Sequence[ColumnElement[Any]]]
_ACCOUNTS: Final = customer.join(_home, _home.c.id == customer.c.website_id).outerjoin(
    store_view, store_view.c.id == customer.c.created_in_store_view_id
)


def _write_flag(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((value, literal_column("'1'", Text())), else_=literal_column("'0'", Text()))


def _customer_columns(attributes: DefinedAttributes) -> Columns:
    """Where only the year of birth is known, `dob` is the year: no date is made up."""
    one = customer.c
    created = func.to_char(
        func.timezone(literal_column("'UTC'"), one.created_at), literal_column("'YYYY-MM-DD HH24:MI:SS'"), type_=Text()
    )
    awaits = case((one.is_email_confirmed, null()), else_=literal_column("'1'", Text()))
    return [
        ("email", _TEXT, one.email),
        ("_website", _TEXT, _home.c.code),
        ("_store", _TEXT, store_view.c.code),
        ("confirmation", _FIXED, awaits),
        ("created_at", _FIXED, created),
        ("created_in", _TEXT, store_view.c.name),
        ("disable_auto_group_change", _FIXED, _write_flag(one.is_automatic_group_change_disabled)),
        ("dob", _FIXED, func.coalesce(cast(one.date_of_birth, Text()), cast(one.birth_year, Text()), type_=Text())),
        ("firstname", _TEXT, one.first_name),
        ("gender", _FIXED, case(_GENDERS, value=one.gender)),
        ("group_id", ColumnType.INTEGER, one.group_id),
        ("lastname", _TEXT, one.last_name),
        ("middlename", _TEXT, one.middle_name),
        ("prefix", _TEXT, one.prefix),
        ("store_id", ColumnType.INTEGER, one.created_in_store_view_id),
        ("suffix", _TEXT, one.suffix),
        ("taxvat", _TEXT, one.tax_vat_number),
        ("website_id", ColumnType.INTEGER, one.website_id),
        *make_attribute_columns(attributes, AttributeEntity.CUSTOMER),
    ]


_OF_ADDRESSES: Final[Mapping[str, Column[Any]]] = {
    "city": address.c.city,
    "company": address.c.company,
    "country_id": address.c.country_code,
    "fax": address.c.fax,
    "firstname": address.c.first_name,
    "lastname": address.c.last_name,
    "middlename": address.c.middle_name,
    "postcode": address.c.postcode,
    "prefix": address.c.prefix,
    "region": address.c.region,
    "suffix": address.c.suffix,
    "telephone": address.c.telephone,
    "vat_id": address.c.vat_number,
}
_UNKNOWN_HERE: Final = ("region_id", "vat_is_valid", "vat_request_date", "vat_request_id", "vat_request_success")
"""Columns of the layout of which the shop knows nothing."""


def _address_columns(attributes: DefinedAttributes, prefix: str = "") -> Columns:
    street = func.array_to_string(address.c.street, literal_column("chr(10)"), type_=Text())
    named = {name: (_TEXT, column) for name, column in _OF_ADDRESSES.items()}
    known: dict[str, tuple[ColumnType, ColumnElement[Any]]] = {**named, "street": (_TEXT, street)}
    unknown = {name: (_FIXED, literal_column("NULL::text", Text())) for name in _UNKNOWN_HERE}
    return [
        ("_entity_id", _TEXT, address.c.external_id),
        *[(prefix + name, *value) for name, value in sorted({**known, **unknown}.items())],
        ("_address_default_billing_", _FIXED, _write_flag(address.c.is_default_billing)),
        ("_address_default_shipping_", _FIXED, _write_flag(address.c.is_default_shipping)),
        *make_attribute_columns(attributes, AttributeEntity.ADDRESS, prefix),
    ]


def _lay_out_customers(_websites: Websites, attributes: DefinedAttributes) -> _Layout:
    return _ACCOUNTS, _customer_columns(attributes), [], []


def _lay_out_addresses(_websites: Websites, attributes: DefinedAttributes) -> _Layout:
    owner: Columns = [("_website", _TEXT, _home.c.code), ("_email", _TEXT, customer.c.email)]
    columns = [*owner, *_address_columns(attributes)]
    return _ACCOUNTS.join(address, address.c.customer_id == customer.c.id), columns, [], [address.c.id]


def _lay_out_both(_websites: Websites, attributes: DefinedAttributes) -> _Layout:
    """A customer stands in the row of the first address; the rows of the others have no customer."""
    earlier = address.alias("earlier")
    is_first: Any = ~(
        select(earlier.c.id)
        .where(earlier.c.customer_id == customer.c.id, earlier.c.id < address.c.id)
        .correlate(customer, address)
        .exists()
    )
    opening = [(name, type_, case((is_first, value))) for name, type_, value in _customer_columns(attributes)]
    is_there = address.c.id.is_not(None)
    others = [
        (name, type_, case((is_there, value))) for name, type_, value in _address_columns(attributes, "_address_")
    ]
    source = _ACCOUNTS.outerjoin(address, address.c.customer_id == customer.c.id)
    return source, [*opening, *others], [], [address.c.id]


def _lay_out_finances(websites: Websites, _attributes: DefinedAttributes) -> _Layout:
    """One row for each customer and website with a balance, of the websites within reach."""
    credit, points = store_credit.c, reward_points.c
    has_balance = or_(credit.customer_id.is_not(None), points.customer_id.is_not(None))
    within = [] if websites is None else [equals_any(_paid.c.id, sorted(websites))]
    source = (
        _ACCOUNTS.join(_paid, literal_column("true"))
        .outerjoin(store_credit, and_(credit.customer_id == customer.c.id, credit.website_id == _paid.c.id))
        .outerjoin(reward_points, and_(points.customer_id == customer.c.id, points.website_id == _paid.c.id))
    )
    columns: Columns = [
        ("_email", _TEXT, customer.c.email),
        ("_website", _TEXT, _home.c.code),
        ("_finance_website", _TEXT, _paid.c.code),
        ("store_credit", ColumnType.INTEGER, to_major_units(credit.balance, credit.currency)),
        ("reward_points", ColumnType.INTEGER, points.balance),
    ]
    return source, columns, [has_balance, *within], [_paid.c.id]


_LAYOUTS: Final[Mapping[CustomerExportLayout, Callable[[Websites, DefinedAttributes], _Layout]]] = {
    CustomerExportLayout.ADOBE_CUSTOMERS: _lay_out_customers,
    CustomerExportLayout.ADOBE_ADDRESSES: _lay_out_addresses,
    CustomerExportLayout.ADOBE_COMPOSITE: _lay_out_both,
    CustomerExportLayout.ADOBE_FINANCE: _lay_out_finances,
}
