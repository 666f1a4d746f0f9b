"""What a customer has on each website, for staff and for the customer."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer
from support.ledgers import CREDIT, POINTS, adjust
from support.staff import make_website

SHOWN = "balances { website { id } storeCredit { amount currency } rewardPoints }"
STAFF = f"query B($id: ID!) {{ customer(id: $id) {{ {SHOWN} }} }}"
SHARE = "UPDATE configuration_value SET value = $1 WHERE path = 'customers.account_sharing'"


@pytest.fixture
async def moved(admin_client, connection):
    """A customer who left 50 cents and 30 points on another website."""
    website = await make_website(connection)
    shopper = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    await adjust(admin_client, CREDIT, shopper, "credit", 50)
    await adjust(admin_client, POINTS, shopper, "points", 30)
    await connection.execute(
        "UPDATE customer SET website_id = 1, created_in_store_view_id = 1 WHERE id = $1", shopper.id
    )
    return shopper, website


def balance(website, amount, currency, points):
    credit = {"amount": amount, "currency": currency}
    return {"website": {"id": encode_id("web", website)}, "storeCredit": credit, "rewardPoints": points}


async def test_staff_see_every_website_with_entries_and_the_own_one(moved, admin_client):
    shopper, website = moved
    answer = await admin_client.data(STAFF, id=customer_id(shopper))
    assert answer["customer"]["balances"] == [balance(1, "0.00", "USD", 0), balance(website, "0.50", "EUR", 30)]


async def test_the_customer_sees_other_websites_while_accounts_are_shared(moved, as_customer, connection):
    shopper, website = moved
    client = await as_customer(shopper.id)
    document = f"{{ me {{ {SHOWN} }} }}"
    assert (await client.data(document))["me"]["balances"] == [balance(1, "0.00", "USD", 0)]
    await connection.execute(SHARE, '"GLOBAL"')
    shared = (await client.data(document))["me"]["balances"]
    await connection.execute(SHARE, '"PER_WEBSITE"')
    assert shared == [balance(1, "0.00", "USD", 0), balance(website, "0.50", "EUR", 30)]


async def test_fifty_customers_cost_as_many_statements_as_one(admin_client, connection, statements):
    shoppers = [await make_customer(connection) for _ in range(50)]
    document = f"query N($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ {SHOWN} }} }} }}"
    counts = []
    for ids in ([customer_id(shoppers[0])], [customer_id(shopper) for shopper in shoppers]):
        await statements.clear()
        await admin_client.data(document, ids=ids)
        counts.append(await statements.count())
    assert counts[0] == counts[1]
