"""One customer, named by id, number, e-mail address or external id."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

FIND = """query F($id: ID, $by: CustomerRef, $websiteId: ID) {
  customer(id: $id, by: $by, websiteId: $websiteId) { id externalId } }"""


@pytest.fixture
async def row(connection):
    return await make_customer(connection, external_id=f"ERP-{uuid.uuid4().hex}")


async def find(client, **given):
    found = (await client.data(FIND, **given))["customer"]
    return found and found["id"]


def refusal(answer):
    (error,) = answer["errors"]
    return error["extensions"], error["message"]


async def test_every_name_leads_to_the_customer(admin_client, row):
    for by in (
        {"id": customer_id(row)},
        {"number": row.number},
        {"email": row.email.upper()},
        {"externalId": f" {row.external_id} "},
    ):
        assert await find(admin_client, by=by) == customer_id(row), by
    assert await find(admin_client, id=customer_id(row)) == customer_id(row)


async def test_what_nobody_has_is_null(admin_client, row):
    for by in (
        {"id": encode_id("cus", 5)},
        {"number": -1},
        {"email": f"no{row.email}"},
        {"externalId": row.external_id.lower()},
    ):
        assert await find(admin_client, by=by) is None, by


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({}, ["id"]),
        ({"id": encode_id("cus", 5), "by": {"number": 1}}, ["id"]),
        ({"by": {"number": 1}, "websiteId": encode_id("web", 1)}, ["websiteId"]),
        ({"id": encode_id("cus", 5), "websiteId": encode_id("web", 1)}, ["websiteId"]),
    ],
)
async def test_exactly_one_name_is_given(admin_client, given, argument):
    extensions, _ = refusal(await admin_client.answer(FIND, **given))
    assert extensions == {"code": "BAD_USER_INPUT", "argument": argument}


@pytest.mark.parametrize("by", [{}, {"number": 1, "externalId": "a"}, {"email": None}, {"id": "ord_1"}])
async def test_a_name_that_is_none_is_refused(admin_client, by):
    answer = await admin_client.answer(FIND, by=by)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_an_address_with_several_accounts_needs_the_website(admin_client, row, connection):
    other = await make_website(connection)
    twin = await make_customer(connection, website_id=other, email=row.email.upper())
    by = {"email": row.email}
    extensions, message = refusal(await admin_client.answer(FIND, by=by))
    assert extensions == {"code": "BAD_USER_INPUT", "argument": ["websiteId"], "key": "customer.ambiguous"}
    assert message == "The address has 2 accounts, one on each website. Name the website in `websiteId`."
    assert await find(admin_client, by=by, websiteId=encode_id("web", 1)) == customer_id(row)
    assert await find(admin_client, by=by, websiteId=encode_id("web", other)) == customer_id(twin)
    assert await find(admin_client, by=by, websiteId=encode_id("web", 5)) is None


async def test_accounts_beyond_the_role_are_unknown_and_make_nothing_ambiguous(http, row, connection):
    other = await make_website(connection)
    twin = await make_customer(connection, website_id=other, email=row.email, external_id=f"{row.external_id}-2")
    clerk = await staff_client(http, connection, ["customers.read", "customers.pii"], website_ids=[other])
    assert await find(clerk, by={"email": row.email}) == customer_id(twin)
    for by in ({"number": row.number}, {"externalId": row.external_id}, {"id": customer_id(row)}):
        assert await find(clerk, by=by) is None
    assert await find(clerk, by={"email": row.email}, websiteId=encode_id("web", 1)) is None


async def test_without_customers_pii_no_address_is_looked_up(http, row, connection, statements):
    clerk = await staff_client(http, connection, ["customers.read"])
    await find(clerk, by={"number": row.number})
    await statements.clear()
    for email in (row.email, f"no{row.email}"):
        extensions, _ = refusal(await clerk.answer(FIND, by={"email": email}))
        assert extensions == {"code": "FORBIDDEN", "permission": "customers.pii"}
    assert await statements.count("customer_email") == 0
    assert await find(clerk, by={"externalId": row.external_id}) == customer_id(row)


async def test_a_reserved_address_finds_no_account(admin_client, row, connection):
    await connection.execute("UPDATE customer_email SET reserved_until = now() WHERE customer_id = $1", row.id)
    assert await find(admin_client, by={"email": row.email}) is None


async def test_many_names_take_one_statement(admin_client, connection, statements):
    async def count(number):
        rows = [await make_customer(connection) for _ in range(number)]
        fields = [f'c{i}: customer(by: {{email: "{row.email}"}}) {{ number }}' for i, row in enumerate(rows)]
        document = f"query {{ {' '.join(fields)} }}"
        await statements.clear()
        found = await admin_client.data(document)
        assert [found[f"c{i}"]["number"] for i in range(number)] == [row.number for row in rows]
        return await statements.count("customer_email")

    assert (await count(1), await count(10)) == (1, 1)


async def test_a_shared_account_is_found_on_every_website(empty_database, settings):
    from support.clients import served

    async with empty_database.writes.acquire() as connection:
        other = await make_website(connection)
        row = await make_customer(connection)
        async with connection.transaction():
            await set_account_sharing(connection, AccountSharing.GLOBAL)
        async with served(settings, empty_database) as http:
            staff = await staff_client(http, connection, ["customers.read", "customers.pii"])
            found = await find(staff, by={"email": row.email}, websiteId=encode_id("web", other))
    assert found == customer_id(row)


async def test_the_storefront_knows_neither(storefront, as_customer, row):
    shopper = await as_customer(row.id)
    answer = await shopper.answer("{ me { externalId } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    answer = await storefront.answer("{ customer(by: {number: 1}) { id } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_staff_of_no_permission_and_guests_are_refused(http, storefront, row, connection):
    nobody = await staff_client(http, connection, ["mail.manage"])
    extensions, _ = refusal(await nobody.answer(FIND, by={"number": row.number}))
    assert extensions == {"code": "FORBIDDEN", "permission": "customers.read"}
    storefront.path = "/admin/graphql"
    extensions, _ = refusal(await storefront.answer(FIND, by={"number": row.number}))
    assert extensions == {"code": "UNAUTHENTICATED"}


async def test_the_grid_filters_and_searches_the_external_id(admin_client, row):
    found = await admin_client.data(
        "query G($id: String!) { a: customers(filter: {externalId: {eq: $id}}) { nodes { gridRow { externalId } } }"
        " b: customers(search: $id) { nodes { externalId } } c: customers(filter: {externalId: {isNull: true}},"
        " sort: [{by: EXTERNAL_ID, direction: DESC}], first: 1) { nodes { externalId } } }",
        id=row.external_id,
    )
    assert found == {
        "a": {"nodes": [{"gridRow": {"externalId": row.external_id}}]},
        "b": {"nodes": [{"externalId": row.external_id}]},
        "c": {"nodes": [{"externalId": None}]},
    }
