"""The list that costs most is named to who sent too costly a document."""

import pytest

from customer_gql.execution.limits.cost.traits import LOAD_COST, ROOT_COST
from support.costs import GRAPH, ROOT, costliest

assert GRAPH.query_type is not None
ROOT_TYPE = GRAPH.query_type.name


def test_the_costliest_list_is_named():
    query = "query($n: Int) { c: customers(first: $n) { nodes { id orders { nodes { id items { sku } } } } } }"
    path = ["c", "nodes", "orders", "nodes", "items"]
    assert costliest(query, n=100) == (path, LOAD_COST + 100 * 20 * 20)


def test_a_cost_without_lists_is_that_of_the_first_root():
    assert costliest('{ c: customer(id: "x") { group { name } } }') == (["c"], ROOT + LOAD_COST + 2)


def test_a_skipped_list_is_not_the_costliest():
    query = """query($no: Boolean!) { customers(first: 100) @include(if: $no) { nodes { id } }
      nodes(ids: ["a", "b"]) { id } }"""
    assert costliest(query, no=False) == (["nodes"], ROOT_COST + 2)


def test_the_fixed_part_of_a_list_counts_where_it_is_the_larger_one():
    query = '{ a: nodes(ids: ["x"]) { ... on Customer { orders(first: 1) { nodes { id } } addresses { id } } } }'
    assert costliest(query) == (["a", "addresses"], LOAD_COST + 5)


@pytest.mark.parametrize(
    "selection",
    [
        f"... on {ROOT_TYPE} {{ c: customers(first: 90) {{ nodes {{ id }} }} }}",
        "... { c: customers(first: 90) { nodes { id } } }",
    ],
)
def test_the_costliest_list_is_found_inside_a_fragment(selection: str):
    assert costliest("{ websites { code } " + selection + " }") == (["c", "nodes"], 90)
