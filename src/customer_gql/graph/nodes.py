"""The `Node` interface: public ids of types, and how a row is found by its id."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.loading.reads import Read

from .context import Context


@strawberry.interface(description="Anything that has an id and can be read again by `node(id:)`.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque id, with a prefix for the type. It never changes.")

    @classmethod
    def resolve_type(cls, value: "FoundNode", *_: Any) -> str:
        return value.type_name

    @classmethod
    def is_type_of(cls, _value: Any, _info: Any) -> bool:
        """Rows are not instances of the types that describe them; which type it is, the field or `FoundNode` says."""
        return True


class FoundNode:
    """A row on its way through the `Node` interface, which has to be told the row's type."""

    __slots__ = ("row", "type_name")

    def __init__(self, type_name: str, row: Any) -> None:
        self.type_name = type_name
        self.row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


Visibility = Callable[[Context, tuple[int, ...]], Awaitable[bool]]


async def visible_to_everyone(_context: Context, _key: tuple[int, ...]) -> bool:
    return True


async def visible_to_nobody(_context: Context, _key: tuple[int, ...]) -> bool:
    return False


async def visible_to_owner(context: Context, key: tuple[int, ...]) -> bool:
    """What a customer owns is visible on the storefront to that customer alone."""
    return key[0] == context.viewer.customer_id


class NodeId:
    """How the type's public id is made of its columns, how a row is found by it, and who may see it.

    `visible` decides on the storefront, and tells staff of some websites whose it is: what `visible_to_owner` marks follows
    the customer's website, what is `visible_to_everyone` is for them, the rest is for staff of all websites.
    `permission` is what staff need besides that of the root. `visible_to_staff` lets them see more than what belongs to
    customers of their websites. On the storefront `storefront_read` finds the row, where owners do not see all of theirs.
    `is_written`: whichever root leads to an object, `read` finds the very same row, so that a statement may write it with all
    that belongs to it (docs/adr/0027-statements-that-write-json.md).
    """

    __slots__ = (
        "columns",
        "is_written",
        "permission",
        "prefix",
        "read",
        "storefront_read",
        "visible",
        "visible_to_staff",
    )

    def __init__(
        self,
        prefix: str,
        read: Read,
        columns: tuple[str, ...],
        visible: Visibility,
        permission: str | None = None,
        storefront_read: Read | None = None,
        visible_to_staff: Visibility = visible_to_nobody,
        *,
        is_written: bool = False,
    ) -> None:
        self.is_written = is_written
        self.prefix = prefix
        self.read = read
        self.columns = columns
        self.visible = visible
        self.permission = permission
        self.storefront_read = storefront_read or read
        self.visible_to_staff = visible_to_staff

    def of(self, row: Any) -> str:
        return encode_id(self.prefix, *[getattr(row, column) for column in self.columns])


def node_id(
    prefix: str,
    read: Read,
    *columns: str,
    visible: Visibility = visible_to_owner,
    permission: str | None = None,
    storefront_read: Read | None = None,
    visible_to_staff: Visibility = visible_to_nobody,
    is_written: bool = False,
    description: str,
) -> Any:
    """The `id` of a type of rows: declares the prefix, the columns inside, and the read that finds the row again."""
    declared = NodeId(
        prefix, read, columns, visible, permission, storefront_read, visible_to_staff, is_written=is_written
    )
    of = declared.of

    def resolve(root: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(of(root))

    return strawberry.field(
        resolver=resolve, description=f"{description} Starts with `{prefix}_`.", metadata={"id": declared}
    )


@cache
def nodes_of(schema: strawberry.Schema) -> Mapping[str, tuple[str, NodeId]]:
    """By prefix: the type's name in the graph, and how its rows are found."""
    found: dict[str, tuple[str, NodeId]] = {}
    for name, kind in schema.schema_converter.type_map.items():
        definition = kind.definition
        for field in getattr(definition, "fields", ()):
            declared = getattr(field, "metadata", {}).get("id")
            if isinstance(declared, NodeId):
                assert declared.prefix not in found or found[declared.prefix][0] == name, declared.prefix
                found[declared.prefix] = (name, declared)
    return found
