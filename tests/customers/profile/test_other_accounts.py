"""`customer.otherAccounts`: accounts of one address on several websites, for those who may know."""

from typing import Any

from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

READ = (
    """query O($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { otherAccounts { id email website { id } } } } }"""
)


async def other_accounts(client: Client, *customers: Any) -> list[list[str]]:
    found = (await client.data(READ, ids=[customer_id(customer) for customer in customers]))["nodes"]
    return [[account["id"] for account in customer["otherAccounts"]] for customer in found]


async def make_pair(connection: Connection, website_id: int) -> tuple[Any, Any]:
    customer = await make_customer(connection)
    there = {"website_id": website_id, "created_in_store_view_id": website_id, "email": customer.email.upper()}
    return customer, await make_customer(connection, **there)


async def test_the_same_address_on_another_website(admin_client: Client, connection: Connection):
    customer, other = await make_pair(connection, await make_website(connection))
    alone = await make_customer(connection)
    expected = [[customer_id(other)], [customer_id(customer)], []]
    assert await other_accounts(admin_client, customer, other, alone) == expected


async def test_a_reserved_address_is_nobodys(admin_client: Client, connection: Connection):
    customer, other = await make_pair(connection, await make_website(connection))
    reserve = "UPDATE customer_email SET reserved_until = now() + interval '1 day' WHERE customer_id = $1"
    await connection.execute(reserve, other.id)
    assert await other_accounts(admin_client, customer, other) == [[], []]


async def test_accounts_of_websites_out_of_reach_are_left_out(http: Any, connection: Connection):
    website = await make_website(connection)
    customer, other = await make_pair(connection, website)
    clerk = await staff_client(http, connection, website_ids=[1])
    assert await other_accounts(clerk, customer) == [[]]
    both = await staff_client(http, connection, website_ids=[1, website])
    assert await other_accounts(both, customer) == [[customer_id(other)]]


async def test_it_takes_the_permission_for_personal_facts(http: Any, connection: Connection):
    customer, _ = await make_pair(connection, await make_website(connection))
    reader = await staff_client(http, connection, ["customers.read"])
    answer = await reader.answer(READ, ids=[customer_id(customer)])
    assert answer["data"]["nodes"] == [{"otherAccounts": None}]
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    website = await make_website(connection)
    pairs = [await make_pair(connection, website) for _ in range(50)]
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = await other_accounts(admin_client, *[customer for customer, _ in pairs[:size]])
        assert found == [[customer_id(other)] for _, other in pairs[:size]]
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts
