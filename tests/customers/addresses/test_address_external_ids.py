"""The key that another program gives to an address: unique among those of its customer, for staff alone."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_address, make_customer

CREATE = """mutation C($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) {
  address { externalId } changedFields userErrors { code key path } } }"""
UPDATE = """mutation U($input: CustomerAddressUpdateInput!) { customerAddressUpdate(input: $input) {
  address { externalId } changedFields userErrors { code key path } } }"""
HOME = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
HOME |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}
TAKEN = [{"code": "TAKEN", "key": "external_id.taken", "path": ["externalId"]}]


@pytest.fixture
async def row(connection):
    return await make_customer(connection)


async def create(client, row, **input):
    return (await client.data(CREATE, input={**HOME, "customerId": customer_id(row), **input}))["customerAddressCreate"]


async def update(client, row, address, **input):
    given = {"id": encode_id("adr", row.id, address.id), **input}
    return (await client.data(UPDATE, input=given))["customerAddressUpdate"]


async def test_each_address_of_a_customer_has_its_own(admin_client, row, connection):
    made = await create(admin_client, row, externalId=" home ")
    assert (made["address"], made["userErrors"]) == ({"externalId": "home"}, [])
    assert (await create(admin_client, row, externalId="home"))["userErrors"] == TAKEN
    other = await make_customer(connection)
    assert (await create(admin_client, other, externalId="home"))["address"] == {"externalId": "home"}
    work = await make_address(connection, row)
    assert (await update(admin_client, row, work, externalId="home"))["userErrors"] == TAKEN
    assert (await update(admin_client, row, work, externalId="work"))["changedFields"] == ["externalId"]
    assert (await update(admin_client, row, work, city="Bath"))["address"] == {"externalId": "work"}
    assert (await update(admin_client, row, work, externalId=None))["address"] == {"externalId": None}
    answer = await update(admin_client, row, work, externalId="x" * 65)
    assert answer["userErrors"] == [{"code": "TOO_LONG", "key": "text.too_long", "path": ["externalId"]}]


async def test_of_those_who_want_one_at_once_one_wins(admin_client, row):
    answers = await asyncio.gather(*[create(admin_client, row, externalId="home") for _ in range(6)])
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0] + [1] * 5


async def test_customers_neither_see_nor_set_it(as_customer, row, connection):
    me = await as_customer(row.id)
    answer = await me.answer("{ me { addresses { externalId } } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    create_own = "mutation C($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code } } }"
    answer = await me.answer(create_own, input={**HOME, "externalId": "home"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    stored = await make_address(connection, row, external_id="home")
    edit_own = "mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { changedFields } }"
    input = {"id": encode_id("adr", row.id, stored.id), "city": "Bath"}
    assert (await me.data(edit_own, input=input))["addressUpdate"] == {"changedFields": ["city"]}
    kept = "SELECT external_id FROM address WHERE customer_id = $1"
    assert await connection.fetchval(kept, row.id) == "home"
