from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.tables import AttributeForm
from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput, collect_given, collect_maybe
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import INPUT, admin_mutation, customer_mutation

from . import writes
from .fields import COLUMNS
from .reads import addresses_by_id
from .types import Address


@strawberry.input(description="A new address. The fields that its country needs are required.")
class AddressCreateInput:
    first_name: str = column("First name of the recipient, at most 255 characters.")
    last_name: str = column("Last name of the recipient, at most 255 characters.")
    street: list[str] = column(
        "Street: one line up to as many as the website allows (2 by default, never more than 4)."
    )
    country_code: str = column("ISO 3166-1 code of two letters.")
    city: str | None = strawberry.field(description="City; required in most countries.", default=None)
    region: str | None = strawberry.field(
        description="State or province, by code or name; required in countries whose addresses need it.",
        default=None,
    )
    postcode: str | None = strawberry.field(
        description="Postal code in the country's format; required in countries that have them.", default=None
    )
    telephone: str | None = strawberry.field(
        description="Telephone number; required by default, which the website can change.", default=None
    )
    prefix: str | None = strawberry.field(description="Title, at most 40 characters.", default=None)
    middle_name: str | None = strawberry.field(description="Middle name or initial.", default=None)
    suffix: str | None = strawberry.field(description="Suffix after the name, at most 40 characters.", default=None)
    company: str | None = strawberry.field(description="Company, at most 255 characters.", default=None)
    fax: str | None = strawberry.field(description="Fax.", default=None)
    vat_number: str | None = strawberry.field(description="VAT number at this address.", default=None)
    is_default_billing: bool = strawberry.field(
        description="Whether this address replaces the current default billing address.", default=False
    )
    is_default_shipping: bool = strawberry.field(
        description="Whether this address replaces the current default shipping address.", default=False
    )
    attributes: list[AttributeInput] | None = strawberry.field(description=ATTRIBUTES, default=None)


@strawberry.input(description="Changes of an address. A field that is left out keeps its value; null clears it.")
class AddressUpdateInput:
    id: strawberry.ID = column("Id of the address.")
    expected_version: int | None = strawberry.field(
        description=f"{EXPECTED_VERSION} It is the version of the customer.", default=None
    )
    first_name: strawberry.Maybe[str] = column("First name of the recipient.")
    last_name: strawberry.Maybe[str] = column("Last name of the recipient.")
    street: strawberry.Maybe[list[str]] = column("Street, all of its lines.")
    country_code: strawberry.Maybe[str] = column("ISO 3166-1 code of two letters.")
    city: strawberry.Maybe[str | None] = column("City.")
    region: strawberry.Maybe[str | None] = column("State or province, by code or name.")
    postcode: strawberry.Maybe[str | None] = column("Postal code.")
    telephone: strawberry.Maybe[str | None] = column("Telephone.")
    prefix: strawberry.Maybe[str | None] = column("Title.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name.")
    company: strawberry.Maybe[str | None] = column("Company.")
    fax: strawberry.Maybe[str | None] = column("Fax.")
    vat_number: strawberry.Maybe[str | None] = column("VAT number at this address.")
    is_default_billing: strawberry.Maybe[bool] = column(
        "Whether this address replaces the current default billing address."
    )
    is_default_shipping: strawberry.Maybe[bool] = column(
        "Whether this address replaces the current default shipping address."
    )
    attributes: strawberry.Maybe[list[AttributeInput]] = column(ATTRIBUTES)


@strawberry.input(description="The address to delete.")
class AddressDeleteInput:
    id: strawberry.ID = column("Id of the address.")


_DEFAULT_KINDS: Final = {"isDefaultBilling": "billing", "isDefaultShipping": "shipping"}


@strawberry.input(description="A new address of a customer. The fields that its country needs are required.")
class CustomerAddressCreateInput(AddressCreateInput):
    customer_id: strawberry.ID = column("Id of the customer.")
    external_id: str | None = strawberry.field(
        description="Key of the address in another program, at most 64 characters, unique among those of the customer.",
        default=None,
    )


@strawberry.input(
    description="Changes of an address of a customer. A field that is left out keeps its value; null clears it."
)
class CustomerAddressUpdateInput(AddressUpdateInput):
    external_id: strawberry.Maybe[str | None] = column(
        "Key of the address in another program, at most 64 characters, unique among those of the customer."
    )


@strawberry.input(description="The address to delete.")
class CustomerAddressDeleteInput(AddressDeleteInput):
    """What names an address to the shopper, names it to staff."""


@strawberry.input(description="The address that becomes a default.")
class CustomerAddressSetDefaultInput:
    id: strawberry.ID = column("Id of the address.")
    billing: bool = strawberry.field(description="Whether invoices go to this address from now on.", default=False)
    shipping: bool = strawberry.field(description="Whether goods go to this address from now on.", default=False)


@strawberry.type(description="The address after the change.")
class AddressPayload(CustomerPayload):
    key: strawberry.Private[tuple[int, int] | None] = None
    changed_fields: list[str] = strawberry.field(
        description="Names of the input fields that changed; for a new address, of those that were stored.",
        default_factory=list,
    )

    @strawberry.field(graphql_type=Address | None, description="The address as stored now; null when refused.")
    async def address(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(addresses_by_id, self.key)


@strawberry.type(description="Result of deleting an address.")
class AddressDeletePayload(CustomerPayload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted address; null when refused.", default=None
    )


@strawberry.type
class AddressMutation:
    @customer_mutation(
        description="Add an address to the signed-in customer's address book, which has room for as many as "
        "`addresses.per_customer` says, 100 by default. A new default replaces the current one. `TOO_MANY` for more; `REQUIRED`, "
        "`TOO_LONG` and `INVALID` with the field for a value that the country does not allow, `NOT_ALLOWED` for a country that "
        "the website does not accept. Writes history. Undone by `addressDelete`."
    )
    async def address_create(self, info: Info, input: Annotated[AddressCreateInput, INPUT]) -> AddressPayload:
        customer_id = _viewer(info)
        async with info.context.transaction() as connection:
            given, by = _collect_values(input, AttributeForm.ADDRESS_CREATE), actor_of(info.context.viewer)
            key, named = await writes.create_address(connection, customer_id, **given, websites=None, by=by)
        return AddressPayload(customer_id=customer_id, key=(customer_id, key), changed_fields=named)

    @customer_mutation(
        description="Change an address of the signed-in customer. What is given has to fit the country; a new country puts "
        "city, region and postal code to the test too. Stored values that the edit leaves out are not judged. A new "
        "default replaces the current one. Edits of different fields by two people merge; of the same field, the "
        "later one gets a `VersionConflictError`. `NOT_FOUND` for an address of another customer. Writes history."
    )
    async def address_update(self, info: Info, input: Annotated[AddressUpdateInput, INPUT]) -> AddressPayload:
        key = _own(info, input.id)
        async with info.context.transaction() as connection:
            changed = await writes.edit_address(
                connection,
                *key,
                **_collect_edits(input, AttributeForm.ADDRESS_EDIT),
                websites=None,
                by=actor_of(info.context.viewer),
            )
        return AddressPayload(customer_id=key[0], key=key, changed_fields=changed)

    @customer_mutation(
        description="Delete an address of the signed-in customer. `NOT_ALLOWED` for a default address, once for each kind; "
        "`NOT_FOUND` for an address of another customer. Orders keep the "
        "address they were placed with. Writes history. Cannot be undone."
    )
    async def address_delete(self, info: Info, input: Annotated[AddressDeleteInput, INPUT]) -> AddressDeletePayload:
        key = _own(info, input.id)
        async with info.context.transaction() as connection:
            await writes.delete_address(connection, *key, websites=None, by=actor_of(info.context.viewer))
        return AddressDeletePayload(customer_id=key[0], deleted_id=input.id)


@strawberry.type
class AddressAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Add an address to the address book of a customer, which has room for as many as `addresses.per_customer` "
        "says. A new default replaces the current one. `TOO_MANY` for more, `NOT_FOUND` for an unknown customer; `REQUIRED`, "
        "`TOO_LONG` and `INVALID` with the field for a value that the country does not allow, `NOT_ALLOWED` for a country "
        "that the website does not accept. Writes history. Undone by `customerAddressDelete`.",
    )
    async def customer_address_create(
        self, info: Info, input: Annotated[CustomerAddressCreateInput, INPUT]
    ) -> AddressPayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            key, named = await writes.create_address(
                connection, customer_id, **_collect_values(input), websites=viewer.website_ids, by=actor_of(viewer)
            )
        return AddressPayload(customer_id=customer_id, key=(customer_id, key), changed_fields=named)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Change an address of a customer. What is given has to fit the country; a new country puts city, region "
        "and postal code to the test too. Stored values that the edit leaves out are not judged. A new default replaces "
        "the current one. Edits of different fields by two people merge; of the same field, the later one gets a "
        "`VersionConflictError`. `NOT_FOUND` for an unknown address. Writes history. Undone by another edit.",
    )
    async def customer_address_update(
        self, info: Info, input: Annotated[CustomerAddressUpdateInput, INPUT]
    ) -> AddressPayload:
        viewer, key = info.context.viewer, _parse_address_id(input.id)
        async with info.context.transaction() as connection:
            changed = await writes.edit_address(
                connection,
                *key,
                **_collect_edits(input),
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return AddressPayload(customer_id=key[0], key=key, changed_fields=changed)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Delete an address of a customer. `NOT_ALLOWED` for a default address, once for each kind; `NOT_FOUND` for "
        "an unknown address. Orders keep the address they were placed with. Writes history. Cannot be undone.",
    )
    async def customer_address_delete(
        self, info: Info, input: Annotated[CustomerAddressDeleteInput, INPUT]
    ) -> AddressDeletePayload:
        viewer, key = info.context.viewer, _parse_address_id(input.id)
        async with info.context.transaction() as connection:
            await writes.delete_address(connection, *key, websites=viewer.website_ids, by=actor_of(viewer))
        return AddressDeletePayload(customer_id=key[0], deleted_id=input.id)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Make an address of a customer the default for billing, for shipping or for both, in place of the current "
        "one. The rest of the address is not judged. `REQUIRED` when neither is chosen, `NOT_FOUND` for an unknown address. "
        "Writes history. Undone by making another address the default.",
    )
    async def customer_address_set_default(
        self, info: Info, input: Annotated[CustomerAddressSetDefaultInput, INPUT]
    ) -> AddressPayload:
        viewer, key = info.context.viewer, _parse_address_id(input.id)
        async with info.context.transaction() as connection:
            changed = await writes.set_default_address(
                connection,
                *key,
                billing=input.billing,
                shipping=input.shipping,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        stored = [kind for field, kind in _DEFAULT_KINDS.items() if field in changed]
        return AddressPayload(customer_id=key[0], key=key, changed_fields=stored)


def _collect_values(input: AddressCreateInput, form: AttributeForm | None = None) -> dict[str, Any]:
    given = {field: getattr(input, column) for field, column in COLUMNS.items() if hasattr(input, column)}
    return {"given": given, "attributes": collect_given(input.attributes), "form": form}


def _collect_edits(input: AddressUpdateInput, form: AttributeForm | None = None) -> dict[str, Any]:
    maybes = {field: getattr(input, column, None) for field, column in COLUMNS.items()}
    return {
        "given": {field: maybe.value for field, maybe in maybes.items() if maybe is not None},
        "attributes": collect_maybe(input.attributes),
        "form": form,
        "expected_version": input.expected_version,
    }


def _viewer(info: Info) -> int:
    assert info.context.viewer.customer_id is not None
    return info.context.viewer.customer_id


def _own(info: Info, id: strawberry.ID) -> tuple[int, int]:
    """Another's address does not exist for this customer."""
    customer_id, key = _parse_address_id(id)
    if customer_id != _viewer(info):
        raise writes.ADDRESS_NOT_FOUND(path=["id"])
    return customer_id, key


def _parse_address_id(id: strawberry.ID) -> tuple[int, int]:
    customer_id, key = parse_input_keys(id, "adr", 2, ["id"])
    return customer_id, key


MUTATIONS: Final = (AddressMutation,)
ADMIN_MUTATIONS: Final = (AddressAdminMutation,)
