"""A root field that is refused or fails is null alone, in both executors: its siblings answer."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.schema import admin, storefront
from support.plan_comparing import GUEST, encode_answer, shopper
from support.plan_shop import make_failures

SCHEMAS = {"admin": admin.schema._schema, "storefront": storefront.schema._schema}
UNPRIVILEGED = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS - {Permission.STAFF_MANAGE.value})


@pytest.mark.parametrize("audience", SCHEMAS)
def test_every_root_is_nullable(audience):
    roots = [SCHEMAS[audience].query_type, SCHEMAS[audience].mutation_type]
    fields = [(root.name, name, field) for root in roots if root for name, field in root.fields.items()]
    assert [(root, name) for root, name, field in fields if str(field.type).endswith("!")] == []


def codes(answer):
    return {error.path[0]: error.original_error.code.value for error in answer.errors or ()}


async def test_a_forbidden_root_leaves_its_siblings(plan_shop):
    executors, _ = plan_shop
    text = """{ staffRoles { id } websites { code } staffUsers { nodes { id } } serviceTokens { id }
        customers(first: 1) { nodes { id } } viewer { kind } limits { tokens } }"""
    answer = await executors.compare(text, viewer=UNPRIVILEGED)
    assert codes(answer) == dict.fromkeys(("staffRoles", "staffUsers", "serviceTokens"), "FORBIDDEN")
    assert [name for name, value in answer.data.items() if value is None] == [
        "staffRoles",
        "staffUsers",
        "serviceTokens",
    ]
    assert answer.data["websites"]
    assert answer.data["customers"]["nodes"]


async def test_a_root_that_fails_leaves_its_siblings(own_plan_shop):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await make_failures(connection, shop)
    text = """query ($id: ID!) { customer(id: $id) { number } nodes(ids: ["walk"]) { id } websites { code } viewer { kind }
        customers(first: 100) { nodes { id number } } }"""
    answer = await executors.compare(text, {"id": encode_id("cus", shop.customers[-1])})
    assert {error.path[0] for error in answer.errors} == {"customer", "nodes", "customers"}
    assert (answer.data["nodes"], answer.data["viewer"]) == (None, {"kind": "STAFF"})
    assert answer.data["websites"]


async def test_a_guest_reads_null_beside_what_is_open(plan_shop):
    executors, _ = plan_shop
    text = """{ me { id } sessions { id } viewer { kind } shop { website { code } } country(code: "DE") { name }
        nodes(ids: []) { id } }"""
    answer = await executors.compare(text, viewer=GUEST)
    assert answer.errors is None
    assert answer.data | {"shop": None, "country": None} == {
        "me": None,
        "sessions": None,
        "viewer": {"kind": "GUEST"},
        "shop": None,
        "country": None,
        "nodes": [],
    }
    assert answer.data["shop"]
    assert answer.data["country"]


async def test_a_malformed_id_leaves_the_siblings_of_a_shopper(plan_shop):
    executors, shop = plan_shop
    text = '{ node(id: "walk") { id } nodes(ids: ["walk"]) { id } me { id } viewer { kind } }'
    answer = await executors.compare(text, viewer=shopper(shop.customers[0]))
    assert codes(answer) == dict.fromkeys(("node", "nodes"), "BAD_USER_INPUT")
    assert answer.data == {
        "node": None,
        "nodes": None,
        "me": {"id": encode_id("cus", shop.customers[0])},
        "viewer": {"kind": "CUSTOMER"},
    }


async def test_each_mutation_is_reported_even_if_another_fails(own_plan_shop):
    """The first is done, the second is forbidden, the third refuses with data, the fourth is done."""
    executors, shop = own_plan_shop
    text = """mutation ($id: ID!) {
        one: customerQuickEdit(input: {id: $id, taxVatNumber: "GB1"}) { changedFields userErrors { code } }
        two: customerQuickEdit(input: {id: $id, email: "ada@example.com"}) { changedFields userErrors { code } }
        three: customerQuickEdit(input: {id: "walk", gender: MALE}) { changedFields userErrors { code path } }
        four: customerQuickEdit(input: {id: $id, taxVatNumber: "GB2"}) { changedFields customer { version } } }"""
    may = Viewer(
        ViewerKind.STAFF,
        staff_id=1,
        permissions=frozenset({Permission.CUSTOMERS_READ.value, Permission.CUSTOMERS_WRITE.value}),
    )
    answers = []
    for plans, customer in ((True, shop.customers[0]), (False, shop.customers[1])):
        answers.append(await executors.answer(text, {"id": encode_id("cus", customer)}, viewer=may, plans=plans))
    for answer in answers:
        assert codes(answer) == {"two": "FORBIDDEN"}
        assert answer.data == {
            "one": {"changedFields": ["taxVatNumber"], "userErrors": []},
            "two": None,
            "three": {"changedFields": [], "userErrors": [{"code": "NOT_FOUND", "path": ["id"]}]},
            "four": {"changedFields": ["taxVatNumber"], "customer": {"version": 3}},
        }
    assert encode_answer(answers[0]) == encode_answer(answers[1])
