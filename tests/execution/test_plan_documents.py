"""Every feature of documents: the answer of a plan equals that of the reference executor."""

import pytest

from customer_gql.commerce.carts.reads import open_carts_by_customer
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.statements import Statement
from customer_gql.staff import writes as staff
from support.plan_comparing import GUEST, shopper
from support.plan_shop import make_failures

DOCUMENTS = {
    "plain columns": "{ customer(id: $id) { email prefix dateOfBirth createdAt isLocked version gender status } }",
    "alias": "{ a: customer(id: $id) { x: email y: email id } }",
    "typename": "{ __typename customer(id: $id) { __typename orders { __typename nodes { t: __typename } } } }",
    "field merging": "{ customer(id: $id) { group { id } group { name } orders(first: 1) { nodes { id } } "
    "orders(first: 1) { totalCount nodes { number } } } }",
    "inline fragment": "{ customer(id: $id) { ... { email } ... on Customer { firstName } ... on Node { id } } }",
    "fragments in fragments": "{ customer(id: $id) { ...a } } fragment a on Customer { ...b email } "
    "fragment b on Node { id ...c } fragment c on Customer { group { ...d } } fragment d on CustomerGroup { name }",
    "abstract type": "{ node(id: $id) { __typename id ... on Customer { email orders(first: 1) { totalCount } } } }",
    "money": "{ customer(id: $id) { orders { nodes { g: grandTotal { c: currency amount a: amount __typename } } } "
    "orderStatistics { averageOrderValue { amount } lifetimeValue { __typename } } } }",
    "pages": "{ customer(id: $id) { orders(first: 1) { edges { cursor node { number } __typename } "
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } o: orders(last: 1) { nodes { id } totalCount } } }",
    "count alone": "{ customers { totalCount } customer(id: $id) { orders { totalCount } reviews { totalCount } } }",
    "resolver of its own": "{ customer(id: $id) { orders { nodes { itemCount items(first: 1) { sku } } } } }",
    "page of pages": "{ customers(first: 3, sort: {by: NAME}) { edges { node { orders(first: 2) { nodes { "
    "items(first: 2) { price { amount } } shipments { trackingNumbers { number } } } } } } } }",
    "shared rows": "{ customers { nodes { website { code stores { storeViews { name } } } group { taxClass { name } } } } }",
    "lists of scalars": "{ customer(id: $id) { addresses { street } defaultBillingAddress { street city } } }",
    "many roots": "{ websites { code } customerGroups(first: 5) { nodes { name } } customers(first: 1) { nodes { id } } customer(id: $id) { id } }",
    "settings of the whole shop": "{ configuration { path value setAt default } }",
    "settings of a website": '{ configuration(scope: {websiteId: "web_0000000000000001"}) { path value setAt } }',
    "settings of a store view": '{ configuration(scope: {storeViewId: "stv_0000000000000001"}) { path value setAt } }',
    "nothing left": "{ customer(id: $id) @skip(if: true) { id } }",
    "nothing left within": "{ customer(id: $id) { email @include(if: false) } }",
}


@pytest.mark.parametrize("case", DOCUMENTS)
async def test_a_plan_answers_like_the_reference_executor(case, plan_shop):
    executors, shop = plan_shop
    for customer in shop.customers:
        text = DOCUMENTS[case].replace("$id", f'"{encode_id("cus", customer)}"')
        answer = await executors.compare(text)
        assert answer.errors is None
    assert executors.seen == {"planned": len(shop.customers)}


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize("first", [1, 2])
async def test_variables_and_conditions(yes, first, plan_shop):
    executors, shop = plan_shop
    text = """query ($id: ID!, $yes: Boolean!, $first: Int = 3, $none: String) { customer(id: $id) {
        email @include(if: $yes) firstName @skip(if: $yes) ...f @include(if: $yes)
        orders(first: $first, after: $none) @include(if: true) { nodes { items(first: $first) { sku } } } } }
        fragment f on Customer { lastName group @skip(if: $yes) { name } }"""
    for given in ({"first": first}, {}):
        answer = await executors.compare(text, {"id": encode_id("cus", shop.customers[0]), "yes": yes, **given})
        assert answer.errors is None
        shown = answer.data["customer"]
        assert ("email" in shown, "firstName" in shown, "lastName" in shown) == (yes, not yes, yes)


async def test_one_document_with_several_operations(plan_shop):
    executors, _ = plan_shop
    text = "query a { websites { code } } query b { customers(first: 1) { nodes { id } } }"
    assert set((await executors.compare(text, name="a")).data) == {"websites"}
    assert set((await executors.compare(text, name="b")).data) == {"customers"}


FAILING = {
    "refused argument": "{ customers(first: 0) { nodes { id } } websites { code } }",
    "refused nested argument": "{ customers { nodes { id orders(first: 500) { nodes { id } } } } }",
    "malformed cursor": '{ customers { nodes { email orders(after: "x") { totalCount } } } }',
    "malformed id": '{ customer(id: "x") { id } websites { code } }',
    "value out of range": "{ customers { nodes { email number } } websites { code } }",
    "null in a list": "{ nodes(ids: [%s]) { id ... on Customer { number } } }",
}


async def test_the_reference_executor_reports_failures(own_plan_shop):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await make_failures(connection, shop)
    ids = ", ".join(f'"{encode_id("cus", id)}"' for id in shop.customers)
    for case, text in FAILING.items():
        answer = await executors.compare(text.replace("%s", ids))
        assert answer.errors, case
    assert executors.seen == {"failed": len(FAILING)}


async def test_the_reference_executor_reports_invalid_variables(plan_shop):
    executors, _ = plan_shop
    answer = await executors.compare("query ($first: Int!) { customers(first: $first) { totalCount } }", {"first": "x"})
    assert answer.data is None
    assert "$first" in answer.errors[0].message


async def test_permissions_are_checked(plan_shop):
    executors, shop = plan_shop
    nobody = Viewer(ViewerKind.STAFF, staff_id=1, permissions=frozenset())
    refused = await executors.compare("{ customers { totalCount } }", viewer=nobody)
    assert refused.errors[0].extensions == {"code": "FORBIDDEN", "permission": "customers.read"}
    assert (await executors.compare("{ me { email } }", viewer=GUEST)).data == {"me": None}
    own = await executors.compare("{ me { email orders { totalCount } } }", viewer=shopper(shop.customers[0]))
    assert own.errors is None
    others = await executors.compare(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": shop.ids}, viewer=shopper(shop.customers[0])
    )
    assert None in others.data["nodes"]


async def test_masked_text_comes_from_a_plan_too(plan_shop):
    """A plan that fails is repeated by the reference executor, so only `compare` can tell."""
    executors, shop = plan_shop
    blind = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS - {"customers.pii"})
    document = "query ($id: ID!) { customer(id: $id) { email prefix dateOfBirth addresses { street city company } } }"
    read = await executors.compare(document, {"id": encode_id("cus", shop.customers[0])}, viewer=blind)
    assert read.errors is None
    assert read.data["customer"]["email"].endswith("•••@•••")
    assert read.data["customer"]["dateOfBirth"] is None
    assert all(line.endswith("•••") for address in read.data["customer"]["addresses"] for line in address["street"])


REFUSED = {
    "a list": ("history.read", "{ customers { nodes { email history { totalCount } group { name } } } }"),
    "among aliases": (
        "history.read",
        "{ customers { nodes { a: history { totalCount } b: history { totalCount } } } }",
    ),
    "below other loads": (
        "staff.manage",
        "{ customers { nodes { history { nodes { staff { id name x: email } } } } } }",
    ),
    "an object": ("staff.manage", "{ customers { nodes { history { nodes { staff { assignedRole { name } } } } } } }"),
    "a root": ("customers.read", "{ __typename customer(id: $id) { email } }"),
    "two of them": (
        "history.read",
        "{ customers { nodes { history { totalCount } } } customer(id: $id) { history { nodes { id } } } }",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_fields_come_from_a_plan_too(case, own_plan_shop):
    """Each with an error at its place, as the reference executor reports it; see `Executors.compare`."""
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await staff.create_staff_user(connection, email="a@example.com", name="Ada", role="administrator")
        staff_id = await connection.fetchval("SELECT id FROM staff_user WHERE email = 'a@example.com'")
    editor = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=ALL_PERMISSIONS)
    for key in shop.ids[-len(shop.customers) - 3 :]:
        await executors.answer(EDIT.replace("$id", f'"{key}"'), viewer=editor)
    missing, text = REFUSED[case]
    viewer = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=ALL_PERMISSIONS - {missing})
    id = f'"{encode_id("cus", shop.customers[0])}"'
    answer = await executors.compare(text.replace("$id", id), viewer=viewer)
    assert {error.extensions["permission"] for error in answer.errors} == {missing}
    assert executors.seen == {"refused": 1}


EDIT = "mutation { customerQuickEdit(input: {id: $id, gender: MALE}) { changedFields } }"


async def test_arguments_of_a_refused_field_are_checked(plan_shop):
    executors, shop = plan_shop
    viewer = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS - {"history.read"})
    text = "query ($id: ID!, $first: Int) { customer(id: $id) { history(first: $first) { totalCount } } }"
    for first in (3, 10**6):
        given = {"id": encode_id("cus", shop.customers[0]), "first": first}
        answer = await executors.compare(text, given, viewer=viewer)
        assert answer.errors[0].extensions["code"] == "FORBIDDEN"
    assert executors.seen == {"refused": 2}


async def test_ones_own_record_is_answered_by_the_plan_that_refuses_others(own_plan_shop):
    executors, _ = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await staff.create_staff_user(connection, email="a@example.com", name="Ada", role="administrator")
        staff_id = await connection.fetchval("SELECT id FROM staff_user WHERE email = 'a@example.com'")
    viewer = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=ALL_PERMISSIONS - {"staff.manage"})
    text = "{ staffMe { user { id email assignedRole { name } } } }"
    answer = await executors.compare(text, viewer=viewer)
    assert answer.errors is None
    assert answer.data["staffMe"]["user"]["email"] == "a@example.com"
    assert executors.seen == {"planned": 1}


async def test_the_reference_executor_answers_introspection(plan_shop):
    executors, _ = plan_shop
    answer = await executors.compare("{ __schema { queryType { name } } }", planned=False)
    assert answer.data == {"__schema": {"queryType": {"name": "Query"}}}


async def test_the_reference_executor_answers_thousands_of_fields(plan_shop):
    executors, _ = plan_shop
    fields = " ".join(f"a{i}: code" for i in range(2_100))
    await executors.compare(f"{{ websites {{ {fields} }} }}", planned=False)


async def test_a_failed_read_fails_no_other_field(plan_shop, monkeypatch):
    executors, shop = plan_shop
    whole = open_carts_by_customer.statement
    broken = Statement(whole.sql.replace("cart.is_active", "cart.id / 0 = 1"), whole.names, whole.defaults)
    monkeypatch.setattr(open_carts_by_customer, "_plain", broken)
    text = "query ($id: ID!) { customer(id: $id) { email cart { id } wishlist { name } addresses { city } } }"
    answer = await executors.compare(text, {"id": encode_id("cus", shop.customers[0])})
    assert [error.path for error in answer.errors] == [["customer", "cart"]]
    assert answer.data["customer"]["wishlist"] == {"name": "Wishes"}
