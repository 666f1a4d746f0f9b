"""What records that are not there yet can have (docs/domain/capabilities.md#capabilities-7)."""

from typing import Annotated, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.types import AttributeEntity, AttributeType
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field

from .attributes import describe_new_fields
from .refusals import FieldCapability


@strawberry.type
class CapabilityAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        description="Fields of the input of `attributeCreate`, each rule as `rules.minLength` and each form as `forms.SIGN_UP`, with what "
        "refuses them for a new attribute of this entity and type.",
    )
    async def attribute_fields(
        self,
        info: Info,
        entity: Annotated[AttributeEntity, strawberry.argument(description="What it would belong to.")],
        type: Annotated[AttributeType, strawberry.argument(description="What it would take.")],
    ) -> list[FieldCapability] | None:
        return describe_new_fields(entity, type, info.context.viewer)


ADMIN_QUERIES: Final = (CapabilityAdminQuery,)
