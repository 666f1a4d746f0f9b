"""A document that costs too much is told by how much, and which list of it costs most."""

import pytest

from customer_gql.execution.limits.cost.traits import LOAD_COST, ROOT_COST
from support.costs import GRAPH, ROOT, costliest
from support.service import Service, code_of

assert GRAPH.query_type is not None
ROOT_TYPE = GRAPH.query_type.name
SIZES = "query($n: Int) { customers(first: $n) { nodes { id email } } }"


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


def test_what_costs_too_much_is_told_by_how_much_and_where(service: Service, staff_token: str):
    """Page sizes 100, 100 and 20 in each other, the document that took seconds and megabytes."""
    query = "{ customers(first: 100) { nodes { orders(first: 100) { nodes { items(first: 20) { name } } } } } }"
    answer = service.ask(query, "/admin/graphql", token=staff_token)
    items = LOAD_COST + 100 * 100 * 20
    cost = ROOT + LOAD_COST + 1 + 100 * (2 + 100) + items
    assert answer == {
        "errors": [
            {
                "message": f"Query cost {cost} exceeds the limit of 60000. customers.nodes.orders.nodes.items costs "
                f"{items}: request smaller pages or fewer fields there.",
                "extensions": {
                    "code": "QUERY_TOO_COMPLEX",
                    "cost": cost,
                    "limit": 60000,
                    "heaviest": {"path": ["customers", "nodes", "orders", "nodes", "items"], "cost": items},
                },
            }
        ],
        "extensions": {"cost": {"requested": cost, "limit": 60000}},
    }


@pytest.mark.parametrize("size", [-1, -(2**31), 0])
def test_a_negative_size_pays_for_nothing_beside_it(service: Service, staff_token: str, size: int):
    """A list of a negative size must not make room for one that is too large."""
    wide = "nodes { id email firstName lastName number version status createdAt updatedAt fullName }"
    large = "b: customers(first: 100) { nodes { orders(first: 100) { nodes { items(first: 6) { sku } } } } }"
    for query, variables in (
        (f"query($n: Int) {{ a: customers(first: $n) {{ {wide} }} {large} }}", {"n": size}),
        (f"query($n: Int = {size}) {{ a: customers(first: $n) {{ {wide} }} {large} }}", {}),
        (f"{{ a: customers(last: {size}) {{ {wide} }} {large} }}", {}),
    ):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)
        assert code_of(answer) == "QUERY_TOO_COMPLEX"
        expected = ROOT + 2 + ROOT_COST + 2 * LOAD_COST + 1 + 100 * (2 + 100 * (1 + 6))
        assert answer["errors"][0]["extensions"]["cost"] == expected
        heaviest = answer["errors"][0]["extensions"]["heaviest"]["path"]
        assert heaviest == ["b", "nodes", "orders", "nodes", "items"]


@pytest.mark.parametrize("size", [101, 0, -1])
def test_a_page_size_out_of_range_is_an_error_of_the_field(service: Service, staff_token: str, size: int):
    for query, variables in ((SIZES, {"n": size}), (SIZES.replace("$n: Int", f"$n: Int = {size}"), {})):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)
        assert code_of(answer) == "BAD_USER_INPUT"
        assert answer["errors"][0]["path"] == ["customers"]
