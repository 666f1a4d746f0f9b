from functools import partial
from typing import Annotated, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.values.inputs import collect_given, collect_maybe
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.graph.scalars import graph_enum

from .address_inputs import ADDRESS_COST, collect_addresses
from .creation import Welcome, create_with_addresses
from .edits import edit_customer
from .fields import EDIT_FIELDS, UPSERT_FIELDS
from .guards import check_email_change, require_permissions
from .inputs import CustomerCreateInput, CustomerUpdateInput, collect_edits, collect_values, read_welcome_view
from .types import CustomerEditPayload
from .upsert import CustomerUpsert, UpsertOutcome, upsert_customer
from .upsert_inputs import CustomerUpsertInput


@strawberry.type(description="Result of `customerCreate`; of a dry run it has no customer.")
class CustomerCreatePayload(CustomerPayload):
    pass


@strawberry.type(description="Result of `customerUpdate`.")
class CustomerUpdatePayload(CustomerEditPayload):
    pass


graph_enum(
    UpsertOutcome,
    "What `customerUpsert` did.",
    {
        "CREATED": "The customer is new.",
        "UPDATED": "Something of the customer or of the addresses changed.",
        "UNCHANGED": "Everything was stored already.",
        "REFUSED": "Nothing was stored; `userErrors` say why.",
    },
    name="CustomerUpsertOutcome",
)


@strawberry.type(description="Result of `customerUpsert`; a dry run of a new customer has no customer.")
class CustomerUpsertPayload(CustomerPayload):
    outcome: UpsertOutcome = strawberry.field(description="What was done.", default=UpsertOutcome.REFUSED)
    changed_fields: list[str] = strawberry.field(
        description="Input fields whose stored value changed; those of an address after its place, as `addresses.0.city`.",
        default_factory=list,
    )


@strawberry.type
class CustomerEditingAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        cost_per=("addresses", ADDRESS_COST),
        description="Create a customer without a password, and mail a link to choose one unless `sendsWelcomeMail` is false. "
        "`REQUIRED`, `TOO_LONG` and `INVALID` with the field for an invalid value, `TAKEN` for an e-mail address or external "
        "id that another customer has, `NOT_FOUND` for an unknown group, website or store view, `NOT_ALLOWED` for a group that is "
        "excluded from the website. A dry run needs `customers.pii`, since it tells whether an address has an account. Writes "
        "history. Undone by `customerDelete`.",
    )
    async def customer_create(
        self, info: Info, input: Annotated[CustomerCreateInput, INPUT], dry_run: DryRun = False
    ) -> CustomerCreatePayload:
        viewer, given = info.context.viewer, collect_values(input, EDIT_FIELDS)
        addresses = collect_addresses(input.addresses)
        require_permissions(viewer, (), dry_run=dry_run, is_personal=True)
        async with info.context.transaction(dry_run=dry_run) as connection:
            made, _ = await create_with_addresses(
                connection,
                given,
                addresses,
                attributes=collect_given(input.attributes),
                welcome=Welcome(input.sends_welcome_mail, read_welcome_view(input.welcome_store_view_id)),
                websites=viewer.website_ids,
                by=actor_of(viewer),
                dry_run=dry_run,
            )
        return CustomerCreatePayload(customer_id=made.id)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Edit a customer. Either all edits are stored or none. Edits of different fields by two people merge; of the "
        "same field, the later one gets a `VersionConflictError`. `email` also needs `customers.change_email`: a new address is "
        "unverified, ends every session, open link and the password; it is mailed a link to choose one, and the old address a link "
        "that undoes the change within 24 hours (`emailChangeUndo`). `websiteId` moves the account; `websiteMove` says what "
        "follows. `status: INACTIVE` ends every session. A change of `allowsRemoteAssistance` is mailed to the customer. Writes "
        "history. A dry run of personal fields needs `customers.pii`. Undone by another edit.",
    )
    async def customer_update(
        self, info: Info, input: Annotated[CustomerUpdateInput, INPUT], dry_run: DryRun = False
    ) -> CustomerUpdatePayload:
        viewer = info.context.viewer
        customer_id, edits = collect_edits(input, EDIT_FIELDS)
        attributes = collect_maybe(input.attributes)
        require_permissions(viewer, edits.keys(), dry_run=dry_run, is_personal=bool(attributes))
        async with info.context.transaction(dry_run=dry_run) as connection:
            outcome = await edit_customer(
                connection,
                customer_id,
                edits=edits,
                attributes=attributes,
                expected_version=input.expected_version,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CustomerUpdatePayload(customer_id=customer_id, changed_fields=outcome.changed, website_move=outcome.move)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        cost_per=("addresses", ADDRESS_COST),
        description="Store a customer as another program knows them: find the one with the external id, or make one. What is left "
        "out stays, null clears, and addresses are found by their `externalId`; those that are not listed stay. Of several at once "
        "one makes the customer and the others change it. `adoptByEmail` gives the external id to the account with the "
        "address on the website, if that has none; it needs `customers.pii`, and so does a dry run. A new address of an "
        "existing account needs `customers.change_email` and hands the account over. No welcome is mailed unless "
        "`sendsWelcomeMail`. `REQUIRED` for what a new customer lacks, `TAKEN` for an address or external id of another one. "
        "Writes history. Undone by another edit.",
    )
    async def customer_upsert(
        self, info: Info, input: Annotated[CustomerUpsertInput, INPUT], dry_run: DryRun = False
    ) -> CustomerUpsertPayload:
        viewer = info.context.viewer
        given = collect_values(input.customer, UPSERT_FIELDS)
        wanted = CustomerUpsert(
            external_id=input.external_id,
            given=given,
            addresses=collect_addresses(input.addresses),
            attributes=collect_maybe(input.customer.attributes),
            adopts_by_email=input.adopt_by_email,
            welcome=Welcome(input.sends_welcome_mail),
        )
        require_permissions(viewer, (), dry_run=dry_run or input.adopt_by_email, is_personal=True)
        async with info.context.transaction(dry_run=dry_run) as connection:
            result = await upsert_customer(
                connection,
                wanted,
                websites=viewer.website_ids,
                by=actor_of(viewer),
                check_email=partial(check_email_change, viewer),
                dry_run=dry_run,
            )
        return CustomerUpsertPayload(
            customer_id=result.customer_id, outcome=result.outcome, changed_fields=result.changed
        )


ADMIN_MUTATIONS: Final = (CustomerEditingAdminMutation,)
