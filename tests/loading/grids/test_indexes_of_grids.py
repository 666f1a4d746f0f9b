"""What `explain` and `gridColumns` say of indexes is what the database does."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from customer_gql.database.statements import fetch_rows
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.pages import GridQuestion
from support.every_grid import GRID_TYPES, columns_of_every_grid

SEARCHED = [name for name, types in GRID_TYPES.items() if types.grid.document is not None]
INDEXED = [(name, column) for name, column in columns_of_every_grid() if column.is_indexed and column.is_filterable]
JOINS = re.compile(r"\(\w+ = \w+\.\w+\)")
"""The condition of a join compares two columns."""

CONDITIONS: dict[ColumnType, Any] = {
    ColumnType.STRING: {"eq": "gb"},
    ColumnType.INTEGER: {"eq": 7},
    ColumnType.MONEY: {"currency": "USD", "gte": Decimal("19.90")},
    ColumnType.DATE: {"gt": dt.date(2026, 1, 31)},
    ColumnType.DATE_TIME: {"gt": dt.datetime(2026, 1, 31, tzinfo=dt.UTC)},
    ColumnType.BOOLEAN: {"eq": True},
    ColumnType.TAGS: {"hasAny": ["vip"]},
}


def condition_on(column: GridColumn) -> Any:
    if column.key == "telephone":
        return {"eq": "+442079460018"}  # a text without digits is no number, and matches nothing
    if column.choices is not None:
        return {"eq": next(iter(column.choices))}
    return CONDITIONS.get(column.type) or {"eq": f"{column.id_prefix}_0000000000000001"}


async def find_index_conditions(connection: Any, question: GridQuestion) -> list[str]:
    """With few rows a plan prefers to read them all, so it is kept from that."""
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        [[plan]] = await fetch_rows(connection, question.grid.explain_statement(question.narrowing))
    return list(walk(json.loads(plan)[0]["Plan"]))


def walk(node: dict[str, Any]) -> Iterator[str]:
    if "Index Cond" in node:
        yield node["Index Cond"]
    for inner in node.get("Plans", ()):
        yield from walk(inner)


@pytest.mark.parametrize(("name", "column"), INDEXED, ids=lambda one: getattr(one, "key", one))
async def test_an_index_serves_the_filter_of_a_column_that_says_so(name, column, connection):
    question = GridQuestion.of(GRID_TYPES[name].grid, filter={column.key: condition_on(column)})
    assert question.is_indexed
    conditions = await find_index_conditions(connection, question)
    assert [one for one in conditions if not JOINS.fullmatch(one)], conditions


@pytest.mark.parametrize("name", SEARCHED)
async def test_an_index_serves_a_search_where_the_grid_says_so(name, connection):
    question = GridQuestion.of(GRID_TYPES[name].grid, search="anna")
    uses_index = any("@@" in one for one in await find_index_conditions(connection, question))
    assert (question.is_indexed, question.unindexed_clauses) == (uses_index, [] if uses_index else ["search"])
