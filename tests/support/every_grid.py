"""What the tests of all grids need to know of each: its roots and types, and rows to look at.

A slice with a grid declares in `GRID_ROWS` of its samples, by the name of the grid, a function that makes rows which
differ in what columns show, some of them empty, and which no other row is among.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, get_named_type
from sqlalchemy import Table

from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.grids.types import GridTypes
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from support.access_walk import GRAPH
from support.made_rows import MakeRows
from support.slice_samples import merge

GRID_ROWS: dict[str, MakeRows] = merge("GRID_ROWS")
GRID_TYPES = dict(KNOWN_GRIDS)
NAMES = list(GRID_TYPES)


@dataclass(frozen=True)
class GridRoot:
    """The root of a grid, and documents for it."""

    name: str
    types: GridTypes
    filter_type: str
    sort_type: str
    has_search: bool
    node: GraphQLObjectType

    @classmethod
    def of(cls, grid: str) -> "GridRoot":
        types = GRID_TYPES[grid]
        connection = types.connection.__strawberry_definition__.name
        assert GRAPH.query_type is not None
        [(name, field)] = [
            (name, field)
            for name, field in GRAPH.query_type.fields.items()
            if get_named_type(field.type).name == connection
        ]
        shown: Any = get_named_type(field.type)
        return cls(
            name=name,
            types=types,
            filter_type=str(field.args["filter"].type),
            sort_type=str(field.args["sort"].type),
            has_search="search" in field.args,
            node=get_named_type(shown.fields["nodes"].type),  # pyright: ignore
        )

    @property
    def table(self) -> str:
        """What every statement about the grid contains: the table, or the name of the selection, whose rows it lists."""
        source: Any = self.types.grid.key[0].table  # pyright: ignore
        return f"FROM {source.name}" if isinstance(source, Table) else f"AS {source.name}"

    @property
    def has_nodes(self) -> bool:
        """Whether `node` finds what it lists."""
        return "Node" in [interface.name for interface in self.node.interfaces]

    def document(self, selected: str, *arguments: str) -> str:
        """A document that asks for these parts of the list; `arguments` are declarations of more variables."""
        search = ("search: String",) if self.has_search else ()
        taken = (
            "first: Int",
            "after: String",
            "last: Int",
            "before: String",
            f"filter: {self.filter_type}",
            f"sort: {self.sort_type}",
            *search,
        )
        if "id" not in self.node.fields:  # of visitors
            selected = selected.replace("nodes { id", "nodes { id: number")
        declared = ", ".join(f"${part}" for part in (*taken, *arguments))
        passed = ", ".join(f"{name}: ${name}" for name in (part.partition(":")[0] for part in taken))
        return f"query L({declared}) {{ list: {self.name}({passed}) {{ {selected} }} }}"

    def row_selection(self) -> str:
        """Every column."""
        row: Any = get_named_type(self.node.fields["gridRow"].type)
        shown = [_select(name, field) for name, field in row.fields.items() if name in self.types.grid.columns]
        return f"gridRow {{ {' '.join(shown)} }}"


def _select(name: str, field: Any) -> str:
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        return name
    return f"{name} {{ {' '.join(kind.fields)} }}"


def columns_of_every_grid() -> Iterator[tuple[str, GridColumn]]:
    yield from ((name, column) for name in NAMES for column in GRID_TYPES[name].grid.columns.values())


def sorts_of_every_grid() -> list[tuple[str, str]]:
    return [(name, key) for name in NAMES for key in GRID_TYPES[name].grid.columns_by_sort_key]


def clause_for(column: GridColumn) -> dict[str, Any]:
    """Some clause over a column, as the graph takes it."""
    samples: dict[ColumnType, dict[str, Any]] = {
        ColumnType.BOOLEAN: {"eq": True},
        ColumnType.MONEY: {"currency": "USD", "gt": "1"},
    }
    return {column.key: samples.get(column.type, {"isNull": True})}
