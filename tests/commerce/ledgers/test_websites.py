"""A balance is given where it can be spent, and taken wherever there is one."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import make_customer
from support.ledgers import NOTHING, adjust, stored
from support.staff import make_website

EXCLUDE = "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (1, $1)"
NOT_ALLOWED = [{"code": "NOT_ALLOWED", "path": ["websiteId"]}]


@pytest.fixture
async def shared(connection):
    """Accounts work on all websites."""
    change = "UPDATE configuration_value SET value = $1 WHERE path = 'customers.account_sharing'"
    await connection.execute(change, '"GLOBAL"')
    yield
    await connection.execute(change, '"PER_WEBSITE"')


async def test_nothing_is_given_where_the_account_does_not_work(ledger, admin_client, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    for units in (1, 70):
        refused = await adjust(
            admin_client, ledger, shopper, f"key {units}", units, websiteId=encode_id("web", website)
        )
        assert refused["userErrors"] == NOT_ALLOWED
    assert await stored(connection, ledger, shopper, website) == NOTHING


async def test_a_shared_account_gets_a_balance_of_another_website(ledger, admin_client, shared, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    await adjust(admin_client, ledger, shopper, "own", 500)
    moved = await adjust(admin_client, ledger, shopper, "other", 70, websiteId=encode_id("web", website))
    assert (moved["entry"]["balanceAfter"], moved["entry"]["action"]) == (ledger.shown(70, "EUR"), ledger.actions[0])
    assert moved["customer"]["ledger"]["balance"] == ledger.shown(500)
    assert await stored(connection, ledger, shopper) == (500, 500, 1)
    assert await stored(connection, ledger, shopper, website) == (70, 70, 1)


async def test_nothing_is_given_where_the_group_is_excluded(ledger, admin_client, shared, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    await connection.execute(EXCLUDE, website)
    refused = await adjust(admin_client, ledger, shopper, "key", 70, websiteId=encode_id("web", website))
    assert refused["userErrors"] == NOT_ALLOWED


async def test_what_stayed_on_another_website_can_be_taken(ledger, admin_client, connection):
    website = await make_website(connection)
    shopper = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    await adjust(admin_client, ledger, shopper, "give", 50)
    await connection.execute(
        "UPDATE customer SET website_id = 1, created_in_store_view_id = 1 WHERE id = $1", shopper.id
    )
    other = encode_id("web", website)
    assert (await adjust(admin_client, ledger, shopper, "more", 1, websiteId=other))["userErrors"] == NOT_ALLOWED
    assert (await adjust(admin_client, ledger, shopper, "take", -50, websiteId=other))["userErrors"] == []
    assert await stored(connection, ledger, shopper, website) == (0, 0, 2)
    # A repeat finds its entry although the account moved.
    again = await adjust(admin_client, ledger, shopper, "give", 50)
    assert again["entry"]["balanceAfter"] == ledger.shown(50, "EUR")
