"""A document that costs too much is refused, and told by how much."""

import pytest

from customer_gql.execution.limits.cost.traits import LOAD_COST, ROOT_COST
from support.costs import ROOT
from support.service import Service, code_of

SIZES = "query($n: Int) { customers(first: $n) { nodes { id email } } }"


@pytest.mark.slow
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
