"""Columns of the default billing address, and both default addresses in one line."""

from typing import Final

from customer_gql.core.text import MAX_COMPANY
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.shop.countries.names import country_names

from .entries import ROW, plain, text


def _country_name(code: str) -> str:
    return country_names("en").get(code, code)


ADDRESS_COLUMNS: Final = (
    GridColumn(
        key="telephone",
        title="Telephone",
        description="Telephone of the default billing address.",
        type=ColumnType.STRING,
        form=TextForm.TELEPHONE,
        value=ROW.telephone,
        compared=ROW.telephone_e164,
        typed=ROW.telephone_digits,
        over=("Address.telephone",),
        is_default=True,
        is_searched=True,
        is_indexed=True,
        is_sought_in_order=True,
    ),
    text(
        "postcode",
        "ZIP",
        "Postal code of the default billing address.",
        "postcode",
        "Address.postcode",
        is_default=True,
        is_searched=True,
        is_indexed=True,
        is_sought_in_order=True,
    ),
    GridColumn(
        key="country",
        title="Country",
        description="Country of the default billing address, as its ISO 3166-1 code of two letters.",
        type=ColumnType.STRING,
        form=TextForm.CODE,
        value=ROW.country_code,
        text_label=_country_name,
        over=("Address.country_code",),
        is_default=True,
        is_facetable=True,
        is_indexed=True,
        is_sought_in_order=True,
    ),
    text(
        "region",
        "State/Province",
        "Region of the default billing address.",
        "region",
        "Address.region",
        is_default=True,
        is_facetable=True,
    ),
    text(
        "company",
        "Company",
        "Company that the customer belongs to, or else the company of the default billing address.",
        "company",
        "Address.company",
        longest=MAX_COMPANY,
        is_searched=True,
        is_indexed=True,
        is_sought_in_order=True,
    ),
    text("street", "Street", "Street of the default billing address, in one line.", "street", "Address.street"),
    text(
        "city",
        "City",
        "City of the default billing address.",
        "city",
        "Address.city",
        is_searched=True,
    ),
    text("fax", "Fax", "Fax of the default billing address.", "fax", "Address.fax"),
    text(
        "billingFirstName",
        "Billing first name",
        "First name of the default billing address.",
        "billing_first_name",
        "Address.first_name",
    ),
    text(
        "billingLastName",
        "Billing last name",
        "Last name of the default billing address.",
        "billing_last_name",
        "Address.last_name",
    ),
    plain(
        "billingAddress",
        "Billing address",
        "Default billing address, in one line.",
        ColumnType.STRING,
        "billing_address",
        over=("Address.street",),
        is_filterable=False,
        is_sortable=False,
    ),
    plain(
        "shippingAddress",
        "Shipping address",
        "Default shipping address, in one line.",
        ColumnType.STRING,
        "shipping_address",
        over=("Address.street",),
        is_filterable=False,
        is_sortable=False,
    ),
    text(
        "vatNumber",
        "VAT number",
        "VAT number of the default billing address.",
        "vat_number",
        "Address.vat_number",
    ),
)
