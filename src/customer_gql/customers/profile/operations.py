import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import (
    IMPERSONATION_REFUSED,
    INPUT,
    admin_field,
    customer_field,
    customer_mutation,
    record_impersonation_refusal,
)

from . import reads, writes
from .types import CustomerLink, CustomerPayload, Gender
from .values.fields import PROFILE_FIELDS


@strawberry.input(
    description="Fields of the signed-in customer's profile. A field that is left out keeps its value; null clears it."
)
class MeUpdateInput:
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    first_name: strawberry.Maybe[str] = column("First name, at most 255 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial, at most 255 characters.")
    last_name: strawberry.Maybe[str] = column("Last name, at most 255 characters.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    date_of_birth: strawberry.Maybe[dt.date | None] = column("Date of birth.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    allows_remote_assistance: strawberry.Maybe[bool] = column("Whether staff may sign in as this customer to help.")

    def edits(self) -> Mapping[str, Any]:
        """The edits that are given, by input name."""
        given = [(field.name, getattr(self, field.column)) for field in PROFILE_FIELDS]
        return {name: maybe.value for name, maybe in given if maybe is not None}


@strawberry.type(description="Result of `meUpdate`.")
class MeUpdatePayload(CustomerPayload):
    changed_fields: list[str] = strawberry.field(
        description="Names of the input fields whose stored value changed.", default_factory=list
    )


@strawberry.type
class CustomerMutation:
    @customer_mutation(
        description="Change the signed-in customer's profile. All edits are stored, or none. Edits of different fields by two "
        "people merge; of the same field, the later one gets a `VersionConflictError`. `REQUIRED`, `TOO_LONG` or "
        "`INVALID` with the field for an invalid value. Staff signed in as the customer get `NOT_ALLOWED` for "
        "`allowsRemoteAssistance`; when the customer turns it off, they are signed out at once. Writes history."
    )
    async def me_update(self, info: Info, input: Annotated[MeUpdateInput, INPUT]) -> MeUpdatePayload:
        viewer = info.context.viewer
        assert viewer.customer_id is not None
        if viewer.is_impersonated and input.allows_remote_assistance is not None:
            await record_impersonation_refusal(info.context, "meUpdate.allowsRemoteAssistance")
            raise IMPERSONATION_REFUSED(path=["allowsRemoteAssistance"])
        async with info.context.transaction() as connection:
            changed = await writes.edit_profile(
                connection,
                viewer.customer_id,
                edits=input.edits(),
                expected_version=input.expected_version,
                by=actor_of(viewer),
            )
        return MeUpdatePayload(customer_id=viewer.customer_id, changed_fields=changed)


@strawberry.type
class CustomerQuery:
    @customer_field(graphql_type=CustomerLink | None, description="The signed-in customer.")
    async def me(self, info: Info) -> Any:
        return await info.context.load(reads.customers_by_id, info.context.viewer.customer_id)


@strawberry.type
class CustomerAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=CustomerLink | None,
        description="The customer with this id; null when unknown, or of a website that the viewer's role does not reach.",
    )
    async def customer(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the customer.")]
    ) -> Any:
        return await reads.find_reachable_customer(info.context, decode_id(id, "cus"))


QUERIES: Final = (CustomerQuery,)
MUTATIONS: Final = (CustomerMutation,)
ADMIN_QUERIES: Final = (CustomerAdminQuery,)
