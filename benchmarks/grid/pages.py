"""Pages with every column: their statements, and the one 10,000 pages on against the first, by every sort."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import select

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.database.statements import compile_statement, fetch_rows
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridQuestion
from customer_gql.loading.pages import Window

from .client import GridClient, Ran
from .plans import measure_in_turn

SIZE: Final = 50
DIRECTIONS: Final = {False: "ASC", True: "DESC"}
_PARTS: Final = {ColumnType.MONEY: "{ amount currency }", ColumnType.ID: "{ id label }"}
_ROW: Final = " ".join(f"{column.key} {_PARTS.get(column.type, '')}" for column in CUSTOMERS.columns.values())
PAGE: Final = f"""query P($first: Int, $after: String, $filter: CustomerFilter, $search: String, $sort: [CustomerSort!]) {{
  customers(first: $first, after: $after, filter: $filter, search: $search, sort: $sort) {{
    nodes {{ id gridRow {{ {_ROW} }} }} pageInfo {{ endCursor }} }} }}"""


def page_statement(
    *,
    sort: Sequence[SortBy] = (),
    filter: FilterTree | None = None,
    search: str | None = None,
    after: str | None = None,
    grid: Grid = CUSTOMERS,
) -> Ran:
    """What the engine sends for a page; `count_statements` proves that it does."""
    question = GridQuestion.of(grid, filter=filter, search=search, sort=sort)
    selected = grid.page_statement(
        question.narrowing, question.order, backward=False, positioned=after is not None, has_row=True
    )
    statement = compile_statement(selected)
    window = Window.of(SIZE, after, None, None)
    return Ran(statement.sql, tuple(statement.arguments(window.arguments(question.order))))


async def count_page_statements(client: GridClient) -> dict[str, int]:
    """Statements about the grid for pages of 1 and 50 customers. Raises when they are others than `page_statement` gives."""
    counts: dict[str, int] = {}
    for size in (1, SIZE):
        answer = await client.ask(PAGE, first=size)
        assert len(answer.data["customers"]["nodes"]) == size
        ran = [ran for ran in answer.statements if ran.is_of_grid]
        assert {it.sql for it in ran} == {page_statement().sql}
        counts[f"page of {size}"] = len(ran)
    return counts


async def compare_pages(client: GridClient, customers: int, rounds: int) -> list[dict[str, Any]]:
    """Page 10,000 by its cursor against page 1; of a smaller shop the page in the middle."""
    page = min(10_000, customers // SIZE // 2)
    found: list[dict[str, Any]] = []
    for key in CUSTOMERS.columns_by_sort_key:
        for is_descending, direction in DIRECTIONS.items():
            sort = [SortBy(key, is_descending)]
            async with client.database.grids.acquire() as connection:
                after = await _find_cursor(connection, sort, (page - 1) * SIZE)
                statements = {"first": page_statement(sort=sort), "far": page_statement(sort=sort, after=after)}
                costs = await measure_in_turn(connection, statements, rounds)
            first, far = costs["first"], costs["far"]
            ratio = far.milliseconds / first.milliseconds
            print(f"{key} {direction}: {ratio:.2f}  {first.milliseconds:.1f} ms  {far.shape}", flush=True)
            found.append({"sort": f"{key} {direction}", "page": page, "ratio": ratio} | _figures(costs))
    return found


def _figures(costs: dict[str, Any]) -> dict[str, Any]:
    return {name: asdict(cost) for name, cost in costs.items()}


async def _find_cursor(connection: Any, sort: Sequence[SortBy], row: int) -> str:
    """The cursor after so many rows."""
    order = CUSTOMERS.order(sort)
    ordered = order.applied(select(*order.selected()).select_from(CUSTOMERS.source), backward=False)
    [last] = await fetch_rows(connection, ordered.offset(row - 1).limit(1))
    return order.cursor(last)
