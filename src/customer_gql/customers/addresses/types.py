from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.values.types import VALUES, AttributeValue, Codes, show_values
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.vat.reads import newest_checks_by_address
from customer_gql.customers.vat.types import VatCheck
from customer_gql.graph.access.guards import missing_permissions, refusal_of
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id

from . import reads
from .fields import CONTENT
from .templates.reads import format_for_viewer
from .templates.settings import AddressFormat
from .templates.types import FORMATTED, Format, StoreViewId


@strawberry.type(description="An address in a customer's address book.")
class Address(Node):
    id: strawberry.ID = node_id("adr", reads.addresses_by_id, "customer_id", "id", description="Id of the address.")
    prefix: str | None = column("Title before the name.", personal=True)
    first_name: str = column("First name of the recipient.", personal=True)
    middle_name: str | None = column("Middle name or initial.", personal=True)
    last_name: str = column("Last name of the recipient.", personal=True)
    suffix: str | None = column("Suffix after the name.", personal=True)
    company: str | None = column("Company.", personal=True)
    street: list[str] = column("Street, one to four lines.", personal=True)
    city: str = column("City.", personal=True)
    region: str | None = column(
        "Name of the state or province, in countries that have them, in the script it was entered in."
    )
    region_code: str | None = column(
        "ISO 3166-2 code of the region, as `US-CA`; null where the country lists no such region."
    )
    postcode: str | None = column("Postal code, in countries that have them.", personal=True)
    country_code: str = column("ISO 3166-1 code of two letters.")
    telephone: str | None = column("Telephone.", personal=True)
    fax: str | None = column("Fax.", personal=True)
    vat_number: str | None = column(
        "VAT number at this address; the customer's own is `taxVatNumber` of the customer.", personal=True
    )
    vat_check: VatCheck | None = loaded(
        newest_checks_by_address,
        key=("customer_id", "id"),
        description="Newest check of the VAT number that the address has now; null without one.",
    )
    external_id: str | None = column(
        "Key of the address in another program, unique among those of the customer.", admin=True
    )
    is_default_billing: bool = column("Whether invoices go to this address.")
    is_default_shipping: bool = column("Whether goods go to this address.")

    @strawberry.field(description=VALUES, metadata={"assumed": 10})
    async def attributes(self: Any, info: Info, codes: Codes = None) -> list[AttributeValue] | None:
        key = (self.customer_id, self.id)
        customer: Any = await info.context.load(customers_by_id, self.customer_id)
        website_id = None if customer is None else customer.website_id
        return await show_values(info, AttributeEntity.ADDRESS, key, website_id, codes)

    @strawberry.field(
        graphql_type=str | None,
        description=FORMATTED.format(record="the customer"),
        metadata={"personal": True},
    )
    async def formatted(
        self: Any, info: Info, format: Format = AddressFormat.TEXT, store_view_id: StoreViewId = None
    ) -> Any:
        values = {column: getattr(self, column) for column in CONTENT}
        return await format_for_viewer(
            info.context, values, format, customer_id=self.customer_id, wanted_view=store_view_id
        )


Search = Annotated[
    str | None,
    strawberry.argument(
        description="At most 8 words, in any order and regardless of case and accents: each the start of a word of the name, "
        "company, street, city or region, or of the postal code. A telephone number is found by its last digits."
    ),
]


@strawberry.type
class AddressSection:
    addresses: list[Address] = loaded(
        reads.addresses_by_customer,
        key="id",
        description=f"The first {reads.MAX_LISTED} addresses of the address book, oldest first.",
    )

    @strawberry.field(
        graphql_type=Connection[Address] | None,
        description="Addresses of the address book, oldest first. A `search` needs the permission `customers.pii`; "
        "without it the field is null, with an error.",
        metadata={"audience": "admin"},
    )
    async def address_book(
        self: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        search: Search = None,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        if search is not None and Permission.CUSTOMERS_PII in missing_permissions(info.context.viewer):
            raise refusal_of(Permission.CUSTOMERS_PII)
        window = make_window(first, after, last, before)
        return await reads.load_address_book(info.context, self.id, window, search=search)

    default_billing_address: Address | None = loaded(
        reads.billing_addresses_by_customer, key="id", description="Address that invoices go to."
    )
    default_shipping_address: Address | None = loaded(
        reads.shipping_addresses_by_customer, key="id", description="Address that goods go to."
    )


CUSTOMER_SECTIONS: Final = (AddressSection,)
