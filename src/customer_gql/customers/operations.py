import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from customer_gql.core.access import (
    INPUT,
    PERSONAL,
    Requires,
    admin_field,
    admin_mutation,
    customer_field,
    customer_mutation,
)
from customer_gql.core.context import Info
from customer_gql.core.errors import Payload
from customer_gql.core.ids import decode_one
from customer_gql.core.loading import column
from customer_gql.core.pagination import After, Before, Connection, First, Last, Window
from customer_gql.core.scalars import graph_enum
from customer_gql.history.writes import acting
from customer_gql.staff.events import acting as staff_acting, record
from customer_gql.websites.configuration import GLOBAL, stored

from . import reads, writes
from .sharing import SHARING, AccountSharing, share
from .types import CustomerLink, CustomerPayload, CustomerSort, Gender

_PERSONAL_SORTS = {CustomerSort.EMAIL, CustomerSort.NAME}
graph_enum(
    AccountSharing,
    "Where an account works.",
    {
        "PER_WEBSITE": "On its website alone; one address may have an account on each.",
        "GLOBAL": "On every website; an address has one account.",
    },
)


@strawberry.input(description="Fields of the own profile. What is left out keeps its value; null clears.")
class MeUpdateInput:
    expected_version: int | None = strawberry.field(
        description="The version the edit was made on. Without it the last edit wins.", default=None
    )
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    first_name: strawberry.Maybe[str] = column("First name, at most 255 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial, at most 255 characters.")
    last_name: strawberry.Maybe[str] = column("Last name, at most 255 characters.")
    suffix: strawberry.Maybe[str | None] = column("What follows the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    date_of_birth: strawberry.Maybe[dt.date | None] = column("Date of birth.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    allows_remote_assistance: strawberry.Maybe[bool] = column("Let staff sign in as this customer to help.")

    def edits(self) -> Mapping[str, Any]:
        given = {
            "prefix": self.prefix,
            "firstName": self.first_name,
            "middleName": self.middle_name,
            "lastName": self.last_name,
            "suffix": self.suffix,
            "gender": self.gender,
            "dateOfBirth": self.date_of_birth,
            "taxVatNumber": self.tax_vat_number,
            "allowsRemoteAssistance": self.allows_remote_assistance,
        }
        return {field: maybe.value for field, maybe in given.items() if maybe is not None}


@strawberry.type(description="What the update of the profile did.")
class MeUpdatePayload(CustomerPayload):
    changed_fields: list[str] = strawberry.field(
        description="Input fields whose value differed from the stored one and was stored.", default_factory=list
    )


@strawberry.input(description="Where accounts work from now on.")
class AccountSharingSetInput:
    sharing: AccountSharing = column("On their website alone, or on all of them.")


@strawberry.type(description="The new scope of accounts.")
class AccountSharingSetPayload(Payload):
    moved_account_count: int = strawberry.field(description="How many accounts were moved to it.", default=0)


@strawberry.type
class CustomerMutation:
    @customer_mutation(
        description="Change the own profile. All edits are stored, or none. Edits of different fields made by two "
        "people merge; of the same field, the later gets a `VersionConflictError`. Writes history."
    )
    async def me_update(self, info: Info, input: Annotated[MeUpdateInput, INPUT]) -> MeUpdatePayload:
        viewer = info.context.viewer
        assert viewer.customer_id is not None
        async with info.context.transaction() as connection:
            changed = await writes.edit_profile(
                connection,
                viewer.customer_id,
                edits=input.edits(),
                expected_version=input.expected_version,
                by=acting(viewer),
            )
        return MeUpdatePayload(customer_id=viewer.customer_id, changed_fields=changed)


@strawberry.type
class CustomerAdminMutation:
    @admin_mutation(
        permission="configuration.manage",
        everywhere=True,
        alone=True,
        description="Let accounts work on their website alone, or on all of them. Refused while an address has accounts "
        "on several websites that would become one. Sessions go on. Writes the history of staff. Can be undone by setting it back.",
    )
    async def account_sharing_set(
        self, info: Info, input: Annotated[AccountSharingSetInput, INPUT]
    ) -> AccountSharingSetPayload:
        async with info.context.transaction() as connection:
            before = await stored(connection, SHARING, GLOBAL, 0)
            moved = await share(connection, input.sharing)
            if before != input.sharing.value:
                changes = {SHARING.path: (before, input.sharing.value)}
                await record(connection, "CONFIGURATION_SET", by=staff_acting(info.context), changes=changes)
        return AccountSharingSetPayload(moved_account_count=moved)


@strawberry.type
class CustomerQuery:
    @customer_field(graphql_type=CustomerLink | None, description="The signed-in customer.")
    async def me(self, info: Info) -> Any:
        return await info.context.load(reads.customers_by_id, info.context.viewer.customer_id)


@strawberry.type
class CustomerAdminQuery:
    @admin_field(
        permission="customers.read",
        graphql_type=CustomerLink | None,
        description="One customer; null when unknown, or of a website the viewer's role does not reach.",
    )
    async def customer(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The customer's id.")]
    ) -> Any:
        return await reads.reachable(info.context, decode_one(id, "cus"))

    @admin_field(
        permission="customers.read",
        graphql_type=Connection[CustomerLink],
        description="All customers of the websites the viewer's role reaches, in pages. The orders EMAIL and NAME need "
        "`customers.pii` too.",
    )
    async def customers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        sort: Annotated[CustomerSort, strawberry.argument(description="Order of the list.")] = CustomerSort.NEWEST,
    ) -> Any:
        if sort in _PERSONAL_SORTS:
            # The order, and a cursor made by hand, would tell what is masked.
            Requires(PERSONAL).check(info.context.viewer)
        return await reads.customer_list.page(info.context, Window.of(first, after, last, before), sort.value)
