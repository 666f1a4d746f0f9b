"""Staff of some websites see and touch customers of those alone, at the same number of statements."""

import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from schema.test_nodes import every_id
from support.customers import customer_id, make_customer, make_full_customer
from support.staff import make_website, staff_client, staff_id_of

LIST = "query L($first: Int, $after: String) { customers(first: $first, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"
ONE = "query C($id: ID!) { customer(id: $id) { id } }"
NODES = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
EDIT = """mutation E($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  customer { id } changedFields userErrors { code message path } } }"""
MASS = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { id outcome customer { id } } doneCount notFoundCount } }"""


@pytest.fixture
async def shop(connection):
    return await make_website(connection)


@pytest.fixture
async def clerk(http, connection, shop):
    return await staff_client(http, connection, ALL_PERMISSIONS, [shop])


def soon():
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()


async def of_shop(connection, shop):
    return await make_customer(connection, website_id=shop, created_in_store_view_id=shop)


async def test_lists_pages_and_counts_hold_the_own_websites_alone(clerk, shop, connection):
    mine = [customer_id(await of_shop(connection, shop)) for _ in range(5)]
    await make_customer(connection)
    seen, after = [], None
    while True:
        page = (await clerk.data(LIST, first=2, after=after))["customers"]
        assert page["totalCount"] == 5
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == mine[::-1]


async def test_several_websites_are_one_reach(http, shop, connection):
    other = await make_website(connection)
    clerk = await staff_client(http, connection, ALL_PERMISSIONS, [shop, other])
    mine = {customer_id(await of_shop(connection, website)) for website in (shop, other)}
    page = (await clerk.data(LIST, first=100))["customers"]
    assert {node["id"] for node in page["nodes"]} == mine


async def test_the_own_are_read_and_edited_as_ever(clerk, shop, connection):
    mine = customer_id(await of_shop(connection, shop))
    assert await clerk.data(ONE, id=mine) == {"customer": {"id": mine}}
    assert await clerk.data(NODES, ids=[mine]) == {"nodes": [{"id": mine}]}
    edited = await clerk.data(EDIT, input={"id": mine, "taxVatNumber": "X"})
    done = {"customer": {"id": mine}, "changedFields": ["taxVatNumber"], "userErrors": []}
    assert edited == {"customerQuickEdit": done}


async def test_others_and_all_they_own_are_as_good_as_unknown(clerk, admin_client, connection):
    theirs = await make_full_customer(connection)
    ids = await every_id(admin_client, theirs)
    public = {"web", "sto", "stv", "grp", "tax", "prd"}
    found = (await clerk.data(NODES, ids=ids))["nodes"]
    assert [node is not None for node in found] == [id[:3] in public for id in ids]
    assert await clerk.data(ONE, id=customer_id(theirs)) == {"customer": None}


async def test_nobody_moves_a_customer_out_of_their_reach(clerk, shop, connection):
    mine = await of_shop(connection, shop)
    refused = await clerk.data(EDIT, input={"id": customer_id(mine), "websiteId": encode_id("web", 1)})
    assert refused["customerQuickEdit"]["userErrors"] == [
        {"code": "NOT_FOUND", "message": "There is no such website.", "path": ["websiteId"]}
    ]
    assert await connection.fetchval("SELECT website_id FROM customer WHERE id = $1", mine.id) == shop


@pytest.mark.parametrize("action", ["SUBSCRIBE", "UNSUBSCRIBE", "DELETE", "ASSIGN_GROUP"])
async def test_a_mass_action_does_nothing_to_others(action, clerk, shop, connection):
    mine, theirs = await of_shop(connection, shop), await make_full_customer(connection)
    group = {"groupId": encode_id("grp", 2)} if action == "ASSIGN_GROUP" else {}
    ids = [customer_id(mine), customer_id(theirs), encode_id("cus", 1)]
    before = await everything_of(connection, theirs.id)
    answer = (await clerk.data(MASS, input={"action": action, "selection": {"ids": ids}, **group}))[
        "customerMassAction"
    ]
    outcome = "UNCHANGED" if action == "UNSUBSCRIBE" else "DONE"
    assert [(r["id"], r["outcome"]) for r in answer["results"]] == [
        (ids[0], outcome),
        (ids[1], "NOT_FOUND"),
        (ids[2], "NOT_FOUND"),
    ]
    assert [r["customer"] for r in answer["results"]][1:] == [None, None]
    assert await everything_of(connection, theirs.id) == before


async def everything_of(connection, id):
    statement = """SELECT (SELECT c::text FROM customer c WHERE id = $1),
      (SELECT array_agg(n::text) FROM newsletter_subscription n WHERE customer_id = $1),
      (SELECT count(*) FROM customer_event WHERE customer_id = $1)"""
    return tuple(await connection.fetchrow(statement, id))


async def test_shared_lists_stay_readable(clerk, connection):
    answer = await clerk.data("{ websites { id } customerGroups(first: 100) { totalCount } }")
    assert len(answer["websites"]) >= 2
    assert answer["customerGroups"]["totalCount"] == await connection.fetchval("SELECT count(*) FROM customer_group")


async def test_reach_costs_no_statement_in_lists_and_one_for_any_number_of_nodes(
    clerk, admin_client, shop, connection, statements
):
    ids = [customer_id(await of_shop(connection, shop)) for _ in range(20)]
    counts = {}
    for name, client in (("clerk", clerk), ("boss", admin_client)):
        for document, variables in (
            (LIST, {"first": 1}),
            (LIST, {"first": 20}),
            (NODES, {"ids": ids[:1]}),
            (NODES, {"ids": ids}),
        ):
            await statements.clear()
            await client.data(document, **variables)
            counts.setdefault(name, []).append(await statements.count())
    assert counts["clerk"] == counts["boss"]
    assert counts["clerk"][0] == counts["clerk"][1]
    assert counts["clerk"][2] == counts["clerk"][3]


async def test_the_statement_of_those_who_reach_all_has_no_condition(admin_client, clerk, connection, statements):
    await statements.clear()
    await admin_client.data(LIST, first=1)
    assert await statements.count("FROM customer") == 2  # the page and its count
    assert await statements.count("FROM customer_count") == 1  # one statement for everybody, whose websites may be null
    assert [text for text in statements.texts if "website_id = ANY" in text and "customer_count" not in text] == []
    await statements.clear()
    await clerk.data(LIST, first=1)
    assert await statements.count("website_id = ANY") == 2


async def test_administrators_who_acted_on_an_own_record_are_known_by_name_alone(clerk, shop, connection, admin_client):
    mine = customer_id(await of_shop(connection, shop))
    lock = "mutation L($input: CustomerLockInput!) { customerLock(input: $input) { isChanged } }"
    await admin_client.data(lock, input={"id": mine})
    make = "mutation M($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token } }"
    token = {"name": "Shop", "permissions": [], "websiteIds": [encode_id("web", shop)], "expiresAt": soon()}
    await admin_client.data(make, input=token)
    staff = "{ id name email role isActive assignedRole { permissions } }"
    for query, path in (
        (f"query ($id: ID!) {{ customer(id: $id) {{ lock {{ staff {staff} }} }} }}", ("customer", "lock", "staff")),
        (
            f"query ($id: ID!) {{ customer(id: $id) {{ history {{ nodes {{ staff {staff} }} }} }} }}",
            ("customer", "history", "nodes", 0, "staff"),
        ),
        (f"{{ serviceTokens {{ createdByStaff {staff} }} }}", ("serviceTokens", 0, "createdByStaff")),
    ):
        answer = await clerk.answer(query, **({"id": mine} if "$id" in query else {}))
        found = answer["data"]
        for step in path:
            found = found[step]
        assert {name for name, value in found.items() if value is not None} == {"id", "name"}
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}


async def test_staff_of_the_own_websites_are_shown_in_full(clerk, shop, http, connection):
    colleague = await staff_client(http, connection, {"customers.read"}, [shop])
    page = await clerk.data("{ staffUsers(first: 50) { nodes { id email role assignedRole { permissions } } } }")
    (found,) = [user for user in page["staffUsers"]["nodes"] if user["id"] == await staff_id_of(connection, colleague)]
    assert found["email"]
    assert found["assignedRole"] == {"permissions": ["CUSTOMERS_READ"]}
