"""What `explain` says of a search is what the database does."""

import pytest

from customer_gql.database.statements import fetch_rows
from customer_gql.loading.grids.pages import GridQuestion
from support.every_grid import GRID_TYPES

SEARCHED = [name for name, types in GRID_TYPES.items() if types.grid.document is not None]


@pytest.mark.parametrize("name", SEARCHED)
async def test_an_index_serves_a_search_where_the_grid_says_so(name, connection):
    grid = GRID_TYPES[name].grid
    question = GridQuestion.of(grid, search="anna")
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        [[plan]] = await fetch_rows(connection, grid.explain_statement(question.narrowing))
    uses_index = any('"Index Cond"' in line and "@@" in line for line in plan.splitlines())
    assert (question.is_indexed, question.unindexed_clauses) == (uses_index, [] if uses_index else ["search"])
