"""Fields that customers see by what somebody allowed them: declared beside the field, put in place for the storefront alone.

A guarded field is nullable on the storefront, where its guard is asked for every value; staff have guards of their own
(`guards`). Without a declared load the document is answered by the resolver, so that no plan goes past the guard.
"""

from collections.abc import Callable
from copy import copy
from inspect import isawaitable
from types import MappingProxyType
from typing import Any, Final, Protocol

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from customer_gql.graph.context import Context, Info

_GUARD: Final = "storefront_guard"


class StorefrontGuard(Protocol):
    """Says who sees a field of a row; raises `Forbidden` for everybody else."""

    @property
    def sentence(self) -> str:
        """What the description of the field adds on the storefront."""
        ...

    async def check(self, context: Context, row: Any) -> None: ...


def guarded_on_storefront(guard: StorefrontGuard) -> Callable[[Any], Any]:
    def declare(field: Any) -> Any:
        field.metadata = MappingProxyType({**field.metadata, _GUARD: guard})
        return field

    return declare


def apply_storefront_guard(field: StrawberryField) -> StrawberryField:
    """The field as the storefront has it: itself where no guard is declared."""
    guard = field.metadata.get(_GUARD)
    if guard is None:
        return field
    shown, returned = copy(field), field.type
    shown.metadata = MappingProxyType({name: value for name, value in field.metadata.items() if name != "load"})
    shown.extensions = [*field.extensions, _AsksGuard(guard)]
    if field.base_resolver is None:
        shown.base_resolver = _attribute_resolver(field.python_name)
    shown.type = returned if isinstance(returned, StrawberryOptional) else StrawberryOptional(returned)
    shown.description = f"{field.description} {guard.sentence}"
    return shown


class _AsksGuard(FieldExtension):
    def __init__(self, guard: StorefrontGuard) -> None:
        self._guard = guard

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        await self._guard.check(info.context, source)
        found = await next_(source, info, **kwargs)
        return await found if isawaitable(found) else found


def _attribute_resolver(name: str) -> StrawberryResolver[Any]:
    def read_attribute(root: strawberry.Parent[Any]) -> Any:
        return getattr(root, name)

    return StrawberryResolver(read_attribute)
