"""Who of the staff may see what: declared on types and fields, decided here for both executors.

A field that lacks its permission is null with a `FORBIDDEN` error; personal data is masked instead. The reference
executor asks for every value, a compiled plan once for all viewers who lack the same permissions.
"""

from collections.abc import Callable, Collection
from functools import cache
from inspect import isawaitable
from typing import Any, Final, NamedTuple, TypeVar

import strawberry
from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLString, MiddlewareManager, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from customer_gql.core.errors import Forbidden
from customer_gql.core.permissions import FIELD_PERMISSIONS, Permission
from customer_gql.core.viewer import Viewer

MASK: Final = "•••"
NOTHING_MISSING: Final[frozenset[str]] = frozenset()
_GUARD_ATTRIBUTE: Final = "__field_guard__"
T = TypeVar("T", bound=type)


Reaches = Callable[[Any, Viewer], bool]
# Granted for some websites only, they say nothing about a record before it is known whose it is.
_BY_RECORD: Final = frozenset({Permission.STAFF_MANAGE.value})


class TypeGuard(NamedTuple):
    """What a type requires of staff, wherever it is reached, and the fields that everybody sees."""

    requires: Permission
    open_fields: frozenset[str]
    reaches: Reaches | None


class FieldGuard(NamedTuple):
    """What one field of a type requires, by its own declaration, its type's and that of the type it returns."""

    requires: frozenset[str]
    requires_of_others: str | None
    """Required for records of others; a viewer's own record is an `OwnRecord`."""
    reaches: Reaches | None
    """Whether a viewer of some websites reaches a record of others; None asks for the permission alone."""
    is_personal: bool
    is_text: bool

    def refused_permission(self, missing: Collection[str], *, is_own: bool = False) -> str | None:
        """The permission to name in the error; None when the field is answered."""
        if self.requires_of_others in missing and not is_own:
            return self.requires_of_others
        return next((permission for permission in sorted(self.requires) if permission in missing), None)

    def is_masked(self, missing: Collection[str]) -> bool:
        return self.is_personal and Permission.CUSTOMERS_PII in missing


class OwnRecord:
    """The row of the viewer's own account, or of the one they just signed in to: the guard of its type lets it pass."""

    __slots__ = ("row",)

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def guarded_type(
    *, requires: Permission, description: str, open_fields: Collection[str] = (), reaches: Reaches | None = None
) -> Callable[[T], T]:
    """A type that staff and services see with one permission only, whichever root leads to it.

    Without it, a field that returns the type is null when the type has no `open_fields`; else the other fields are, so
    they have to be nullable. With `reaches` a viewer of some websites needs to reach the record too. Customers and guests are
    not affected: what they reach is theirs.
    """
    visible = " and ".join(f"`{name}`" for name in sorted(open_fields))
    scope = f"Without the permission `{requires}` staff see {visible} only" if open_fields else ""
    exception = f"{scope}, except of themselves." if scope else f"Staff need the permission `{requires}` to see it."

    def declare(cls: T) -> T:
        shown = strawberry.type(description=f"{description} {exception}")(cls)
        setattr(shown, _GUARD_ATTRIBUTE, TypeGuard(requires, frozenset(open_fields), reaches))
        return shown

    return declare


def missing_permissions(viewer: Viewer) -> frozenset[str]:
    """The permissions that guard fields and that the viewer lacks, or has for some records only. Customers and guests lack
    none."""
    if not viewer.is_staff_or_service:
        return NOTHING_MISSING
    missing = FIELD_PERMISSIONS - viewer.permissions
    return missing if viewer.website_ids is None else missing | _BY_RECORD


def field_guards(missing: frozenset[str]) -> MiddlewareManager | None:
    """The middleware of the reference executor; None when nothing is missing."""
    return MiddlewareManager(_guard_field) if missing else None


def _guard_field(next_: Any, root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    guard = find_guard(info.parent_type, info.field_name)
    viewer = info.context.viewer
    missing = missing_permissions(viewer)
    refused = guard.refused_permission(missing, is_own=_is_open_record(guard, root, viewer))
    if refused is not None:
        raise refusal_of(refused)
    if not guard.is_masked(missing):
        return next_(root, info, **arguments)
    if not guard.is_text:
        return None
    value = next_(root, info, **arguments)
    return _mask_awaited(value) if isawaitable(value) else mask_value(value)


def _is_open_record(guard: FieldGuard, root: Any, viewer: Viewer) -> bool:
    """The viewer's own, or one that the permission reaches on the viewer's websites."""
    if isinstance(root, OwnRecord):
        return True
    may = guard.reaches is not None and guard.requires_of_others in viewer.permissions
    return may and guard.reaches is not None and guard.reaches(root, viewer)


def refusal_of(permission: str) -> Forbidden:
    return Forbidden(f"The permission {permission} is missing.", permission=permission)


@cache
def find_guard(parent: GraphQLObjectType, name: str) -> FieldGuard:
    field = parent.fields.get(name)
    if field is None:  # `__typename` and other meta fields exist on every type
        return FieldGuard(NOTHING_MISSING, None, None, is_personal=False, is_text=False)
    metadata = getattr(_definition(field), "metadata", {})
    returned = get_named_type(field.type)
    inner, own = find_type_guard(returned), find_type_guard(parent)
    requires = {metadata.get("requires"), inner.requires if inner and not inner.open_fields else None} - {None}
    of_others = own.requires if own and name not in own.open_fields else None
    reaches = own.reaches if own and of_others else None
    return FieldGuard(
        frozenset(requires), of_others, reaches, metadata.get("personal", False), returned is GraphQLString
    )


def find_type_guard(graphql_type: Any) -> TypeGuard | None:
    """The guard declared on the class itself; a base class does not pass its guard on."""
    origin = getattr(_definition(graphql_type), "origin", None)
    return vars(origin).get(_GUARD_ATTRIBUTE) if isinstance(origin, type) else None


def is_closed_type(graphql_type: Any, missing: Collection[str]) -> bool:
    """Whether viewers who lack these permissions meet no record of the type: what leads to one is null."""
    guard = find_type_guard(graphql_type)
    return guard is not None and guard.requires in missing and not guard.open_fields


def _definition(declared: Any) -> Any:
    return (declared.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)


async def _mask_awaited(value: Any) -> Any:
    return mask_value(await value)


def mask_value(value: Any) -> Any:
    """Enough to tell two entries of a list apart, and no more: `g•••@•••`."""
    if isinstance(value, list):
        return [mask_value(part) for part in value]
    if value is None:
        return None
    return f"{value[:1]}{MASK}@{MASK}" if "@" in value else f"{value[:1]}{MASK}"
