"""`matches`: why one record matches a filter or not."""

from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.roots import ADMIN
from customer_gql.loading.grids.filters import FilterTree, used_columns
from customer_gql.loading.grids.pages import GridQuestion
from customer_gql.loading.reads import Read

from .added_columns import add_named_columns
from .personal import require_columns
from .types import GridTypes


@strawberry.type(description="One clause of a filter, applied to one record.")
class MatchedClause:
    path: str = strawberry.field(description="Place of the clause in the arguments, as `filter.and.0.email.eq`.")
    operator: str = strawberry.field(description="Operator of the clause.")
    actual: str | None = strawberry.field(description="Value of the record; null where it is empty.")
    is_true: bool = strawberry.field(description="Whether the clause holds.")


@strawberry.type(description="Whether a record matches a filter, clause by clause.")
class GridMatch:
    is_match: bool = strawberry.field(description="Whether the record matches the filter.")
    clauses: list[MatchedClause] = strawberry.field(
        description="Clauses of the filter, in the order of its fields.", metadata={"paged": True}
    )


def matches_field(types: GridTypes, description: str) -> Any:
    """A field of the nodes of a grid. Records of one request are read together."""
    key_of = attrgetter(*types.node_key)
    explain = lru_cache(maxsize=64)(lambda asked, key: _Explained(asked, key.tree))

    async def resolve(root: strawberry.Parent[Any], info: Info, filter: Any) -> Any:
        used = used_columns(filter)
        asked = await add_named_columns(info.context, types, used)
        require_columns(asked.grid, asked.personal, used, info.context.viewer)
        explained = explain(asked, _TreeKey(filter))
        row = await info.context.load(explained.read, key_of(root))
        return None if row is None else explained.answer(row)

    resolve.__annotations__["filter"] = Annotated[
        types.filter_input, strawberry.argument(description="Filter to explain.")
    ]
    resolve.__annotations__["return"] = GridMatch | None
    return strawberry.field(resolver=resolve, description=description, metadata=ADMIN)


def make_membership_read(types: GridTypes, question: GridQuestion) -> Read:
    """A read that tells of each record whether it is in the list of the question."""
    return types.grid.membership_read(question.narrowing)


class _TreeKey:
    """A filter as the key of a cache: trees that read the same are the same."""

    __slots__ = ("_text", "tree")

    def __init__(self, tree: FilterTree) -> None:
        self.tree = tree
        self._text = repr(tree)

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _TreeKey) and self._text == other._text


class _Explained:
    """A compiled filter and the read that applies it to records."""

    __slots__ = ("compiled", "read")

    def __init__(self, types: GridTypes, tree: FilterTree) -> None:
        self.compiled = types.grid.compile_filter(tree)
        self.read: Read = types.grid.matches_read(self.compiled)

    def answer(self, row: Any) -> GridMatch:
        clauses = [
            MatchedClause(
                path=".".join(clause.path),
                operator=clause.operator,
                actual=_as_text(getattr(row, f"actual_{i}"), clause.column),
                is_true=getattr(row, f"is_true_{i}"),
            )
            for i, clause in enumerate(self.compiled.clauses)
        ]
        return GridMatch(is_match=row.is_match, clauses=clauses)


def _as_text(value: Any, column: Any) -> str | None:
    if value is None:
        return None
    if column.id_prefix is not None:
        return encode_id(column.id_prefix, value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))  # pyright: ignore
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
