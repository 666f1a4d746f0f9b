"""Cost: fields times page sizes, whatever way a size is given."""

import pytest

from customer_gql.execution.documents import DocumentCache
from customer_gql.execution.limits.cost import CostCalculation, CostModel
from customer_gql.schema import admin
from customer_gql.settings import AdminSettings
from support.service import Service, code_of

GRAPH = admin.schema._schema
DOCUMENTS = DocumentCache(GRAPH, AdminSettings())  # pyright: ignore[reportCallIssue]
COSTS = CostModel(GRAPH)


def cost(query: str, name: str | None = None, **variables) -> int:
    document = DOCUMENTS.load_document(query)
    return COSTS.compute_cost(document, document.find_operation(name), variables)


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (1, "{ __typename }"),
        (2, "{ websites { __typename } }".replace("websites { __typename }", "limits { depth }")),
        (1 + 10 * 2, "{ websites { code name } }"),
        (1 + 1 + 20 * 2, "{ customers { nodes { id email } } }"),
        (1 + 1 + 5 * 2, "{ customers(first: 5) { nodes { id email } } }"),
        (1 + 1 + 5 * 2, "{ customers(last: 5) { nodes { id email } } }"),
        (1 + 1 + 1 + 5 * (1 + 1), "{ customers(first: 5) { totalCount edges { node { id } } } }"),
        (2 + 3 * (1 + 1 + 4 * 1), "{ customers(first: 3) { nodes { orders(first: 4) { nodes { id } } } } }"),
        (
            2 + 3 * 2,
            "{ customers(first: 3) { ...p } } fragment p on CustomerConnection { nodes { ...c ...c } } fragment c on Customer { id }",
        ),
        (2 + 2 * 1, '{ n: nodes(ids: ["a", "b"]) { id } __typename }'),
    ],
)  # fmt: skip
def test_what_is_counted(expected: int, query: str):
    assert cost(query) == expected


SIZES = "query($n: Int) { customers(first: $n) { nodes { id email } } }"


@pytest.mark.parametrize(
    ("_case", "query", "variables"),
    [
        ("literal", "{ customers(first: 20) { nodes { id email } } }", {}),
        ("variable", SIZES, {"n": 20}),
        ("variable of another number type", SIZES, {"n": 20.0}),
        ("default of the variable", SIZES.replace("$n: Int", "$n: Int = 20"), {}),
        ("variable left out", SIZES, {}),
        ("variable null", SIZES, {"n": None}),
        ("default overruled", SIZES.replace("$n: Int", "$n: Int = 100"), {"n": 20}),
        ("argument left out", "{ customers { nodes { id email } } }", {}),
        ("argument null", "{ customers(first: null) { nodes { id email } } }", {}),
        ("inside a fragment", "query($n: Int) { ...f } fragment f on Query { customers(first: $n) { nodes { id email } } }", {"n": 20}),
    ],
)  # fmt: skip
def test_one_list_costs_the_same_however_its_size_is_given(_case: str, query: str, variables):
    for _ in range(2):  # the second time from memory
        assert cost(query, **variables) == 42


@pytest.mark.parametrize("size", [101, 50_000, 10**30, 1e300])
def test_a_size_that_is_refused_later_counts_as_the_largest(size):
    assert cost(SIZES, n=size) == cost(SIZES, n=100) == 202


def test_many_sizes_are_not_all_remembered():
    query = "query($a: Int, $b: Int) { customers(first: $a) { nodes { orders(first: $b) { nodes { id } } } } }"
    for i in range(1000):
        cost(query, a=i % 100 + 1, b=i // 100 + 1)
    assert len(DOCUMENTS.load_document(query).costs[None].by_sizes) <= 200


def test_operations_of_one_document_cost_each_their_own():
    query = "query a { websites { code } } query b($n: Int) { customers(first: $n) { nodes { id } } }"
    assert (cost(query, "a"), cost(query, "b", n=2), cost(query, "a")) == (11, 4, 11)


def test_the_costliest_list_is_named():
    query = "query($n: Int) { c: customers(first: $n) { nodes { id orders { nodes { id items { sku } } } } } }"
    document = DOCUMENTS.load_document(query)
    found = CostCalculation(COSTS, document, document.find_operation(None), {"n": 100}).find_costliest_list()
    assert found == (["c", "nodes", "orders", "nodes", "items"], 100 * 20 * 21)


def test_what_costs_too_much_is_told_by_how_much_and_where(service: Service, staff_token: str):
    """Page sizes 100, 100 and 20 in each other, the document that took seconds and megabytes."""
    query = "{ customers(first: 100) { nodes { orders(first: 100) { nodes { items(first: 20) { name } } } } } }"
    answer = service.ask(query, "/admin/graphql", token=staff_token)
    cost = 2 + 100 * (2 + 100 * 21)
    assert answer == {
        "errors": [
            {
                "message": f"Query cost {cost} exceeds the limit of 5000. customers.nodes.orders.nodes.items costs "
                "210000: request smaller pages or fewer fields there.",
                "extensions": {
                    "code": "QUERY_TOO_COMPLEX",
                    "cost": cost,
                    "limit": 5000,
                    "heaviest": {"path": ["customers", "nodes", "orders", "nodes", "items"], "cost": 210000},
                },
            }
        ],
        "extensions": {"cost": {"requested": cost, "limit": 5000}},
    }


@pytest.mark.parametrize("size", [101, 0, -1])
def test_a_page_size_out_of_range_is_an_error_of_the_field(service: Service, staff_token: str, size: int):
    for query, variables in ((SIZES, {"n": size}), (SIZES.replace("$n: Int", f"$n: Int = {size}"), {})):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)
        assert code_of(answer) == "BAD_USER_INPUT"
        assert answer["errors"][0]["path"] == ["customers"]
