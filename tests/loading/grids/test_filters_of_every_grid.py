"""Every operator of every column of every grid, alone and nested, against plain Python."""

import datetime as dt
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings
from sqlalchemy import select

from customer_gql.database.statements import fetch_rows
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.operators import operators_of
from support.every_grid import GRID_ROWS, GRID_TYPES, NAMES, columns_of_every_grid
from support.grid_filters import clause_of, filters_of, matches

SLOWLY = hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=cast("Any", list(HealthCheck)),
    derandomize=True,
    database=None,
)
OPERATORS = [
    (name, column.key, operator)
    for name, column in columns_of_every_grid()
    if column.is_filterable
    for operator in operators_of(column.type)
    if operator != "currency"
]


class Shop:
    """The rows that the module looks at, by grid, and what each shows."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.within: dict[str, Any] = {}

    async def of(self, name: str) -> list[dict[str, Any]]:
        if name not in self.rows:
            grid = GRID_TYPES[name].grid
            async with self.database.writes.acquire() as connection:
                made = await GRID_ROWS[name](connection, 9)
                self.within[name] = grid.compile_filter(made.filter).condition
                shown = [column.value.label(key) for key, column in grid.columns.items()]
                shown += [
                    column.currency.label(f"{key}_currency")
                    for key, column in grid.columns.items()
                    if column.currency is not None
                ]
                statement = select(*self.keys(name), *shown).select_from(grid.source).where(self.within[name])
                self.rows[name] = [dict(row) for row in await fetch_rows(connection, statement)]
            assert len(self.rows[name]) >= 9
        return self.rows[name]

    def keys(self, name: str) -> list[Any]:
        return [part.label(f"key_{i}") for i, part in enumerate(GRID_TYPES[name].grid.key)]

    async def found(self, name: str, tree: Any) -> set[Any]:
        grid = GRID_TYPES[name].grid
        condition = grid.compile_filter(tree).condition
        listed = select(*self.keys(name)).select_from(grid.source).where(self.within[name])
        async with self.database.grids.acquire() as connection:
            rows = await fetch_rows(connection, listed if condition is None else listed.where(condition))
        return {tuple(row) for row in rows}

    async def wanted(self, name: str, tree: Any) -> set[Any]:
        now = dt.datetime.now(dt.UTC)
        found = [row for row in await self.of(name) if matches(GRID_TYPES[name].grid, tree, row, now)]
        return {key_of(row) for row in found}


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name.startswith("key_"))


@pytest.fixture(scope="module")
def shop(database):
    return Shop(database)


def draw_from(strategy, settings):
    drawn = []

    @settings
    @given(strategy)
    def draw(tree):
        drawn.append(tree)

    draw()
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key", "operator"), OPERATORS)
async def test_an_operator_matches_what_python_matches(name, key, operator, shop):
    column = GRID_TYPES[name].grid.columns[key]
    few = hypothesis_settings(max_examples=12, deadline=None, derandomize=True, database=None)
    for tree in draw_from(clause_of(column, operator, await shop.of(name)), few):
        assert await shop.found(name, tree) == await shop.wanted(name, tree), tree


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_nested_filters_match_what_python_matches_and_split_the_list_in_two(name, shop):
    rows = await shop.of(name)
    everything = {key_of(row) for row in rows}
    for tree in draw_from(filters_of(GRID_TYPES[name].grid, rows), SLOWLY):
        found = await shop.found(name, tree)
        assert found == await shop.wanted(name, tree), tree
        assert await shop.found(name, {"not": tree}) == everything - found, tree


@pytest.mark.parametrize("name", NAMES)
async def test_what_matches_everything_and_nothing(name, shop):
    everything = {key_of(row) for row in await shop.of(name)}
    for tree in ({}, {"and": []}, {"not": {"or": []}}, {"or": [{}]}):
        assert await shop.found(name, tree) == everything, tree
    for tree in ({"or": []}, {"not": {}}):
        assert await shop.found(name, tree) == set(), tree


def test_every_type_of_column_has_operators():
    assert all(operators_of(kind) for kind in ColumnType)
