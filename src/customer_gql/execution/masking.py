"""Fields that some staff may not see: personal data is masked, and fields that need a permission are refused.

Most people who work in a shop may see both. The others are answered by the reference executor, field by field, so that
only they pay for the checks.
"""

from functools import cache
from inspect import isawaitable
from typing import Any, Final, NamedTuple

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLString, MiddlewareManager, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from customer_gql.core.errors import Forbidden
from customer_gql.core.permissions import FIELD_PERMISSIONS, Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Context

MASK: Final = "•••"


class MaskingRules(NamedTuple):
    """What a field declares about who may see it."""

    is_personal: bool
    is_text: bool
    requires: str | None


def field_guards(viewer: Viewer) -> MiddlewareManager | None:
    """The middleware that guards every field for this viewer; None for viewers who may see everything."""
    if not viewer.is_staff_or_service or viewer.permissions >= FIELD_PERMISSIONS:
        return None
    return MiddlewareManager(_guard_field)


def _guard_field(next_: Any, root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    rules = _rules_of_field(info.parent_type, info.field_name)
    context: Context = info.context
    permissions = context.viewer.permissions
    if rules.requires is not None and rules.requires not in permissions:
        raise Forbidden(f"The permission {rules.requires} is missing.", permission=rules.requires)
    value = next_(root, info, **arguments)
    if not rules.is_personal or Permission.CUSTOMERS_PII in permissions:
        return value
    if not rules.is_text:
        return None
    return _mask_awaited(value) if isawaitable(value) else mask_value(value)


@cache
def _rules_of_field(parent: GraphQLObjectType, name: str) -> MaskingRules:
    field = parent.fields.get(name)
    if field is None:  # `__typename` and other meta fields exist on every type
        return MaskingRules(is_personal=False, is_text=False, requires=None)
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    metadata = getattr(definition, "metadata", {})
    is_text = get_named_type(field.type) is GraphQLString
    return MaskingRules(metadata.get("personal", False), is_text, metadata.get("requires"))


async def _mask_awaited(value: Any) -> Any:
    return mask_value(await value)


def mask_value(value: Any) -> Any:
    """Enough to tell two entries of a list apart, and no more: `g•••@•••`."""
    if isinstance(value, list):
        return [mask_value(part) for part in value]
    if value is None:
        return None
    return f"{value[:1]}{MASK}@{MASK}" if "@" in value else f"{value[:1]}{MASK}"
