"""What capabilities of all records have."""

from collections.abc import Callable

import strawberry

from customer_gql.core.errors import RuleError
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info


@strawberry.type(description="Whether a field of the input of a mutation can be changed.")
class FieldCapability:
    refused: strawberry.Private[RuleError | None]
    field: str = strawberry.field(description="Name of the input field.")
    is_allowed: bool = strawberry.field(description="Whether a new value would be taken.")
    key: str | None = strawberry.field(
        description="Key of the rule that refuses; null when none does, also when a permission is missing."
    )

    @strawberry.field(description="Why it is refused, in the language of `Accept-Language`; null when `key` is null.")
    def message(self, info: Info) -> str | None:
        return None if self.refused is None else self.refused.message_in(info.context.language)


def show_field(field: str, refused: RuleError | None, *, is_allowed: bool) -> FieldCapability:
    return FieldCapability(
        refused=refused, field=field, is_allowed=is_allowed, key=None if refused is None else refused.key
    )


def find_mutations(schema: strawberry.Schema, is_meant: Callable[[str], bool]) -> dict[str, Permission]:
    """The mutations of the schema with such names, and the permission that each needs."""
    found: dict[str, Permission] = {}
    for field in schema.mutation.__strawberry_definition__.fields:  # pyright: ignore
        name = schema.config.name_converter.get_graphql_name(field)
        if is_meant(name) and "permission" in field.metadata:
            found[name] = field.metadata["permission"]
    return found
