"""A quick edit of telephone or postal code is one of the address that was read."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_address, make_customer

EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { changedFields
  userErrors { code message path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } } } }"""
UPDATE = "mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { userErrors { code } } }"


@pytest.fixture
async def row(connection):
    return await make_customer(connection)


@pytest.fixture
async def addresses(row, connection):
    """The default billing address, and another one."""
    home = await make_address(connection, row, is_default_billing=True)
    return home, await make_address(connection, row)


@pytest.fixture
async def edit(admin_client, row):
    async def run(**input):
        return (await admin_client.data(EDIT, input={"id": customer_id(row), **input}))["customerQuickEdit"]

    return run


@pytest.fixture
async def make_default(as_customer, row):
    device = await as_customer(row.id)

    async def run(address):
        input = {"id": encode_id("adr", row.id, address.id), "isDefaultBilling": True}
        assert (await device.data(UPDATE, input=input))["addressUpdate"]["userErrors"] == []

    return run


async def postcodes(connection, addresses):
    return [await connection.fetchval("SELECT postcode FROM address WHERE id = $1", one.id) for one in addresses]


async def test_what_was_meant_for_another_address_is_a_conflict(edit, make_default, row, addresses, connection):
    await make_default(addresses[1])
    home, work = (encode_id("adr", row.id, address.id) for address in addresses)
    conflict = {"field": "defaultBillingAddress", "base": home, "yours": home, "stored": work}
    assert await edit(postcode="N1 7AB", taxVatNumber="GB1", expectedVersion=1) == {
        "changedFields": [],
        "userErrors": [
            {
                "code": "VERSION_CONFLICT",
                "message": "Somebody else changed this since you read it: defaultBillingAddress.",
                "path": ["expectedVersion"],
                "currentVersion": 2,
                "conflicts": [conflict],
            }
        ],
    }
    assert await postcodes(connection, addresses) == ["N1 7AA", "N1 7AA"]


async def test_other_fields_do_not_depend_on_the_address(edit, make_default, addresses):
    await make_default(addresses[1])
    assert await edit(taxVatNumber="GB1", expectedVersion=1) == {"changedFields": ["taxVatNumber"], "userErrors": []}


async def test_a_default_that_came_back_is_the_one_that_was_read(edit, make_default, addresses, connection):
    for address in reversed(addresses):
        await make_default(address)
    assert (await edit(postcode="N1 7AB", expectedVersion=1))["userErrors"] == []
    assert await postcodes(connection, addresses) == ["N1 7AB", "N1 7AA"]


async def test_without_a_version_the_present_default_is_edited(edit, make_default, addresses, connection):
    await make_default(addresses[1])
    assert (await edit(postcode="N1 7AB"))["userErrors"] == []
    assert await postcodes(connection, addresses) == ["N1 7AA", "N1 7AB"]
