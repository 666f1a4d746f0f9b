from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import decode_keys
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, customer_mutation

from . import writes
from .fields import COLUMNS
from .reads import addresses_by_id
from .types import Address


@strawberry.input(description="A new entry of the address writes. What a country asks for is required there.")
class AddressCreateInput:
    first_name: str = column("First name of who receives, at most 255 characters.")
    last_name: str = column("Last name of who receives, at most 255 characters.")
    street: list[str] = column("One to as many lines as the website allows (2 unless set otherwise, never over 4).")
    country_code: str = column("ISO 3166-1 code of two letters.")
    city: str | None = strawberry.field(description="City; required in nearly every country.", default=None)
    region: str | None = strawberry.field(
        description="State or province, by code or name; required where the country lists them for addresses.",
        default=None,
    )
    postcode: str | None = strawberry.field(
        description="Postal code in the country's form; required where it has one.", default=None
    )
    telephone: str | None = strawberry.field(
        description="Telephone; required unless the website sets otherwise.", default=None
    )
    prefix: str | None = strawberry.field(description="Title, at most 40 characters.", default=None)
    middle_name: str | None = strawberry.field(description="Middle name or initial.", default=None)
    suffix: str | None = strawberry.field(description="What follows the name, at most 40 characters.", default=None)
    company: str | None = strawberry.field(description="Company, at most 255 characters.", default=None)
    fax: str | None = strawberry.field(description="Fax.", default=None)
    vat_number: str | None = strawberry.field(description="VAT number at this address.", default=None)
    is_default_billing: bool = strawberry.field(
        description="Invoices go here from now on, and no longer to the default before.", default=False
    )
    is_default_shipping: bool = strawberry.field(
        description="Goods go here from now on, and no longer to the default before.", default=False
    )


@strawberry.input(description="An edit of an address. What is left out keeps its value; null clears.")
class AddressUpdateInput:
    id: strawberry.ID = column("The address.")
    expected_version: int | None = strawberry.field(
        description="Version of the customer that the edit is based on; see `expectedVersion` of `MeUpdateInput`.",
        default=None,
    )
    first_name: strawberry.Maybe[str] = column("First name of who receives.")
    last_name: strawberry.Maybe[str] = column("Last name of who receives.")
    street: strawberry.Maybe[list[str]] = column("All its lines.")
    country_code: strawberry.Maybe[str] = column("ISO 3166-1 code of two letters.")
    city: strawberry.Maybe[str | None] = column("City.")
    region: strawberry.Maybe[str | None] = column("State or province, by code or name.")
    postcode: strawberry.Maybe[str | None] = column("Postal code.")
    telephone: strawberry.Maybe[str | None] = column("Telephone.")
    prefix: strawberry.Maybe[str | None] = column("Title.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial.")
    suffix: strawberry.Maybe[str | None] = column("What follows the name.")
    company: strawberry.Maybe[str | None] = column("Company.")
    fax: strawberry.Maybe[str | None] = column("Fax.")
    vat_number: strawberry.Maybe[str | None] = column("VAT number at this address.")
    is_default_billing: strawberry.Maybe[bool] = column("Invoices go here; takes the place of the default before.")
    is_default_shipping: strawberry.Maybe[bool] = column("Goods go here; takes the place of the default before.")


@strawberry.input(description="Which address goes.")
class AddressDeleteInput:
    id: strawberry.ID = column("The address.")


@strawberry.type(description="The address as it is stored now.")
class AddressPayload(Payload):
    key: strawberry.Private[tuple[int, int] | None] = None
    changed_fields: list[str] = strawberry.field(
        description="Input fields that an update changed; of a new address every one given.", default_factory=list
    )

    @strawberry.field(graphql_type=Address | None, description="The address; null when refused.")
    async def address(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(addresses_by_id, self.key)


@strawberry.type(description="What was deleted.")
class AddressDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(description="The id that was; null when refused.", default=None)


@strawberry.type
class AddressMutation:
    @customer_mutation(
        description="Add an address to the own book, which holds at most 100. A new default takes the place of the one "
        "before. `TOO_MANY` for more; `REQUIRED`, `TOO_LONG` and `INVALID` with the field for what its country does not take, "
        "`NOT_ALLOWED` for a country the website does not take. Writes history. `addressDelete` undoes it."
    )
    async def address_create(self, info: Info, input: Annotated[AddressCreateInput, INPUT]) -> AddressPayload:
        given = {field: getattr(input, column) for field, column in COLUMNS.items()}
        customer_id = _viewer(info)
        async with info.context.transaction() as connection:
            key = await writes.create_address(connection, customer_id, given, by=actor_of(info.context.viewer))
        named = [field for field, value in given.items() if value]
        return AddressPayload(key=(customer_id, key), changed_fields=named)

    @customer_mutation(
        description="Change an address of the own writes. The entry as a whole has to fit its country. A new default "
        "takes the place of the one before. Edits of different fields made by two people merge; of the same field, the "
        "later gets a `VersionConflictError`. Another's address is `NOT_FOUND`. Writes history."
    )
    async def address_update(self, info: Info, input: Annotated[AddressUpdateInput, INPUT]) -> AddressPayload:
        key = _own(info, input.id)
        async with info.context.transaction() as connection:
            changed = await writes.edit_address(
                connection,
                *key,
                _given(input),
                expected_version=input.expected_version,
                by=actor_of(info.context.viewer),
            )
        return AddressPayload(key=key, changed_fields=changed)

    @customer_mutation(
        description="Delete an address of the own writes. `NOT_ALLOWED` for a default, once for each kind; another's is "
        "`NOT_FOUND`. Orders keep the "
        "address they were placed with. Writes history. Cannot be undone."
    )
    async def address_delete(self, info: Info, input: Annotated[AddressDeleteInput, INPUT]) -> AddressDeletePayload:
        key = _own(info, input.id)
        async with info.context.transaction() as connection:
            await writes.delete_address(connection, *key, by=actor_of(info.context.viewer))
        return AddressDeletePayload(deleted_id=input.id)


def _given(input: AddressUpdateInput) -> Mapping[str, Any]:
    maybes = {field: getattr(input, column) for field, column in COLUMNS.items()}
    return {field: maybe.value for field, maybe in maybes.items() if maybe is not None}


def _viewer(info: Info) -> int:
    assert info.context.viewer.customer_id is not None
    return info.context.viewer.customer_id


def _own(info: Info, id: strawberry.ID) -> tuple[int, int]:
    """Another's address does not exist for this customer."""
    customer_id, key = decode_keys(id, "adr", 2)
    if customer_id != _viewer(info):
        raise RuleError("There is no such address.", path=["id"], code=UserErrorCode.NOT_FOUND)
    return customer_id, key


MUTATIONS: Final = (AddressMutation,)
