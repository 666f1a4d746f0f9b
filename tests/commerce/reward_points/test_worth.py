"""What points are worth: whole units of the most particular exchange rate."""

from decimal import Decimal

import pytest

from customer_gql.core.money import to_major_units
from support.customers import customer_id, make_customer
from support.staff import make_website

WORTH = "query W($id: ID!) { customer(id: $id) { rewardPoints { balance worth { amount currency } } } }"


@pytest.fixture
async def rates(empty_database):
    """10 points are 2 dollars; in group 2, 10 are 3; on the website for all groups, 10 are 4; for both, 10 are 5. Another
    website has rates of its own."""
    async with empty_database.writes.acquire() as connection:
        other = await make_website(connection)
        await connection.execute("UPDATE website SET currency = 'USD' WHERE id = $1", other)
        own = [(None, None, 200), (None, 2, 300), (1, None, 400), (1, 2, 500)]
        for number, (website, group, amount) in enumerate([*own, (other, None, 700), (other, 2, 800), (1, 3, 900)]):
            await connection.execute(
                "INSERT INTO reward_points_rate (id, website_id, group_id, points, amount, currency) "
                "VALUES ($1, $2, $3, 10, $4, 'USD')",
                number,
                website,
                group,
                amount,
            )
        yield connection


async def worth(database, settings, connection, group, *, without=()):
    from customer_gql.staff import writes as staff
    from support.clients import Client, served

    for number in without:
        await connection.execute("DELETE FROM reward_points_rate WHERE id = $1", number)
    shopper = await make_customer(connection, group_id=group)
    await connection.execute(
        "INSERT INTO reward_points (customer_id, website_id, balance) VALUES ($1, 1, 25)", shopper.id
    )
    email = f"staff{shopper.id}@example.com"
    await staff.create_staff_user(connection, email=email, name="A", role="viewer")
    async with served(settings, database) as http:
        client = Client(http, "/admin/graphql", await staff.issue_staff_token(connection, email=email))
        return (await client.data(WORTH, id=customer_id(shopper)))["customer"]["rewardPoints"]


@pytest.mark.parametrize(
    ("group", "without", "amount"), [(2, [], "10.00"), (2, [3], "6.00"), (1, [], "8.00"), (1, [2], "4.00")]
)
async def test_the_most_particular_rate_holds_and_a_broken_unit_is_worth_nothing(
    group, without, amount, rates, empty_database, settings
):
    read = await worth(empty_database, settings, rates, group, without=without)
    assert read == {"balance": 25, "worth": {"amount": amount, "currency": "USD"}}


async def test_a_rate_for_all_websites_is_worth_nothing_in_another_currency(rates, empty_database, settings):
    """A rate of 200 minor units would be USD 2, but JPY 200."""
    await rates.execute("UPDATE reward_points_rate SET currency = 'JPY'")
    assert await worth(empty_database, settings, rates, 1) == {"balance": 25, "worth": None}


async def test_a_worth_beyond_64_bits_is_exact(rates, empty_database, settings):
    await rates.execute("UPDATE reward_points_rate SET amount = 9223372036854775807")
    read = await worth(empty_database, settings, rates, 1)
    assert read == {"balance": 25, "worth": {"amount": "184467440737095516.14", "currency": "USD"}}


async def test_a_customer_without_an_account_has_no_points(admin_client, connection):
    shopper = await make_customer(connection)
    read = (await admin_client.data(WORTH, id=customer_id(shopper)))["customer"]["rewardPoints"]
    assert read == {"balance": 0, "worth": None}


async def test_a_round_worth_is_written_out(rates, empty_database, settings):
    """A database gives 1000000 as 1E+6."""
    await rates.execute("UPDATE reward_points_rate SET amount = 500000")
    read = await worth(empty_database, settings, rates, 1)
    assert read == {"balance": 25, "worth": {"amount": "10000.00", "currency": "USD"}}
    assert str(to_major_units(Decimal("1E+6"), "USD")) == "10000.00"
