import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import normalize_text
from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput, collect_maybe
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column, needed_read
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import (
    IMPERSONATION_REFUSED,
    INPUT,
    RequiresPermission,
    admin_field,
    customer_field,
    customer_mutation,
    record_impersonation_refusal,
)

from . import reads, writes
from .sharing import SHARED_SCOPE
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
    birth_year: strawberry.Maybe[int | None] = column(
        "Year of birth; a year other than that of the date clears the date. Where `customers.birth_date` is `YEAR`, a date is "
        "refused."
    )
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    allows_remote_assistance: strawberry.Maybe[bool] = column("Whether staff may sign in as this customer to help.")
    attributes: strawberry.Maybe[list[AttributeInput]] = column(ATTRIBUTES)

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
                attributes=collect_maybe(input.attributes),
                expected_version=input.expected_version,
                by=actor_of(viewer),
            )
        return MeUpdatePayload(customer_id=viewer.customer_id, changed_fields=changed)


@strawberry.type
class CustomerQuery:
    @customer_field(graphql_type=CustomerLink | None, description="The signed-in customer.")
    async def me(self, info: Info) -> Any:
        read = needed_read(info, reads.customers_by_id)
        return await info.context.load(read, info.context.viewer.customer_id)


@strawberry.input(one_of=True, description="A customer, named in exactly one way.")
class CustomerRef:
    id: strawberry.Maybe[strawberry.ID] = column("Id of the customer.")
    number: strawberry.Maybe[int] = column("Customer number.")
    email: strawberry.Maybe[str] = column("E-mail address of the account, in any case. Needs `customers.pii`.")
    external_id: strawberry.Maybe[str] = column("Key of the customer in another program, exactly as it was given.")


@strawberry.type
class CustomerAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=CustomerLink | None,
        description="The customer with this id, or the one named by number, e-mail address or external id: exactly one of `id` and "
        "`by`. Null when unknown, or of a website that the viewer's role does not reach. An e-mail address needs `customers.pii` "
        "too; with an account on several websites it needs `websiteId`, otherwise it is `BAD_USER_INPUT` with the key "
        "`customer.ambiguous`.",
    )
    async def customer(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Id of the customer.")] = None,
        by: Annotated[CustomerRef | None, strawberry.argument(description="The customer, without the id.")] = None,
        website_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Website on which the account of an e-mail address works; only with `by: {email: …}`."
            ),
        ] = None,
    ) -> Any:
        return await _find_named_customer(info, id, by, website_id)


async def _find_named_customer(
    info: Info, id: strawberry.ID | None, by: CustomerRef | None, website_id: strawberry.ID | None
) -> Any:
    context = info.context
    if (id is None) == (by is None):
        raise BadInput("Name the customer by exactly one of `id` and `by`.", argument=["id"])
    if website_id is not None and (by is None or by.email is None):
        raise BadInput("websiteId: only an e-mail address is looked up on a website.", argument=["websiteId"])
    if by is not None and by.email is not None:
        return await _find_by_email(context, by.email.value, website_id)
    if by is not None and by.number is not None:
        found = await context.load(reads.customers_by_number, by.number.value)
    elif by is not None and by.external_id is not None:
        found = await reads.find_by_external_id(context, normalize_text(by.external_id.value))
    else:
        named = by.id.value if by is not None and by.id is not None else id
        read = needed_read(info, reads.customers_by_id, "website_id")
        found = await context.load(read, decode_id(named or "", "cus"))
    return found if found is not None and context.viewer.reaches(found.website_id) else None


async def _find_by_email(context: Context, email: str, website_id: strawberry.ID | None) -> Any:
    """The account that the viewer reaches. Accounts on other websites do not make an address ambiguous."""
    RequiresPermission(Permission.CUSTOMERS_PII).check(context.viewer)
    scope = None if website_id is None else decode_id(website_id, "web")
    found = [
        account
        for its_scope, account in await reads.find_accounts_by_email(context, email)
        if context.viewer.reaches(account.website_id) and (scope is None or its_scope in (scope, SHARED_SCOPE))
    ]
    if len(found) > 1:
        raise BadInput(
            f"The address has {len(found)} accounts, one on each website. Name the website in `websiteId`.",
            argument=["websiteId"],
            key="customer.ambiguous",
        )
    return found[0] if found else None


QUERIES: Final = (CustomerQuery,)
MUTATIONS: Final = (CustomerMutation,)
ADMIN_QUERIES: Final = (CustomerAdminQuery,)
