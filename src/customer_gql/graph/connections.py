"""Relay connections over the pages of `loading.pages`."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Annotated, Any, Final, Generic, TypeVar

import strawberry

from customer_gql.loading.pages import Pages, Window

from .context import Info
from .fields import DeclaredLoad

T = TypeVar("T")


@strawberry.type(description="Position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more nodes after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether there are more nodes before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first node; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last node; null on an empty page.")


@strawberry.type(description="A node of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque position of the node, for `after` and `before`.")
    node: T = strawberry.field(description="The node.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The nodes with their cursors.")
    nodes: list[T] = strawberry.field(description="The nodes.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the list.")

    @strawberry.field(
        description="Number of nodes in the whole list, counted only when requested.", metadata={"counted": True}
    )
    async def total_count(self: Any) -> int:
        return await self.count()


First = Annotated[
    int | None, strawberry.argument(description="Number of nodes from the start, 1 to 100; 20 when no size is given.")
]
After = Annotated[str | None, strawberry.argument(description="Cursor of the node after which the page starts.")]
Last = Annotated[int | None, strawberry.argument(description="Number of nodes from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Cursor of the node before which the page ends.")]


WINDOW_ARGUMENTS: Final = frozenset({"first", "after", "last", "before"})
"""A declared connection that is given another argument is answered by its resolver."""


def make_window(
    first: Any = strawberry.UNSET,
    after: Any = strawberry.UNSET,
    last: Any = strawberry.UNSET,
    before: Any = strawberry.UNSET,
) -> Window:
    """The window that the arguments of a connection ask for; absent and null mean the same."""
    given = [None if value is strawberry.UNSET else value for value in (first, after, last, before)]
    return Window.of(*given)


def make_declared_window(values: Mapping[str, Any]) -> Window:
    """The window among all arguments of a declared connection: the others are left out, or null, in what a plan answers."""
    return make_window(**{name: values[name] for name in WINDOW_ARGUMENTS & values.keys()})


class DeclaredPages(DeclaredLoad):
    """The declaration left on a nested connection: which pages, and which columns of the parent hold the key."""

    __slots__ = ("pages",)

    def __init__(self, pages: Pages, key: tuple[str, ...]) -> None:
        self.pages = pages
        self.columns = key
        self.key = attrgetter(*key)
        self.limited = False


def paged(
    pages: Pages, *, key: str | tuple[str, ...], description: str, admin: bool = False, requires: str | None = None
) -> Any:
    """A nested connection, read for all parents in one statement. Nullable when it `requires` more of staff."""
    declared = DeclaredPages(pages, (key,) if isinstance(key, str) else key)
    key_of = declared.key

    def resolve(  # noqa: ANN202 - the annotation of the field decides
        root: strawberry.Parent[Any],
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ):
        return pages.load(info.context, key_of(root), make_window(first, after, last, before))

    metadata = {"load": declared, "requires": requires, **({"audience": "admin"} if admin else {})}
    description += f" Null, with an error, without the permission `{requires}`." if requires else ""
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)
