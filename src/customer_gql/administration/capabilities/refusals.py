"""What capabilities of all records have."""

from collections.abc import Callable

import strawberry
from strawberry.scalars import JSON

from customer_gql.core.errors import RuleError
from customer_gql.core.permissions import Permission
from customer_gql.graph.payloads import UserErrorCodeType


@strawberry.type(description="What a mutation would be refused with, as an entry of `userErrors`.")
class CapabilityRefusal:
    code: UserErrorCodeType = strawberry.field(description="Kind of the refusal.")  # pyright: ignore
    key: str = strawberry.field(description="Stable name of the rule that refuses.")
    params: JSON = strawberry.field(  # pyright: ignore[reportInvalidTypeForm]
        description="Values that the message is about, by name."
    )


@strawberry.type(description="Whether a field of the input of a mutation can be changed.")
class FieldCapability:
    field: str = strawberry.field(description="Name of the input field.")
    is_allowed: bool = strawberry.field(description="Whether a new value would be taken.")
    key: str | None = strawberry.field(
        description="Key of the rule that refuses; null when none does, also when a permission is missing."
    )


def show_refusal(refused: RuleError) -> CapabilityRefusal:
    return CapabilityRefusal(code=refused.code, key=refused.key, params=refused.params)  # pyright: ignore


def find_mutations(schema: strawberry.Schema, is_meant: Callable[[str], bool]) -> dict[str, Permission]:
    """The mutations of the schema with such names, and the permission that each needs."""
    found: dict[str, Permission] = {}
    for field in schema.mutation.__strawberry_definition__.fields:  # pyright: ignore
        name = schema.config.name_converter.get_graphql_name(field)
        if is_meant(name) and "permission" in field.metadata:
            found[name] = field.metadata["permission"]
    return found
