"""What another program sends of a customer that it knows by a key of its own."""

import datetime as dt

import strawberry

from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.types import Gender
from customer_gql.graph.fields import column

from .address_inputs import CustomerAddressFields
from .inputs import BIRTH_YEAR


@strawberry.input(
    description="Fields of a customer. A field that is left out keeps its value; null clears it where null is allowed. A new "
    "customer needs `email`, `firstName`, `lastName` and `websiteId`."
)
class CustomerUpsertFields:
    email: strawberry.Maybe[str | None] = column("Address to sign in with; a new one hands an account over.")
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    first_name: strawberry.Maybe[str | None] = column("First name, at most 255 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial, at most 255 characters.")
    last_name: strawberry.Maybe[str | None] = column("Last name, at most 255 characters.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    date_of_birth: strawberry.Maybe[dt.date | None] = column("Date of birth.")
    birth_year: strawberry.Maybe[int | None] = column(BIRTH_YEAR)
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    group_id: strawberry.Maybe[strawberry.ID | None] = column("Id of the customer group.")
    website_id: strawberry.Maybe[strawberry.ID | None] = column("Id of the website of the account, to which it moves.")
    status: strawberry.Maybe[CustomerStatus | None] = column("Whether the customer can sign in and buy.")
    allows_remote_assistance: strawberry.Maybe[bool | None] = column(
        "Whether staff may sign in as the customer; the customer is told by mail."
    )
    is_automatic_group_change_disabled: strawberry.Maybe[bool | None] = column(
        "Whether a validated VAT number leaves the customer in the group."
    )
    attributes: strawberry.Maybe[list[AttributeInput] | None] = column(f"{ATTRIBUTES} Null changes none.")


@strawberry.input(description="A customer as another program knows them.")
class CustomerUpsertInput:
    external_id: str = column("Key of the customer in that program, at most 64 characters, unique in the shop.")
    customer: CustomerUpsertFields = column("Fields of the customer.")
    adopt_by_email: bool = strawberry.field(
        description="Where nobody has the external id, give it to the account with the address on the website, if that has "
        "none. Needs `customers.pii`.",
        default=False,
    )
    addresses: list[CustomerAddressFields] = strawberry.field(
        description="Addresses, each with its `externalId`, by which it is found; at most 100. Those that are not listed stay.",
        default_factory=list,
    )
    sends_welcome_mail: bool = strawberry.field(
        description="Whether a welcome with a link to choose a password is mailed to a new customer.", default=False
    )
