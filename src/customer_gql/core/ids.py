"""Ids: 63-bit integers inside, prefixed opaque strings outside.

A key is time-ordered (milliseconds, then a counter that starts anywhere), made by the application because a sequence
of a distributed table cannot be drawn on every machine. The public id of something a customer owns carries the
customer's key too, so that any id is one keyed lookup on the machine that holds its owner.
"""

import re
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from .errors import BadInput
from .loading import Read

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01; 41 bits of milliseconds last until 2093
_COUNTER_BITS = 22
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A fresh key, greater than every key this process made before. A clash with another process breaks the
    primary key, never a row: two of them must pick the same of 4 million places in the same millisecond."""
    global _last  # noqa: PLW0603 - one counter for the process is the point
    fresh = (int(time.time() * 1000) - _EPOCH_MS) << _COUNTER_BITS | secrets.randbits(_COUNTER_BITS - 2)
    with _lock:
        _last = fresh if fresh > _last else _last + 1
        return _last


def encode(prefix: str, *parts: int) -> str:
    return f"{prefix}_" + "".join(f"{part:016x}" for part in parts)


_SHAPE = re.compile(r"([a-z]{3})_((?:[0-9a-f]{16}){1,3})")


def prefix_of(value: str) -> str:
    match = _SHAPE.fullmatch(value)
    if not match:
        raise BadInput(f"{_shown(value)} is not an id of this graph.")
    return match[1]


def decode(value: str, prefix: str, parts: int = 1) -> tuple[int, ...]:
    """The keys inside a public id; `BadInput` for a malformed id or one of another kind."""
    match = _SHAPE.fullmatch(value)
    if not match or match[1] != prefix or len(match[2]) != 16 * parts:
        raise BadInput(f"{_shown(value)} is not an id of the kind {prefix}_….")
    keys = tuple(int(match[2][i : i + 16], 16) for i in range(0, 16 * parts, 16))
    if any(key >= 1 << 63 for key in keys):
        raise BadInput(f"{_shown(value)} is not an id of this graph.")
    return keys


def decode_one(value: str, prefix: str) -> int:
    return decode(value, prefix)[0]


def decode_small(value: str, prefix: str) -> int:
    """The same for tables with 32-bit keys; what cannot be one of theirs becomes -1, which is unknown everywhere."""
    key = decode_one(value, prefix)
    return key if key < 1 << 31 else -1


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "…")


@strawberry.interface(description="Anything that has an id and can be read again by `node(id:)`.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, type-prefixed, stable.")

    @classmethod
    def resolve_type(cls, value: "Found", *_: Any) -> str:
        return value.type_name

    @classmethod
    def is_type_of(cls, _value: Any, _info: Any) -> bool:
        """Rows are not instances of the types that describe them; which type it is, the field says, or `Found`."""
        return True


class Found:
    """A row on its way through the `Node` interface, which has to be told the row's type."""

    __slots__ = ("row", "type_name")

    def __init__(self, type_name: str, row: Any) -> None:
        self.type_name = type_name
        self.row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


Visible = Callable[[Any, tuple[int, ...]], Awaitable[bool]]


async def everyone(_context: Any, _key: tuple[int, ...]) -> bool:
    return True


async def nobody(_context: Any, _key: tuple[int, ...]) -> bool:
    return False


async def its_customer(context: Any, key: tuple[int, ...]) -> bool:
    """What a customer owns is visible on the storefront to that customer alone."""
    return key[0] == context.viewer.customer_id


class NodeId:
    """How the type's public id is made of its columns, how a row is found by it, and who may see it.

    `visible` decides on the storefront, and tells staff of some websites whose it is: what `its_customer` marks follows
    the customer's website, what is for `everyone` is for them, the rest is for staff of all websites.
    `permission` is what staff need besides that of the root.
    """

    __slots__ = ("columns", "permission", "prefix", "read", "visible")

    def __init__(
        self, prefix: str, read: Read, columns: tuple[str, ...], visible: Visible, permission: str | None = None
    ) -> None:
        self.prefix = prefix
        self.read = read
        self.columns = columns
        self.visible = visible
        self.permission = permission

    def of(self, row: Any) -> str:
        return encode(self.prefix, *[getattr(row, column) for column in self.columns])


def node_id(
    prefix: str,
    read: Read,
    *columns: str,
    visible: Visible = its_customer,
    permission: str | None = None,
    description: str,
) -> Any:
    """The `id` of a type of rows: declares the prefix, the columns inside, and the read that finds the row again."""
    declared = NodeId(prefix, read, columns, visible, permission)
    of = declared.of

    def resolve(root: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(of(root))

    return strawberry.field(
        resolver=resolve, description=f"{description} Starts with `{prefix}_`.", metadata={"id": declared}
    )
