"""What is left of a deleted account, read by its id."""

from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client, staff_id_of

DELETE = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) { doneCount } }"""
READ = """query D($ids: [ID!]!) { nodes(ids: $ids) { ... on DeletedCustomer {
  id customerId number website { id } deletedAt actor staff { id } } } }"""


async def make_deleted(admin: Client, connection: Connection) -> Any:
    row = await make_customer(connection)
    given = {"action": "DELETE", "selection": {"ids": [customer_id(row)]}}
    assert (await admin.data(DELETE, input=given))["customerMassAction"] == {"doneCount": 1}
    return row


async def test_the_record_names_the_account_its_website_and_who_deleted_it(
    admin_client: Client, connection: Connection
):
    row = await make_deleted(admin_client, connection)
    id = encode_id("del", row.id)
    [found] = (await admin_client.data(READ, ids=[id]))["nodes"]
    stored = await connection.fetchval("SELECT deleted_at FROM deleted_customer WHERE customer_id = $1", row.id)
    assert found == {
        "id": id,
        "customerId": customer_id(row),
        "number": row.number,
        "website": {"id": encode_id("web", 1)},
        "deletedAt": stored.isoformat(),
        "actor": "STAFF",
        "staff": {"id": await staff_id_of(connection, admin_client)},
    }


async def test_staff_of_other_websites_do_not_see_it(http: Any, admin_client: Client, connection: Connection):
    row = await make_deleted(admin_client, connection)
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    ids = [encode_id("del", row.id), encode_id("del", 1)]
    assert (await elsewhere.data(READ, ids=ids))["nodes"] == [None, None]


async def test_reading_takes_the_same_statements_for_1_and_for_50(
    admin_client: Client, connection: Connection, statements: Any
):
    ids = [encode_id("del", (await make_deleted(admin_client, connection)).id) for _ in range(50)]
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(READ, ids=ids[:size]))["nodes"]
        assert [node["id"] for node in found] == ids[:size]
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts
