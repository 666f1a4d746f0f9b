"""Cost: fields times page sizes, however a size is given."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from customer_gql.execution.documents import DocumentCache
from customer_gql.execution.limits.cost import CostCalculation, CostModel
from customer_gql.schema import admin
from customer_gql.settings import AdminSettings
from support.service import Service, code_of

GRAPH = admin.schema._schema
DOCUMENTS = DocumentCache(GRAPH, AdminSettings())  # pyright: ignore[reportCallIssue]
COSTS = CostModel(GRAPH)
assert GRAPH.query_type is not None
ROOT_TYPE = GRAPH.query_type.name


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
        ("argument null beside a size", "{ customers(first: null, last: 20) { nodes { id email } } }", {}),
        ("default null", SIZES.replace("$n: Int", "$n: Int = null"), {}),
        ("default overruled by null", SIZES.replace("$n: Int", "$n: Int = 100"), {"n": None}),
        ("inside a fragment", "query($n: Int) { ...f } fragment f on Query { customers(first: $n) { nodes { id email } } }", {"n": 20}),
    ],
)  # fmt: skip
def test_one_list_costs_the_same_however_its_size_is_given(_case: str, query: str, variables):
    for _ in range(2):  # the second time from memory
        assert cost(query, **variables) == 42


@pytest.mark.parametrize("size", [101, 50_000, 10**30, 1e300])
def test_a_size_above_the_largest_page_counts_as_the_largest(size):
    assert cost(SIZES, n=size) == cost(SIZES, n=100) == 202


@pytest.mark.parametrize("size", [0, -1, -100, -(2**31), -(10**30), -0.5, False])
def test_a_size_below_one_counts_as_one(size):
    """Never as nothing, or as a discount for what stands beside it."""
    assert cost(SIZES, n=size) == cost(SIZES, n=1) == 2 + 1 * 2
    inner = "query($n: Int) { customers(first: 10) { nodes { orders(first: $n) { nodes { id number } } } } }"
    outer = "query($n: Int) { customers(first: $n) { nodes { orders(first: 10) { nodes { id number } } } } }"
    assert cost(inner, n=size) == 2 + 10 * (2 + 1 * 2)
    assert cost(outer, n=size) == 2 + 1 * (2 + 10 * 2)


@pytest.mark.parametrize(("ids", "size"), [([], 0), (["x"], 1), ("x", 1), (["x"] * 100, 100), (["x"] * 10_000, 100)])
def test_ids_count_as_often_as_they_are_given(ids, size):
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids) == 1 + size * 2


def test_the_larger_of_two_sizes_counts():
    text = "query($a: Int, $b: Int) { customers(first: $a, last: $b) { nodes { id } } }"
    assert cost(text, a=5, b=30) == cost(text, a=30, b=5) == cost(text, a=-7, b=30) == 2 + 30


WRITTEN = {
    "literal": lambda _name, size: (json.dumps(size), None, {}),
    "variable": lambda name, size: (f"${name}", f"${name}: Int", {name: size}),
    "default": lambda name, size: (f"${name}", f"${name}: Int = {json.dumps(size)}", {}),
    "variable over a default": lambda name, size: (f"${name}", f"${name}: Int = 77", {name: size}),
}
SPELLED = st.tuples(st.sampled_from(sorted(WRITTEN)), st.sampled_from([None, -(2**31), -1, 0, 1, 2, 20, 100, 101]))


@settings(database=None, deadline=None)
@given(SPELLED, SPELLED)
def test_pages_in_each_other_cost_their_product(outer: tuple[str, int | None], inner: tuple[str, int | None]):
    """Against the definition of cost, with sizes of every kind in every spelling."""
    written = [WRITTEN[spelling](name, size) for name, (spelling, size) in zip("ab", (outer, inner), strict=True)]
    declared = ", ".join(declaration for _, declaration, _ in written if declaration)
    variables = {name: size for _, _, values in written for name, size in values.items()}
    text = (
        f"{{ customers(first: {written[0][0]}) {{ nodes {{ orders(last: {written[1][0]}) {{ nodes {{ id }} }} }} }} }}"
    )
    counted = [20 if size is None else min(max(size, 1), 100) for _, size in (outer, inner)]
    assert cost(f"query({declared}) {text}" if declared else text, **variables) == 2 + counted[0] * (2 + counted[1])


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


@pytest.mark.parametrize(
    "selection",
    [
        f"... on {ROOT_TYPE} {{ c: customers(first: 90) {{ nodes {{ id }} }} }}",
        "... { c: customers(first: 90) { nodes { id } } }",
    ],
)
def test_the_costliest_list_is_found_inside_a_fragment(selection: str):
    document = DOCUMENTS.load_document("{ websites { code } " + selection + " }")
    found = CostCalculation(COSTS, document, document.find_operation(None), {}).find_costliest_list()
    assert found == (["c", "nodes"], 1 + 90)


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


@pytest.mark.parametrize("size", [-1, -(2**31), 0])
def test_a_negative_size_pays_for_nothing_beside_it(service: Service, staff_token: str, size: int):
    """A list of a negative size must not make room for one that is too large."""
    wide = "nodes { id email firstName lastName number version status createdAt updatedAt fullName }"
    large = "b: customers(first: 100) { nodes { orders(first: 100) { nodes { id } } } }"
    for query, variables in (
        (f"query($n: Int) {{ a: customers(first: $n) {{ {wide} }} {large} }}", {"n": size}),
        (f"query($n: Int = {size}) {{ a: customers(first: $n) {{ {wide} }} {large} }}", {}),
        (f"{{ a: customers(last: {size}) {{ {wide} }} {large} }}", {}),
    ):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)
        assert code_of(answer) == "QUERY_TOO_COMPLEX"
        assert answer["errors"][0]["extensions"]["cost"] == (2 + 10) + (2 + 100 * (2 + 100))
        assert answer["errors"][0]["extensions"]["heaviest"]["path"] == ["b", "nodes", "orders", "nodes"]


@pytest.mark.parametrize("size", [101, 0, -1])
def test_a_page_size_out_of_range_is_an_error_of_the_field(service: Service, staff_token: str, size: int):
    for query, variables in ((SIZES, {"n": size}), (SIZES.replace("$n: Int", f"$n: Int = {size}"), {})):
        answer = service.ask(query, "/admin/graphql", token=staff_token, **variables)
        assert code_of(answer) == "BAD_USER_INPUT"
        assert answer["errors"][0]["path"] == ["customers"]
