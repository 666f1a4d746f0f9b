"""What is sent of an address that comes with its customer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import strawberry

from customer_gql.customers.addresses.fields import COLUMNS
from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput, collect_maybe
from customer_gql.graph.fields import column

ADDRESS_COST: Final = 500  # points of cost of one address that comes with its customer


@strawberry.input(
    description="An address that comes with its customer. Of a new address, the fields that its country needs are required; of one "
    "that is stored, a field that is left out keeps its value, and null clears it."
)
class CustomerAddressFields:
    external_id: strawberry.Maybe[str | None] = column(
        "Key of the address in another program, at most 64 characters, unique among those of the customer."
    )
    first_name: strawberry.Maybe[str | None] = column("First name of the recipient, at most 255 characters.")
    last_name: strawberry.Maybe[str | None] = column("Last name of the recipient, at most 255 characters.")
    street: strawberry.Maybe[list[str] | None] = column("Street, all of its lines.")
    country_code: strawberry.Maybe[str | None] = column("ISO 3166-1 code of two letters.")
    city: strawberry.Maybe[str | None] = column("City; required in most countries.")
    region: strawberry.Maybe[str | None] = column("State or province, by code or name.")
    postcode: strawberry.Maybe[str | None] = column("Postal code in the country's format.")
    telephone: strawberry.Maybe[str | None] = column("Telephone number.")
    prefix: strawberry.Maybe[str | None] = column("Title, at most 40 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    company: strawberry.Maybe[str | None] = column("Company, at most 255 characters.")
    fax: strawberry.Maybe[str | None] = column("Fax.")
    vat_number: strawberry.Maybe[str | None] = column("VAT number at this address.")
    is_default_billing: strawberry.Maybe[bool | None] = column(
        "Whether this address replaces the current default billing address."
    )
    is_default_shipping: strawberry.Maybe[bool | None] = column(
        "Whether this address replaces the current default shipping address."
    )
    attributes: strawberry.Maybe[list[AttributeInput] | None] = column(f"{ATTRIBUTES} Null changes none.")


def collect_addresses(addresses: Sequence[CustomerAddressFields]) -> list[Mapping[str, Any]]:
    """The values that are given of each, by input name, and those of its attributes as `attributes`."""
    return [_collect_address(one) for one in addresses]


def _collect_address(one: CustomerAddressFields) -> Mapping[str, Any]:
    found = {name: getattr(one, column) for name, column in COLUMNS.items()}
    given = {name: maybe.value for name, maybe in found.items() if maybe is not None}
    attributes = collect_maybe(one.attributes)
    return {**given, "attributes": attributes} if attributes else given
