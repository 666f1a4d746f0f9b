"""Page sizes count the same however they are written, and none of them makes anything cheaper."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from customer_gql.execution.limits.cost.traits import LOAD_COST
from support.costs import DOCUMENTS, ROOT, cost, parsed_cost

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
        assert cost(query, **variables) == ROOT + 1 + 20


@pytest.mark.parametrize("size", [101, 50_000, 10**30, 1e300])
def test_a_size_above_the_largest_page_counts_as_the_largest(size):
    assert cost(SIZES, n=size) == cost(SIZES, n=100) == ROOT + 1 + 100


@pytest.mark.parametrize("size", [0, -1, -100, -(2**31), -(10**30), -0.5, False])
def test_a_size_below_one_counts_as_one(size):
    """Never as nothing, or as a discount for what stands beside it."""
    assert cost(SIZES, n=size) == cost(SIZES, n=1) == ROOT + 1 + 1
    inner = "query($n: Int) { customers(first: 10) { nodes { orders(first: $n) { nodes { id number } } } } }"
    outer = "query($n: Int) { customers(first: $n) { nodes { orders(first: 10) { nodes { id number } } } } }"
    assert cost(inner, n=size) == ROOT + LOAD_COST + 1 + 10 * (2 + 1)
    assert cost(outer, n=size) == ROOT + LOAD_COST + 1 + 1 * (2 + 10)


@pytest.mark.parametrize(("ids", "size"), [([], 0), (["x"], 1), ("x", 1), (["x"] * 100, 100), (["x"] * 10_000, 100)])
def test_ids_count_as_often_as_they_are_given(ids, size):
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids) == ROOT + size
    assert parsed_cost(f"{{ nodes(ids: {json.dumps(ids)}) {{ id __typename }} }}", {}) == ROOT + size


def test_the_larger_of_two_sizes_counts():
    text = "query($a: Int, $b: Int) { customers(first: $a, last: $b) { nodes { id } } }"
    assert cost(text, a=5, b=30) == cost(text, a=30, b=5) == cost(text, a=-7, b=30) == ROOT + 1 + 30


def test_a_number_of_thousands_of_digits_counts_as_the_largest_page():
    assert parsed_cost("{ customers(first: 1" + "0" * 5000 + ") { nodes { id } } }", {}) == ROOT + 1 + 100


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
    found = cost(f"query({declared}) {text}" if declared else text, **variables)
    assert found == ROOT + LOAD_COST + 1 + counted[0] * (2 + counted[1])


def test_many_sizes_are_not_all_remembered():
    query = "query($a: Int, $b: Int) { customers(first: $a) { nodes { orders(first: $b) { nodes { id } } } } }"
    for i in range(1000):
        cost(query, a=i % 100 + 1, b=i // 100 + 1)
    assert len(DOCUMENTS.load_document(query).costs[None].by_sizes) <= 200


def test_operations_of_one_document_cost_each_their_own():
    query = "query a { websites { code } } query b($n: Int) { customers(first: $n) { nodes { id } } }"
    assert (cost(query, "a"), cost(query, "b", n=2), cost(query, "a")) == (ROOT + 10, ROOT + 3, ROOT + 10)
