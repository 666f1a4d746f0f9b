"""What is kept of deleted customers, and what their accounts left."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import deleted_customer
from support.customers import customer_id, make_customer, make_full_customer, put
from support.ledgers import CREDIT, POINTS, adjust
from support.staff import make_website, staff_client, staff_id_of

DELETE = "mutation D($input: CustomerMassActionInput!) { customerMassAction(input: $input) { doneCount } }"
ACCOUNT = "customerId number externalId website { id } actor staff { id }"
LEFT = """orders { totalCount nodes { number } } reviews { nodes { title } } history { nodes { kind } }
  balances { website { id } storeCredit { amount currency } rewardPoints }"""
FOUND = f"query F($id: ID!) {{ node(id: $id) {{ ... on DeletedCustomer {{ {ACCOUNT} deletedAt {LEFT} }} }} }}"


async def delete(client, *rows):
    ids = [customer_id(row) for row in rows]
    done = await client.data(DELETE, input={"action": "DELETE", "selection": {"ids": ids}})
    assert done["customerMassAction"]["doneCount"] == len(rows)


def record_id(row):
    return encode_id("del", row.id)


async def test_what_an_account_left_is_read_by_its_record(admin_client, connection):
    row = await make_full_customer(connection)
    numbers = await connection.fetch("SELECT number FROM sales_order WHERE customer_id = $1 ORDER BY id DESC", row.id)
    await delete(admin_client, row)
    await connection.execute("UPDATE deleted_customer SET external_id = 'ERP-7' WHERE customer_id = $1", row.id)
    shown = (await admin_client.data(FOUND, id=record_id(row)))["node"]
    stored = await connection.fetchval("SELECT deleted_at FROM deleted_customer WHERE customer_id = $1", row.id)
    assert shown == {
        "customerId": customer_id(row),
        "number": row.number,
        "externalId": "ERP-7",
        "website": {"id": encode_id("web", 1)},
        "actor": "STAFF",
        "staff": {"id": await staff_id_of(connection, admin_client)},
        "deletedAt": stored.isoformat(),
        "orders": {"totalCount": 2, "nodes": [{"number": number} for (number,) in numbers]},
        "reviews": {"nodes": [{"title": "Holds tea"}]},
        "history": {"nodes": [{"kind": "DELETED"}]},
        "balances": [
            {
                "website": {"id": encode_id("web", 1)},
                "storeCredit": {"amount": "10.00", "currency": "USD"},
                "rewardPoints": 40,
            }
        ],
    }


async def test_balances_of_other_websites_are_left_too(admin_client, connection):
    website = await make_website(connection)
    row = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    await adjust(admin_client, CREDIT, row, "credit", 50)
    await adjust(admin_client, POINTS, row, "points", 30)
    await put(connection, deleted_customer, customer_id=row.id, number=row.number, website_id=1, actor="SYSTEM")
    await connection.execute("DELETE FROM customer WHERE id = $1", row.id)
    shown = (await admin_client.data(FOUND, id=record_id(row)))["node"]
    assert (shown["actor"], shown["staff"], shown["externalId"]) == ("SYSTEM", None, None)
    assert [(one["website"]["id"], one["storeCredit"]["amount"], one["rewardPoints"]) for one in shown["balances"]] == [
        (encode_id("web", 1), "0.00", 0),
        (encode_id("web", website), "0.50", 30),
    ]


async def test_staff_of_other_websites_find_no_record(admin_client, http, connection):
    here, there = await make_website(connection), await make_website(connection)
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    await delete(admin_client, row)
    document = "query F($id: ID!) { node(id: $id) { id } }"
    local = await staff_client(http, connection, website_ids=[here])
    stranger = await staff_client(http, connection, website_ids=[there])
    assert (await local.data(document, id=record_id(row)))["node"] == {"id": record_id(row)}
    assert (await stranger.data(document, id=record_id(row)))["node"] is None


async def test_the_history_needs_its_permission(admin_client, http, connection):
    row = await make_customer(connection)
    await delete(admin_client, row)
    clerk = await staff_client(http, connection, permissions=["customers.read", "orders.read"])
    answer = await clerk.answer(FOUND, id=record_id(row))
    assert answer["data"]["node"]["history"] is None
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "history.read"}


@pytest.mark.parametrize("key", [0, 2**63 - 1])
async def test_nobody_was_deleted_under_an_unknown_id(key, admin_client):
    assert (await admin_client.data(FOUND, id=encode_id("del", key)))["node"] is None


async def test_fifty_records_cost_as_many_statements_as_one(admin_client, connection, statements):
    rows = [await make_customer(connection) for _ in range(50)]
    await delete(admin_client, *rows)
    document = f"query N($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on DeletedCustomer {{ {ACCOUNT} {LEFT} }} }} }}"
    counts = []
    for found in (rows[:1], rows):
        await statements.clear()
        answer = await admin_client.data(document, ids=[record_id(row) for row in found])
        assert [node["number"] for node in answer["nodes"]] == [row.number for row in found]
        counts.append(await statements.count())
    assert counts[0] == counts[1]


LIST = """query L($filter: DeletedCustomerFilter, $search: String, $sort: [DeletedCustomerSort!]) {
  deletedCustomers(filter: $filter, search: $search, sort: $sort) { totalCount nodes { number gridRow {
    number customerId { id label } externalId website { id label } deletedAt actor staff { id label } } } } }"""
SORT_KEYS = "NUMBER EXTERNAL_ID DELETED_AT ACTOR"


async def test_a_row_of_the_list(admin_client, connection):
    row = await make_customer(connection)
    await delete(admin_client, row)
    await connection.execute("UPDATE deleted_customer SET external_id = 'ERP-9' WHERE customer_id = $1", row.id)
    stored = await connection.fetchval("SELECT deleted_at FROM deleted_customer WHERE customer_id = $1", row.id)
    [node] = (await admin_client.data(LIST, filter={"customerId": {"eq": customer_id(row)}}))["deletedCustomers"][
        "nodes"
    ]
    staff = node["gridRow"].pop("staff")
    assert staff["id"] == await staff_id_of(connection, admin_client)
    assert node == {
        "number": row.number,
        "gridRow": {
            "number": row.number,
            "customerId": {"id": customer_id(row), "label": str(row.number)},
            "externalId": "ERP-9",
            "website": {"id": encode_id("web", 1), "label": "Main Website"},
            "deletedAt": stored.isoformat(),
            "actor": "STAFF",
        },
    }


async def test_deleted_customers_are_found_by_number_and_external_id(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(2)]
    await delete(admin_client, *rows)
    await connection.execute(
        "UPDATE deleted_customer SET external_id = $2 WHERE customer_id = $1", rows[0].id, f"Erp-{rows[0].id}"
    )
    for search in (str(rows[0].number), f"erp-{rows[0].id}"):
        found = (await admin_client.data(LIST, search=search))["deletedCustomers"]["nodes"]
        assert rows[0].number in [node["number"] for node in found]
    filter = {"number": {"in": [row.number for row in rows]}}
    listed = (await admin_client.data(LIST, filter=filter))["deletedCustomers"]
    assert [node["number"] for node in listed["nodes"]] == [rows[1].number, rows[0].number]
    for key in SORT_KEYS.split():
        assert (await admin_client.data(LIST, filter=filter, sort=[{"by": key}]))["deletedCustomers"]["totalCount"] == 2


async def test_an_external_id_is_kept_when_its_customer_is_deleted(admin_client, connection):
    row = await make_customer(connection, external_id="ERP-kept")
    await delete(admin_client, row)
    assert (await admin_client.data(FOUND, id=record_id(row)))["node"]["externalId"] == "ERP-kept"


async def test_customers_and_guests_read_no_list_of_deleted_customers(storefront, as_customer, http, connection):
    row = await make_customer(connection)
    for client in (storefront, await as_customer(row.id)):
        answer = await client.answer("{ deletedCustomers { totalCount } }")
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    clerk = await staff_client(http, connection, permissions=["history.read"])
    answer = await clerk.answer("{ deletedCustomers { totalCount } }")
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}
