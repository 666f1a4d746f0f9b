from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation

from . import writes
from .reads import page_known_tags, tags_by_customer
from .types import KnownTag


@strawberry.input(description="Tags to give to a customer.")
class CustomerTagsAddInput:
    customer_id: strawberry.ID = column("Id of the customer.")
    tags: list[str] = column("Tags of at most 40 characters each.")


@strawberry.input(description="Tags to take from a customer.")
class CustomerTagsRemoveInput:
    customer_id: strawberry.ID = column("Id of the customer.")
    tags: list[str] = column("Tags, in any spelling that differs in case and accents only.")


@strawberry.type(description="The tags of the customer after the change.")
class CustomerTagsPayload(CustomerPayload):
    changed_tags: list[str] = strawberry.field(
        description="The tags that were added or removed; those that were there, or gone, already are not among them.",
        default_factory=list,
    )

    @strawberry.field(graphql_type=list[str], description="All tags of the customer as stored now; empty when refused.")
    async def tags(self, info: Info) -> Any:
        found = None if self.customer_id is None else await info.context.load(tags_by_customer, self.customer_id)
        return [] if found is None else found.tags


@strawberry.type
class TagAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=Connection[KnownTag],
        description="Tags that customers of the viewer's websites have, in alphabetical order, with their numbers of customers.",
    )
    async def customer_tags(
        self,
        info: Info,
        starts_with: Annotated[
            str | None, strawberry.argument(description="Start of the tag; case and accents make no difference.")
        ] = None,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        window = make_window(first, after, last, before)
        return await page_known_tags(
            info.context, window, starts_with=starts_with, websites=info.context.viewer.website_ids
        )


@strawberry.type
class TagAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Give tags to a customer, who has at most 50. Tags that differ in case and accents only are one, and one that "
        "is there stays as it is spelt. `REQUIRED`, `TOO_LONG` and `INVALID` with the place of a tag, `TOO_MANY` for more than "
        "50, `NOT_FOUND` for an unknown customer. Writes history. Undone by `customerTagsRemove`.",
    )
    async def customer_tags_add(self, info: Info, input: Annotated[CustomerTagsAddInput, INPUT]) -> CustomerTagsPayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            added = await writes.add_tags(
                connection, customer_id, input.tags, websites=viewer.website_ids, by=actor_of(viewer)
            )
        return CustomerTagsPayload(customer_id=customer_id, changed_tags=added)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Take tags from a customer. Those that the customer does not have are ignored. `REQUIRED`, `TOO_LONG` and "
        "`INVALID` with the place of a tag, `NOT_FOUND` for an unknown customer. Writes history. Undone by `customerTagsAdd`.",
    )
    async def customer_tags_remove(
        self, info: Info, input: Annotated[CustomerTagsRemoveInput, INPUT]
    ) -> CustomerTagsPayload:
        viewer, customer_id = info.context.viewer, parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            removed = await writes.remove_tags(
                connection, customer_id, input.tags, websites=viewer.website_ids, by=actor_of(viewer)
            )
        return CustomerTagsPayload(customer_id=customer_id, changed_tags=removed)


ADMIN_QUERIES: Final = (TagAdminQuery,)
ADMIN_MUTATIONS: Final = (TagAdminMutation,)
