from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import INPUT, DryRun, admin_field, admin_mutation
from customer_gql.shop.groups import reads
from customer_gql.shop.groups.types import CustomerGroup, TaxClass

from . import writes
from .deletion import delete_customer_group
from .types import CUSTOMER_GROUP_GRID, CustomerGroupDeletePayload, CustomerGroupPayload

_NAME = "Name of at most 32 characters, unique whatever its case."
_TAX_CLASS = "Id of the tax class, one of the kind `CUSTOMER`."
_EXCLUDED = "Ids of the websites on which members cannot sign in, at most 100; their sessions there end at once."


@strawberry.input(description="A new customer group.")
class CustomerGroupCreateInput:
    name: str = column(_NAME)
    tax_class_id: strawberry.ID | None = strawberry.field(
        description=f"{_TAX_CLASS} By default that of retail customers.", default=None
    )
    excluded_website_ids: list[strawberry.ID] = strawberry.field(
        description="Ids of the websites on which members cannot sign in, at most 100.", default_factory=list
    )


@strawberry.input(description="Changes of a customer group. What is left out keeps its value.")
class CustomerGroupUpdateInput:
    id: strawberry.ID = column("Id of the group.")
    name: strawberry.Maybe[str] = column(_NAME)
    tax_class_id: strawberry.Maybe[strawberry.ID] = column(_TAX_CLASS)
    excluded_website_ids: strawberry.Maybe[list[strawberry.ID]] = column(_EXCLUDED)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Customer group to delete.")
class CustomerGroupDeleteInput:
    id: strawberry.ID = column("Id of the group.")


@strawberry.type(description="Result of creating a customer group.")
class CustomerGroupCreatePayload(CustomerGroupPayload):
    pass


@strawberry.type(description="Result of updating a customer group.")
class CustomerGroupUpdatePayload(CustomerGroupPayload):
    pass


@strawberry.type
class CustomerGroupAdminQuery:
    customer_groups: CUSTOMER_GROUP_GRID.connection | None = grid_field(  # pyright: ignore
        CUSTOMER_GROUP_GRID,
        description="All customer groups, including the one of guests: a grid with filter, search, sort and facets.",
    )

    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=CustomerGroup | None,
        description="A customer group; null when it is unknown.",
    )
    async def customer_group(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the group.")]
    ) -> Any:
        return await info.context.load(reads.groups_by_id, decode_id(id, "grp"))

    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[TaxClass],
        assumed=20,
        description="All tax classes, those of customers and those of products; there are a few.",
    )
    async def tax_classes(self, info: Info) -> list[Any]:
        return await info.context.fetch(reads.ALL_TAX_CLASSES)


@strawberry.type
class CustomerGroupAdminMutation:
    @admin_mutation(
        permission=Permission.GROUPS_MANAGE,
        all_websites=True,
        description="Create a customer group. Writes the history of staff. Undone by `customerGroupDelete`.",
    )
    async def customer_group_create(
        self, info: Info, input: Annotated[CustomerGroupCreateInput, INPUT]
    ) -> CustomerGroupCreatePayload:
        tax_class_id = None if input.tax_class_id is None else parse_input_id(input.tax_class_id, "tax", ["taxClassId"])
        excluded = _parse_websites(input.excluded_website_ids)
        async with info.context.transaction() as connection:
            number = await writes.create_group(
                connection,
                name=input.name,
                tax_class_id=tax_class_id,
                excluded_website_ids=excluded,
                by=actor_of(info.context.viewer),
            )
        return CustomerGroupCreatePayload(group_key=number)

    @admin_mutation(
        permission=Permission.GROUPS_MANAGE,
        all_websites=True,
        description="Change a customer group. Excluding a website ends the sessions of its members there at once. Writes the "
        "history of staff. Undone by another update.",
    )
    async def customer_group_update(
        self, info: Info, input: Annotated[CustomerGroupUpdateInput, INPUT]
    ) -> CustomerGroupUpdatePayload:
        group_id, edits = parse_input_id(input.id, "grp", ["id"]), _edits_of(input)
        async with info.context.transaction() as connection:
            await writes.update_group(
                connection,
                group_id,
                expected_version=input.expected_version,
                by=actor_of(info.context.viewer),
                **edits,
            )
        return CustomerGroupUpdatePayload(group_key=group_id)

    @admin_mutation(
        permission=Permission.GROUPS_MANAGE,
        all_websites=True,
        exclusive=True,
        description="Delete a customer group for good. Its members get the default group of the store view they were created "
        "in; more than a thousand are moved by a job, and the group goes with the last of them. Refused for the group of "
        "guests, and for one that a setting or a rate names. Writes the history of staff and of the customers.",
    )
    async def customer_group_delete(
        self, info: Info, input: Annotated[CustomerGroupDeleteInput, INPUT], dry_run: DryRun = False
    ) -> CustomerGroupDeletePayload:
        group_id = parse_input_id(input.id, "grp", ["id"])
        async with info.context.transaction(dry_run=dry_run) as connection:
            deletion = await delete_customer_group(connection, group_id, by=actor_of(info.context.viewer))
        return CustomerGroupDeletePayload(
            deleted_group_id=input.id if deletion.job_id is None else None,
            moved_customer_count=deletion.member_count,
            job_key=None if dry_run else deletion.job_id,
        )


def _edits_of(input: CustomerGroupUpdateInput) -> dict[str, Any]:
    edits: dict[str, Any] = {}
    if input.name is not None:
        edits["name"] = input.name.value
    if input.tax_class_id is not None:
        edits["tax_class_id"] = parse_input_id(input.tax_class_id.value, "tax", ["taxClassId"])
    if input.excluded_website_ids is not None:
        edits["excluded_website_ids"] = _parse_websites(input.excluded_website_ids.value)
    return edits


def _parse_websites(ids: list[strawberry.ID]) -> list[int]:
    return parse_input_ids(ids, "web", ["excludedWebsiteIds"])


ADMIN_QUERIES: Final = (CustomerGroupAdminQuery,)
ADMIN_MUTATIONS: Final = (CustomerGroupAdminMutation,)
