"""What a document costs: its objects, and a fixed part for roots and loads (docs/cost.md)."""

import json

import pytest

from customer_gql.administration.customer_editing.address_inputs import ADDRESS_COST
from customer_gql.execution.limits.cost.traits import (
    CLAUSE_COST,
    COUNT_COST,
    FACET_COST,
    LOAD_COST,
    MUTATION_COST,
    REQUEST_COST,
    ROOT_COST,
    SCHEMA_COST,
)
from customer_gql.graph.roots import HASHING_COST
from customer_gql.settings import AdminSettings
from support.costs import GRAPH, ROOT, cost, parsed_cost, shop_cost


def test_the_prices_are_those_of_the_page():
    """docs/cost.md states them."""
    prices = (REQUEST_COST, ROOT_COST, MUTATION_COST, LOAD_COST, COUNT_COST, SCHEMA_COST, HASHING_COST)
    assert prices == (100, 200, 1000, 20, 100, 60, 5000)
    assert (FACET_COST, CLAUSE_COST) == (200, 20)


@pytest.mark.parametrize(
    ("expected", "query"),
    [
        (REQUEST_COST, "{ __typename }"),
        (ROOT + 1, "{ limits { depth } }"),
        (ROOT + 1 + ROOT_COST + 1, "{ limits { depth } viewer { kind } }"),
        (ROOT + 10, "{ websites { code name } }"),
        (ROOT + 1 + 20, "{ customers { nodes { id email } } }"),
        (ROOT + 1 + 5, "{ customers(first: 5) { nodes { id email } } }"),
        (ROOT + 1 + 5, "{ customers(last: 5) { nodes { id email } } }"),
        (ROOT + COUNT_COST + 1 + 5 * 2, "{ customers(first: 5) { totalCount edges { cursor node { id } } } }"),
        (ROOT + 1 + 1 + 5, "{ customers(first: 5) { pageInfo { endCursor } nodes { id } } }"),
        (ROOT + LOAD_COST + 1 + 3 * (1 + 1 + 4), "{ customers(first: 3) { nodes { orders(first: 4) { nodes { id } } } } }"),
        (ROOT + 2 * LOAD_COST + 1 + 3 * (1 + 1 + 5), "{ customers(first: 3) { nodes { group { name } addresses { id } } } }"),
        (ROOT + 2 * LOAD_COST + 10 * (1 + 3 * (1 + 5)), "{ websites { stores { storeViews { code } } } }"),
        (ROOT + 1 + 3, "{ customers(first: 3) { nodes { ...p ...p } } } fragment p on Customer { id ...c } fragment c on Customer { id }"),
        (ROOT + 2, '{ n: nodes(ids: ["a", "b"]) { id } __typename }'),
        (ROOT + LOAD_COST + 2 + 7, '{ customer(id: "x") { orders(first: 7) { nodes { id } } } }'),
        (ROOT + LOAD_COST + 1 + 1 + 1, '{ customer(id: "x") { orderStatistics { lifetimeValue { amount } } } }'),
        (ROOT + 2 * LOAD_COST + 2 + 3 * (1 + 4), '{ customer(id: "x") { orders(first: 3) { nodes { items(first: 4) { sku } } } } }'),
        (ROOT + 2 * LOAD_COST + 2 + 3 * (1 + 20), '{ customer(id: "x") { orders(first: 3) { nodes { items { sku } } } } }'),
    ],
)  # fmt: skip
def test_what_is_counted(expected: int, query: str):
    assert cost(query) == expected


CLAUSES = 'and: [{ number: { gt: 1, lt: 9 } }, { or: [{ name: { contains: "a" } }] }], not: { email: { eq: "b" } }'


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (f"{{ customers {{ nodes {{ id matches(filter: {{ {CLAUSES} }}) {{ isMatch }} }} }} }}", {}),
        (
            "query($f: CustomerFilter!) { customers { nodes { id matches(filter: $f) { isMatch } } } }",
            {"f": {"and": [{"number": {"gt": 1, "lt": 9}}, {"or": {"name": {"contains": "a"}}}], "not": {"email": {"eq": "b"}}}},
        ),
        (
            "query($f: [CustomerFilter!]) { customers { nodes { id matches(filter: { and: $f }) { isMatch } } } }",
            {"f": [{"number": {"gt": 1, "lt": 9}}, {"name": {"contains": "a"}, "email": {"eq": "b"}}]},
        ),
        (
            'query($n: IntFilter) { customers { nodes { id matches(filter: { number: $n, name: { contains: "a", eq: "b" } }) { isMatch } } } }',
            {"n": {"gt": 1, "lt": 9}},
        ),
        (
            'query($f: CustomerFilter = { number: { gt: 1, lt: 9 }, name: { eq: "a", contains: "b" } }) { customers { nodes { id matches(filter: $f) { isMatch } } } }',
            {},
        ),
    ],
)  # fmt: skip
def test_each_clause_of_a_filter_counts_however_it_is_given(query, variables):
    for _ in range(2):  # the second time from memory
        assert cost(query, **variables) == ROOT + LOAD_COST + 4 * CLAUSE_COST + 1 + 20 * (1 + 1 + 4)
        assert cost(query.replace("isMatch", "clauses { path }"), **variables) == (
            ROOT + LOAD_COST + 4 * CLAUSE_COST + 1 + 20 * (1 + 1 + 4 + 4)
        )


def test_a_filter_and_its_facets_count_for_the_whole_list():
    filtered = f"{{ customers(first: 5, filter: {{ {CLAUSES} }}) {{ nodes {{ id }} %s }} }}"
    assert cost(filtered % "") == ROOT + 4 * CLAUSE_COST + 1 + 5
    facets = 'facets(columns: ["group", "status"], first: 30) { column values { count } }'
    assert cost(filtered % facets) == ROOT + 4 * CLAUSE_COST + 1 + 5 + LOAD_COST + 2 * FACET_COST + 2 * (1 + 30)
    many = {"or": [{"number": {"in": [1] * 100}} for n in range(61)]}
    text = "query($f: CustomerFilter, $c: [String!]!) { customers(first: 5, filter: $f) { facets(columns: $c) { column } } }"
    most = ROOT + (60 + 50) * CLAUSE_COST + 1 + LOAD_COST + 10 * (FACET_COST + 1)
    assert cost(text, f=many, c=["group"] * 11) == most


def test_filters_of_the_same_variable_cost_what_each_has():
    text = "query($f: CustomerFilter) { customers(filter: $f) { nodes { id } } }"
    for clauses in (1, 2, 60, 1):
        given = {"or": [{"number": {"eq": n}} for n in range(clauses)]}
        assert cost(text, f=given) == ROOT + clauses * CLAUSE_COST + 1 + 20
    assert cost(text, f=None) == cost(text) == ROOT + 1 + 20


VALUES = list(range(25))


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (f"{{ customers(filter: {{ number: {{ in: {VALUES}, gt: 1 }} }}) {{ nodes {{ id }} }} }}", {}),
        ("query($f: CustomerFilter) { customers(filter: $f) { nodes { id } } }", {"f": {"number": {"in": VALUES, "gt": 1}}}),
        ("query($n: IntFilter) { customers(filter: { number: $n }) { nodes { id } } }", {"n": {"in": VALUES, "gt": 1}}),
        ("query($v: [Int!]) { customers(filter: { number: { in: $v, gt: 1 } }) { nodes { id } } }", {"v": VALUES}),
    ],
)  # fmt: skip
def test_ten_values_of_a_list_count_as_a_clause(query, variables):
    assert cost(query, **variables) == ROOT + (2 + 2) * CLAUSE_COST + 1 + 20


def test_lists_of_the_same_variable_cost_what_each_has():
    text = "query($v: [Int!]) { customers(filter: { number: { in: $v } }) { nodes { id } } }"
    for values in (1, 10, 500, 100, 10):
        assert cost(text, v=[1] * values) == ROOT + (1 + values // 10) * CLAUSE_COST + 1 + 20


SCALARS = [
    "id",
    "number",
    "version",
    "email",
    "prefix",
    "firstName",
    "middleName",
    "lastName",
    "suffix",
    "fullName",
    "gender",
    "dateOfBirth",
    "taxVatNumber",
    "createdAt",
    "updatedAt",
    "status",
    "isLocked",
    "isEmailConfirmed",
    "customerType",
    "allowsRemoteAssistance",
    "isAutomaticGroupChangeDisabled",
]


@pytest.mark.parametrize(("scalars", "more"), [(1, 0), (10, 0), (11, 1), (20, 1), (21, 2)])
def test_ten_scalars_of_an_object_are_free_and_each_further_ten_cost_one(scalars: int, more: int):
    assert cost(f"{{ customers(first: 7) {{ nodes {{ {' '.join(SCALARS[:scalars])} }} }} }}") == ROOT + 1 + 7 * (
        1 + more
    )


def test_scalars_of_several_fragments_belong_to_one_object():
    head, tail = " ".join(SCALARS[:8]), " ".join(SCALARS[5:16])
    spread = f"{{ customers(first: 7) {{ nodes {{ ...a ... {{ {tail} }} }} }} }} fragment a on Customer {{ {head} }}"
    assert cost(spread) == ROOT + 1 + 7 * (1 + 1)


def test_fields_that_the_answer_merges_are_counted_once():
    query = """{ customers(first: 3) { nodes { group { name } } } ...more ... { customers(first: 3) { nodes { group { id } } } } }
      fragment more on Query { customers(first: 3) { nodes { group { id } website { code } } } }"""
    assert cost(query) == ROOT + 2 * LOAD_COST + 1 + 3 * (1 + 1 + 1)
    other_name = "{ customers(first: 3) { nodes { group { name } } } c: customers(first: 3) { nodes { id } } }"
    assert cost(other_name) == ROOT + LOAD_COST + 1 + 3 * 2 + ROOT_COST + 1 + 3


def test_fields_of_different_types_in_one_place_are_all_counted():
    query = '{ nodes(ids: ["a", "b"]) { ... on Customer { group { name } } ... on Website { stores { code } } } }'
    assert cost(query) == ROOT + 2 * LOAD_COST + 2 * (1 + 1 + 3)


CONDITIONS = (
    "query($yes: Boolean!, $n: Int = 50) { limits { depth } customers(first: $n) @include(if: $yes) { nodes { id } } }"
)


@pytest.mark.parametrize(
    ("directive", "variables", "counted"),
    [
        ("@include(if: true)", {}, True),
        ("@include(if: false)", {}, False),
        ("@skip(if: true)", {}, False),
        ("@skip(if: false)", {}, True),
        ("@include(if: $yes)", {"yes": True}, True),
        ("@include(if: $yes)", {"yes": False}, False),
        ("@skip(if: $yes)", {"yes": True}, False),
        ("@skip(if: $yes)", {"yes": False}, True),
        ("@include(if: $yes)", {}, False),
        ("@skip(if: $no)", {}, True),
        ("@include(if: $yes) @skip(if: $yes)", {"yes": True}, False),
        ("@skip(if: $yes) @include(if: $yes)", {"yes": True}, False),
        ("@include(if: true) @skip(if: false)", {}, True),
        # Execution refuses what is no Boolean, so it is counted.
        ("@include(if: $yes)", {"yes": "no"}, True),
        ("@skip(if: $yes)", {"yes": 1}, True),
    ],
)
@pytest.mark.parametrize(
    "place",
    ["customers DIRECTIVE { nodes { id } }", "... DIRECTIVE { customers { nodes { id } } }", "...f DIRECTIVE"],
    ids=["field", "inline fragment", "spread"],
)
def test_what_is_skipped_costs_nothing(place: str, directive: str, variables, counted: bool):
    query = "query($yes: Boolean = false, $no: Boolean = false, $unused: Boolean = false) { a: limits { depth } PLACE }"
    query = query.replace("PLACE", place.replace("DIRECTIVE", directive))
    if "...f" in place:
        query += " fragment f on Query { customers { nodes { id } } }"
    assert parsed_cost(query, variables) == ROOT + 1 + (ROOT_COST + 1 + 20 if counted else 0)


def test_a_condition_and_the_sizes_behind_it_are_remembered_apart():
    """The first answer must not be taken for that of another size, whichever came first."""
    without = ROOT + 1
    for yes, n, expected in (
        (False, 10, without),
        (True, 10, without + ROOT_COST + 1 + 10),
        (True, 100, without + ROOT_COST + 1 + 100),
        (False, 100, without),
    ):
        assert cost(CONDITIONS, yes=yes, n=n) == expected


def test_a_part_that_is_skipped_in_one_place_counts_in_another():
    query = """query($yes: Boolean!) { customers(first: 2) { nodes { ...g @include(if: $yes) group { id } } } }
      fragment g on Customer { group { name } website { code } }"""
    assert cost(query, yes=False) == ROOT + LOAD_COST + 1 + 2 * 2
    assert cost(query, yes=True) == ROOT + 2 * LOAD_COST + 1 + 2 * 3


MASS = (
    "mutation($input: CustomerMassActionInput!) { customerMassAction(input: $input) { doneCount results { outcome } } }"
)


@pytest.mark.parametrize("count", [1, 7, 100, 1000])
def test_a_mass_action_costs_by_the_ids_sent(count: int):
    ids = ["x"] * count
    counted = min(count, 100)
    expected = REQUEST_COST + MUTATION_COST + counted * 75 + 1 + counted
    assert cost(MASS, input={"action": "DELETE", "selection": {"ids": ids}}) == expected
    literal = MASS.replace("($input: CustomerMassActionInput!)", "").replace(
        "$input", f"{{action: DELETE, selection: {{ids: {json.dumps(ids)}}}}}"
    )
    assert cost(literal) == expected
    inner = MASS.replace("$input: CustomerMassActionInput!", "$ids: [ID!]!").replace(
        "input: $input", "input: {action: DELETE, selection: {ids: $ids}}"
    )
    assert cost(inner, ids=ids) == expected
    middle = MASS.replace("$input: CustomerMassActionInput!", "$s: CustomerSelection!").replace(
        "input: $input", "input: {action: DELETE, selection: $s}"
    )
    assert cost(middle, s={"ids": ids}) == expected


@pytest.mark.parametrize("given", [None, "x", 7, [], {}, {"selection": None}, {"selection": {"everything": True}}])
def test_a_mass_action_without_ids_costs_as_one_of_a_hundred(given):
    assert cost(MASS, input=given) == REQUEST_COST + MUTATION_COST + 100 * 75 + 1 + 100


def test_ids_of_another_input_change_nothing():
    query = "mutation($i: CustomerQuickEditInput!) { customerQuickEdit(input: $i) { changedFields } }"
    assert cost(query, i={"id": "x"}) == cost(query, i={"ids": ["x"] * 50}) == REQUEST_COST + MUTATION_COST + 1


@pytest.mark.parametrize("count", [0, 1, 100])
@pytest.mark.parametrize(
    ("mutation", "rest"),
    [
        ("customerUpsert", 'externalId: "x", customer: {}'),
        ("customerCreate", 'email: "", firstName: "", lastName: "", websiteId: ""'),
    ],
)
def test_addresses_that_come_with_a_customer_cost_by_their_number(mutation: str, rest: str, count: int):
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ key }} }} }}"
    without = cost(document, input={})
    given = [{"externalId": str(number), "street": ["1 Way"]} for number in range(count)]
    assert cost(document, input={"addresses": given, "externalId": "x"}) - without == count * ADDRESS_COST
    inner = document.replace(f"$input: {kind}!", "$addresses: [CustomerAddressFields!]!").replace(
        "input: $input", f"input: {{{rest}, addresses: $addresses}}"
    )
    assert cost(inner, addresses=given) - without == count * ADDRESS_COST


def test_conflicts_are_few_and_not_a_page():
    told = "code ... on VersionConflictError {{ {0} }}".format
    query = "mutation($i: CustomerQuickEditInput!) {{ customerQuickEdit(input: $i) {{ userErrors {{ {0} }} }} }}".format
    without, with_them = (
        cost(query(told(part)), i={}) for part in ("currentVersion", "conflicts { field base stored }")
    )
    assert with_them - without == 5 * 3  # of five errors


def test_a_password_costs_what_its_hash_takes():
    sign_in = "mutation($i: SignInInput!) { signIn(input: $i) { userErrors { code } } }"
    change = "mutation($i: PasswordChangeInput!) { passwordChange(input: $i) { userErrors { code } } }"
    base = REQUEST_COST + MUTATION_COST + 1 + 5
    assert (shop_cost(sign_in), shop_cost(change)) == (base + HASHING_COST, base + 2 * HASHING_COST)


def test_the_query_of_a_payload_costs_as_other_roots():
    query = "mutation { visitorPing { query { viewer { kind } shop { streetLines } } } }"
    assert shop_cost(query) == REQUEST_COST + MUTATION_COST + 1 + 1 + 2 * (ROOT_COST + 1)


def test_introspection_costs_by_the_size_of_the_schema():
    whole = "{ __schema { types { name fields { name } } } }"
    one = '{ __type(name: "Customer") { name fields { name } } }'
    assert cost(whole) == REQUEST_COST + len(GRAPH.type_map) * SCHEMA_COST + 3
    assert cost(one) == REQUEST_COST + len(GRAPH.type_map) * SCHEMA_COST // 10 + 2
    assert cost(whole) <= AdminSettings().cost  # pyright: ignore[reportCallIssue]
