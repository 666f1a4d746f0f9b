from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes import reads, writes
from customer_gql.customers.attributes.inputs import (
    AttributeCreateInput,
    AttributeDeleteInput,
    AttributeUpdateInput,
    collect_definition,
)
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.types import Attribute
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation

from .deletion import change_attribute, delete_with_values
from .types import AttributeCreatePayload, AttributeDeletePayload, AttributeUpdatePayload


@strawberry.type
class AttributeAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[Attribute],
        assumed=30,
        description="Attributes of an entity and its built-in fields, in the order of forms: at most 200 attributes.",
    )
    async def attributes(
        self,
        info: Info,
        entity: Annotated[AttributeEntity, strawberry.argument(description="What they belong to.")],
    ) -> Any:
        return await info.context.load(reads.attributes_by_entity, entity.value)

    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=Attribute | None,
        description="An attribute; null when it is unknown.",
    )
    async def attribute(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the attribute.")]
    ) -> Any:
        return await info.context.load(reads.attributes_by_id, decode_id(id, "att"))


@strawberry.type
class AttributeAdminMutation:
    @admin_mutation(
        permission=Permission.ATTRIBUTES_MANAGE,
        all_websites=True,
        description="Create an attribute of customers or addresses. `TAKEN` for a code that another attribute or a built-in "
        "field has, `LIMIT_REACHED` above 200 attributes of the entity, `NOT_ALLOWED` for what its type does not have. Writes "
        "the history of staff. Undone by `attributeDelete`.",
    )
    async def attribute_create(
        self, info: Info, input: Annotated[AttributeCreateInput, INPUT]
    ) -> AttributeCreatePayload:
        given = collect_definition(input)
        async with info.context.transaction() as connection:
            key = await writes.create_attribute(
                connection,
                entity=input.entity,
                code=input.code,
                type=input.type,
                given=given,
                by=actor_of(info.context.viewer),
            )
        return AttributeCreatePayload(attribute_key=key)

    @admin_mutation(
        permission=Permission.ATTRIBUTES_MANAGE,
        all_websites=True,
        description="Change an attribute. Stored values stay, also those that new rules would refuse. What is stored of options "
        "that are no longer listed is removed, and `isSearchable` takes effect, of more than a thousand customers by a job. Edits of different fields by two people "
        "merge; of the same field, the later one gets a `VersionConflictError`. Writes the history of staff, and of customers "
        "whose values change. An attribute that is no longer personal takes `customers.pii`. Undone by another update, except for "
        "removed options.",
    )
    async def attribute_update(
        self, info: Info, input: Annotated[AttributeUpdateInput, INPUT]
    ) -> AttributeUpdatePayload:
        attribute_id, given = parse_input_id(input.id, "att", ["id"]), collect_definition(input)
        async with info.context.transaction() as connection:
            job_id = await change_attribute(
                connection,
                attribute_id,
                given,
                expected_version=input.expected_version,
                by=actor_of(info.context.viewer),
            )
        return AttributeUpdatePayload(attribute_key=attribute_id, job_key=job_id)

    @admin_mutation(
        permission=Permission.ATTRIBUTES_MANAGE,
        all_websites=True,
        exclusive=True,
        description="Delete an attribute for good, with its options and labels and what is stored of it; of more than a thousand "
        "customers by a job, and the attribute goes with the last of them. `NOT_ALLOWED` for a built-in field. Writes the history "
        "of staff and of the customers.",
    )
    async def attribute_delete(
        self, info: Info, input: Annotated[AttributeDeleteInput, INPUT]
    ) -> AttributeDeletePayload:
        attribute_id = parse_input_id(input.id, "att", ["id"])
        async with info.context.transaction() as connection:
            job_id = await delete_with_values(connection, attribute_id, by=actor_of(info.context.viewer))
        return AttributeDeletePayload(deleted_attribute_id=input.id if job_id is None else None, job_key=job_id)


ADMIN_QUERIES: Final = (AttributeAdminQuery,)
ADMIN_MUTATIONS: Final = (AttributeAdminMutation,)
