"""Fields that some staff may not see: personal facts are masked, and what needs a permission of its own is refused.

Nearly everybody who works in a shop may see both, so the few who may not are answered by the reference executor, field
by field, and nobody else pays for it.
"""

from functools import cache
from inspect import isawaitable
from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLString, MiddlewareManager, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from customer_gql.core.errors import Forbidden
from customer_gql.core.permissions import FIELD_PERMISSIONS, Permission
from customer_gql.core.viewer import Viewer

MASK: Final = "•••"


def field_guards(viewer: Viewer) -> MiddlewareManager | None:
    """What stands before every field for this viewer; None for those who may see all."""
    if not viewer.is_staff_or_service or viewer.permissions >= FIELD_PERMISSIONS:
        return None
    return MiddlewareManager(_guard_field)


def _guard_field(next_: Any, root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    personal, is_text, requires = _declared_rules(info.parent_type, info.field_name)
    held = info.context.viewer.permissions
    if requires is not None and requires not in held:
        raise Forbidden(f"The permission {requires} is missing.", permission=requires)
    found = next_(root, info, **arguments)
    if not personal or Permission.CUSTOMERS_PII in held:
        return found
    if not is_text:
        return None
    return _mask_awaited(found) if isawaitable(found) else mask_text(found)


@cache
def _declared_rules(kind: GraphQLObjectType, name: str) -> tuple[bool, bool, str | None]:
    """Whether it is personal, whether it is text, and the permission it asks for."""
    field = kind.fields.get(name)
    if field is None:  # `__typename` and its like belong to every type
        return False, False, None
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    metadata = getattr(definition, "metadata", {})
    is_text = get_named_type(field.type) is GraphQLString
    return metadata.get("personal", False), is_text, metadata.get("requires")


async def _mask_awaited(found: Any) -> Any:
    return mask_text(await found)


def mask_text(value: Any) -> Any:
    """Enough to tell two entries of a list apart, and no more: `g•••@•••`."""
    if isinstance(value, list):
        return [mask_text(part) for part in value]
    if value is None:
        return None
    return f"{value[:1]}{MASK}@{MASK}" if "@" in value else f"{value[:1]}{MASK}"
