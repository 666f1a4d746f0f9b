"""Accounts of one website or of all: the scope moves as a whole, and only where no address would collide."""

import asyncio

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.customers.profile.claims import claim_email, move_email_claim
from customer_gql.customers.profile.sharing import AccountSharing, email_scope, lock_email_scope, set_account_sharing
from customer_gql.customers.profile.writes import lock_customer
from support.customers import make_customer
from support.races import stop_after

SET = """mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) {
  movedAccountCount userErrors { code path } } }"""


@pytest.fixture
async def shop(empty_database):
    async with empty_database.writes.acquire() as connection:
        await connection.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'other', 'Other', 'EUR')")
        yield connection


async def scopes(connection):
    return {row.scope for row in await connection.fetch("SELECT scope FROM customer_email")}


async def test_there_and_back(shop):
    rows = [await make_customer(shop), await make_customer(shop, website_id=2)]
    async with shop.transaction():
        assert await set_account_sharing(shop, AccountSharing.GLOBAL) == 2
    assert (await scopes(shop), await email_scope(shop, 2)) == ({0}, 0)
    async with shop.transaction():
        assert await set_account_sharing(shop, AccountSharing.PER_WEBSITE) == 2
    claims = await shop.fetch("SELECT scope FROM customer_email ORDER BY scope")
    assert ([claim_email.scope for claim_email in claims], await email_scope(shop, 2)) == ([1, 2], 2)
    assert [row.website_id for row in rows] == [1, 2]


async def test_refused_while_an_address_would_be_two_accounts(shop):
    one = await make_customer(shop)
    await make_customer(shop, website_id=2, email=one.email.upper())
    for names_addresses, said in [(True, f"website: 1, such as {one.email}[.]"), (False, "website: 1[.]")]:
        with pytest.raises(RuleError, match=said):
            async with shop.transaction():
                await set_account_sharing(shop, AccountSharing.GLOBAL, names_addresses=names_addresses)
    assert (await scopes(shop), await email_scope(shop, 1)) == ({1, 2}, 1)


async def test_shared_accounts_move_between_websites_and_claim_everywhere(shop):
    row = await make_customer(shop)
    async with shop.transaction():
        await set_account_sharing(shop, AccountSharing.GLOBAL)
        held = await lock_customer(shop, row.id, websites=None)
        await move_email_claim(shop, held, email="new@example.com", website_id=2)
        assert not await claim_email(shop, 7, email="NEW@example.com", scope=await email_scope(shop, 1))
    assert await scopes(shop) == {0}


async def claim(database, number):
    async with database.transaction() as connection:
        scope = await lock_email_scope(connection, 1)
        await claim_email(connection, number, email=f"a{number}@example.com", scope=scope)


async def share(database):
    async with database.transaction() as connection:
        await set_account_sharing(connection, AccountSharing.GLOBAL)


async def test_a_change_of_scope_waits_for_who_claims_and_moves_the_claim(shop, empty_database):
    async with stop_after("FROM configuration_value", "FOR SHARE") as stop:
        claiming = asyncio.create_task(claim(empty_database, 1))
        await stop.reached_by(claiming)
        sharing = asyncio.create_task(share(empty_database))
        assert await stop.is_waited_for_by(sharing, shop)
    await asyncio.gather(claiming, sharing)
    assert await scopes(shop) == {0}


async def test_who_claims_waits_for_a_change_of_scope_and_claims_in_the_new_one(shop, empty_database):
    async with stop_after("INSERT INTO configuration_value") as stop:
        sharing = asyncio.create_task(share(empty_database))
        await stop.reached_by(sharing)
        claiming = asyncio.create_task(claim(empty_database, 1))
        assert await stop.is_waited_for_by(claiming, shop)
    await asyncio.gather(claiming, sharing)
    assert await scopes(shop) == {0}


async def test_only_who_may_configure(as_staff, as_customer, admin_client, connection):
    support, customer = await as_staff("support"), await as_customer((await make_customer(connection)).id)
    customer.path = "/admin/graphql"
    input = {"sharing": "GLOBAL"}
    assert (await support.answer(SET, input=input))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await customer.post(SET, input=input)).status_code == 401
    assert await email_scope(connection, 1) == 1
    answer = await admin_client.data(SET, input={"sharing": "PER_WEBSITE"})
    assert answer == {"accountSharingSet": {"movedAccountCount": 0, "userErrors": []}}
