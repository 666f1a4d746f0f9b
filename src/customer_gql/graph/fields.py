"""Fields that declare what they load instead of loading it."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any

import strawberry

from customer_gql.loading.pages import DEFAULT_PAGE, MAX_PAGE, validate_page_size
from customer_gql.loading.reads import Read

from .context import Info


class DeclaredLoad:
    """The declaration left on a field: which read, which columns of the parent hold the key, which arguments it has."""

    __slots__ = ("columns", "key", "limited", "read")

    def __init__(self, read: Read, key: tuple[str, ...], *, limited: bool = False) -> None:
        self.read = read
        self.columns = key
        self.key: Callable[[Any], Any] = attrgetter(*key)
        self.limited = limited


def column(
    description: str,
    *,
    name: str | None = None,
    admin: bool = False,
    personal: bool = False,
    longest: int | None = None,
    assumed: int | None = None,
) -> Any:
    """A field that is the row's column of the same name.

    A `personal` one is masked for some staff, see `graph.access.guards`. `longest` is the limit, in characters, of a text
    of an input that may be longer than most, see `execution.limits.text`. `assumed` is the size of a list in the cost.
    """
    stated = {
        "audience": "admin" if admin else None,
        "personal": personal or None,
        "longest": longest,
        "assumed": assumed,
    }
    metadata = {key: value for key, value in stated.items() if value is not None}
    return strawberry.field(description=description, name=name, metadata=metadata)


def needed_columns(info: Any) -> frozenset[str] | None:
    """The columns that the document needs of the row that a resolver returns, or of its nodes; None when unknown."""
    return getattr(getattr(info, "_raw_info", info), "needed_columns", None)


def needed_read(info: Any, read: Read, *required: str) -> Read:
    """The read with the columns that the document needs, and those that the resolver itself looks at."""
    needed = needed_columns(info)
    return read if needed is None else _narrow_read(read, needed.union(required))


@lru_cache(maxsize=256)
def _narrow_read(read: Read, needed: frozenset[str]) -> Read:
    return read.narrowed(needed)


def loaded(
    read: Read,
    *,
    key: str | tuple[str, ...],
    description: str,
    limited: bool = False,
    admin: bool = False,
    assumed: int | None = None,
) -> Any:
    """A field loaded by key: one row, or with a `many` read a list; `limited` adds the argument `first`. `assumed` is
    the size of a list without it in the cost."""
    declared = DeclaredLoad(read, (key,) if isinstance(key, str) else key, limited=limited)
    stated = {"load": declared, "audience": "admin" if admin else None, "assumed": assumed}
    metadata = {key: value for key, value in stated.items() if value is not None}
    resolve = _limited_load_resolver(declared) if limited else _load_resolver(declared)
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def named(field: Any, name: str) -> Any:
    """A declared field under a name that Python does not allow, or that another field of the class has."""
    field.graphql_name = name
    return field


def storefront_only(field: Any, name: str) -> Any:
    """Let a declared field stand on the storefront alone, under the name that another field has for staff."""
    field.metadata = {**field.metadata, "audience": "storefront"}
    return named(field, name)


def _load_resolver(declared: DeclaredLoad) -> Callable[..., Any]:
    read, key_of = declared.read, declared.key

    def resolve(root: strawberry.Parent[Any], info: Info):  # noqa: ANN202 - the annotation of the field decides
        key = key_of(root)
        return None if key is None else info.context.load(read, key)

    return resolve


def _limited_load_resolver(declared: DeclaredLoad) -> Callable[..., Any]:
    read, key_of = declared.read, declared.key

    def resolve(  # noqa: ANN202
        root: strawberry.Parent[Any],
        info: Info,
        first: Annotated[
            int, strawberry.argument(description=f"Largest number of entries, 1 to {MAX_PAGE}, from the first one.")
        ] = DEFAULT_PAGE,
    ):
        return info.context.load(read, key_of(root), limit=validate_page_size(first))

    return resolve
