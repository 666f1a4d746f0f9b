"""With forty thousand customers, one index finds those who have a value of an attribute, in the usual order of the list."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from customer_gql.administration.customer_grid.columns.attributes import make_columns
from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.database.statements import compile_statement
from customer_gql.loading.grids.columns import attribute_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridQuestion
from support.databases import change_tables
from support.large_tables import nodes

pytestmark = pytest.mark.slow

# A tenth has each digit, and one customer each number.
FILL = """INSERT INTO customer_grid_attribute (customer_id, attribute_id, place, value, number)
  SELECT customer_id, 1, 0, (number % 10)::text, number FROM customer_grid_row
  UNION ALL SELECT customer_id, 2, 0, number::text, number FROM customer_grid_row"""


@pytest.fixture(scope="module")
async def filled(large_shop, server):
    async with large_shop.database.writes.acquire() as connection:
        await connection.execute("DELETE FROM customer_grid_attribute")
        await connection.execute(FILL)
        await change_tables(server, connection, "ANALYZE customer_grid_attribute")
        yield connection


def define(id, **given):
    flags = {"is_system": False, "is_being_deleted": False, "is_personal": False, "is_searchable": False}
    shown = {"is_grid_column": True, "is_grid_filter": True, "grid_filter_match": "CONTAINS"}
    return SimpleNamespace(id=id, version=1, code=f"a_{id}", label="A", type="TEXT", **flags, **shown, **given)


def by_value(id, compared) -> dict[str, Any]:
    return {"filter": {"attributes": [{"code": f"a_{id}", "text": compared}]}}


async def plan_of(connection, id, explain: str = "EXPLAIN (FORMAT JSON)", **asked: Any):
    added = make_columns([define(id)], {})
    grid = replace(CUSTOMER_GRID.grid, columns={**CUSTOMER_GRID.grid.columns, **added.columns}, orders=added.orders)
    question = GridQuestion.of(grid, **asked)
    selected = grid.page_statement(question.narrowing, question.order, backward=False, positioned=False, has_row=False)
    statement = compile_statement(selected)
    explained = await connection.fetchval(f"{explain} {statement.sql}", *statement.arguments({"limit": 21}))
    return json.loads(explained)[0]["Plan"]


@pytest.mark.parametrize(
    ("id", "compared"), [(1, {"eq": "7"}), (2, {"eq": "12345"}), (2, {"startsWith": "1234"})], ids=str
)
async def test_an_index_finds_a_value(id, compared, filled):
    whole = await plan_of(filled, id, **by_value(id, compared))
    [page] = [it for it in nodes(whole) if it["Node Type"] == "Limit"]
    plan = list(nodes(page))
    assert [it["Node Type"] for it in plan if it["Node Type"] == "Seq Scan"] == []
    [scan] = [it for it in plan if it.get("Relation Name") == "customer_grid_attribute"]
    assert scan["Index Name"] == "ix_customer_grid_attribute_value"
    assert "value" in scan["Index Cond"]
    if "eq" in compared:  # those with one value are in the order of the list
        assert "Sort" not in {it["Node Type"] for it in plan}


async def test_an_index_gives_the_order_of_those_who_have_a_value(filled):
    """Of a descending order they come first: each customer is read as the index gives the values, and nobody without one."""
    explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)"
    whole = await plan_of(filled, 2, explain, sort=[SortBy(attribute_key("a_2"), is_descending=True)])
    ran = [it for it in nodes(whole) if it["Actual Loops"]]
    [values] = [it for it in ran if it.get("Relation Name") == "customer_grid_attribute"]
    assert values["Index Name"] == "ix_customer_grid_attribute_value"
    read = [it for it in ran if it.get("Relation Name") == "customer_grid_row"]
    assert sum(it["Actual Rows"] * it["Actual Loops"] for it in read) < 400
