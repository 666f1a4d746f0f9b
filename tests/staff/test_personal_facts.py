"""What staff see of a customer without `customers.pii` and without `history.read`."""

import uuid

import pytest
from graphql import GraphQLNonNull, GraphQLString, get_named_type

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, FIELD_PERMISSIONS
from customer_gql.graph.access.guards import mask_value
from customer_gql.schema import admin
from support.access_walk import GRAPH, selection
from support.customers import customer_id, make_customer, make_full_customer
from support.staff import make_dead_mail, staff_client

FACTS = """query C($id: ID!) { customer(id: $id) { number email firstName lastName fullName gender dateOfBirth
  addresses { city street countryCode } orders(first: 1) { nodes { customerEmail } } } }"""
HISTORY = (
    "query H($id: ID!) { customer(id: $id) { number history { nodes { address changes { field before after } } } } }"
)
EDIT = """mutation E($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  customer { email taxVatNumber } userErrors { code } } }"""
LIST = "query L($sort: [CustomerSort!]) { customers(first: 1, sort: $sort) { nodes { email } } }"
PREVIEW = (
    """query P($id: ID!, $view: ID!) { mailPreview(template: WELCOME, storeViewId: $view, customerId: $id) { text } }"""
)
COLUMNS = {
    "customer": "email first_name middle_name last_name prefix suffix tax_vat_number",
    "address": "first_name last_name company city postcode telephone fax vat_number",
    "sales_order": "customer_email customer_name",
    "sales_order_address": "name company city postcode telephone",
    "review": "nickname",
    "wishlist": "name",
    "wishlist_item": "comment",
}


@pytest.fixture
async def blind(http, connection):
    return await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})


@pytest.fixture
async def marked(connection):
    """A customer with something of every kind, and one word wherever a personal fact is stored."""
    row, word = await make_full_customer(connection), f"Z{uuid.uuid4().hex[:8]}"
    for table, columns in COLUMNS.items():
        known = [name for name in columns.split() if await is_column(connection, table, name)]
        values = ", ".join(f"{name} = '{word}'" for name in known)
        owner = "id" if table == "customer" else "customer_id"
        await connection.execute(f"UPDATE {table} SET {values} WHERE {owner} = $1", row.id)
    facts = "gender = 'FEMALE', date_of_birth = '1815-12-10'"
    await connection.execute(f"UPDATE customer SET {facts}, email = '{word}@example.com' WHERE id = $1", row.id)
    for table in ("address", "sales_order_address"):
        await connection.execute(f"UPDATE {table} SET street = ARRAY['{word}'] WHERE customer_id = $1", row.id)
    return row, word


async def is_column(connection, table, name):
    found = "SELECT 1 FROM information_schema.columns WHERE table_name = $1 AND column_name = $2"
    return await connection.fetchval(found, table, name)


async def test_without_the_permission_a_letter_is_left(blind, marked):
    row, _ = marked
    found = (await blind.data(FACTS, id=customer_id(row)))["customer"]
    assert found["number"] == row.number
    assert (found["email"], found["firstName"], found["fullName"]) == ("Z•••@•••", "Z•••", "Z•••")
    assert (found["gender"], found["dateOfBirth"]) == (None, None)
    address = found["addresses"][0]
    assert (address["city"], address["street"]) == ("Z•••", ["Z•••"])
    assert len(address["countryCode"]) == 2
    order = found["orders"]["nodes"][0]
    assert order["customerEmail"] == "Z•••"


async def test_nothing_of_everything_tells_it(blind, boss, marked):
    """Every field below the customer, found in the schema."""
    row, word = marked
    document = f"query W($id: ID!) {{ customer(id: $id){selection(GRAPH.type_map['Customer'], 5)} }}"
    assert (await boss.post(document, id=customer_id(row))).text.count(word) > 20
    answer = await blind.post(document, id=customer_id(row))
    refused = {error["path"][-1] for error in answer.json()["errors"]}
    assert refused == {"otherAccounts"}  # tells who has the address
    assert word not in answer.text
    assert "1815" not in answer.text
    node = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { email } } }"
    assert await blind.data(node, ids=[customer_id(row)]) == {"nodes": [{"email": "Z•••@•••"}]}


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def test_a_payload_is_masked_and_the_edit_is_not(blind, connection):
    row = await make_customer(connection)
    done = await blind.data(EDIT, input={"id": customer_id(row), "taxVatNumber": "GB123"})
    assert done["customerQuickEdit"]["customer"]["taxVatNumber"] == "G•••"
    assert await connection.fetchval("SELECT tax_vat_number FROM customer WHERE id = $1", row.id) == "GB123"


async def test_the_history_tells_who_and_what_but_no_values(blind, boss, connection):
    row = await make_customer(connection)
    await boss.data(EDIT, input={"id": customer_id(row), "taxVatNumber": "GB123"})
    [event] = (await blind.data(HISTORY, id=customer_id(row)))["customer"]["history"]["nodes"]
    assert event == {"address": "1•••", "changes": [{"field": "taxVatNumber", "before": None, "after": "G•••"}]}


async def test_no_order_no_cursor_and_no_preview_goes_around_it(blind, connection):
    row = await make_customer(connection)
    refused = {"code": "FORBIDDEN", "permission": "customers.pii"}
    for sort in ("EMAIL", "NAME"):
        of_column = {**refused, "column": sort.lower()}
        assert (await blind.answer(LIST, sort={"by": sort}))["errors"][0]["extensions"] == of_column
    assert (await blind.data(LIST))["customers"]["nodes"]
    answer = await blind.answer(PREVIEW, id=customer_id(row), view=encode_id("stv", 1))
    assert answer["errors"][0]["extensions"] == refused


async def test_a_dead_mail_names_nobody_nor_does_what_the_server_said(blind, connection):
    said = "550 <ada@example.com>: no such user"
    id = await make_dead_mail(connection, recipient="ada@example.com", last_error=said)
    found = await blind.data("{ mailDeadLetters(first: 100) { nodes { id recipient lastError } } }")
    node = next(node for node in found["mailDeadLetters"]["nodes"] if node["id"] == encode_id("mai", id))
    assert (node["recipient"], node["lastError"]) == ("a•••@•••", "5•••@•••")


async def test_without_the_permission_the_history_alone_is_missing(http, connection):
    client = await staff_client(http, connection, ALL_PERMISSIONS - {"history.read"})
    row = await make_customer(connection)
    answer = await client.answer(HISTORY, id=customer_id(row))
    assert answer["data"] == {"customer": {"number": row.number, "history": None}}
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]) == (
        ["customer", "history"],
        {"code": "FORBIDDEN", "permission": "history.read"},
    )


async def test_a_service_token_is_held_to_the_same(boss, http, connection):
    create = "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token } }"
    input = {"name": "Feed", "permissions": ["CUSTOMERS_READ", "ORDERS_READ"], "websiteIds": None, "expiresAt": later()}
    token = (await boss.data(create, input=input))["serviceTokenCreate"]["token"]
    row = await make_customer(connection)
    found = await type(boss)(http, "/admin/graphql", token).data(FACTS, id=customer_id(row))
    assert found["customer"]["email"] == f"{row.email[0]}•••@•••"


def later():
    import datetime as dt

    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()


def test_what_is_personal_can_be_masked_or_left_out():
    """A personal field is text, or may be null; and a nested permission is one that is looked for."""
    for kind in GRAPH.type_map.values():
        for field in getattr(kind, "fields", {}).values():
            metadata = (
                getattr(field.extensions.get("strawberry-definition"), "metadata", {}) if field.extensions else {}
            )
            if metadata.get("personal"):
                assert get_named_type(field.type) is GraphQLString or not isinstance(field.type, GraphQLNonNull)
            if metadata.get("requires"):
                assert metadata["requires"] in FIELD_PERMISSIONS
                assert not isinstance(field.type, GraphQLNonNull)


def test_every_permission_is_asked_for_somewhere_or_waits_for_its_feature():
    asked = {
        declared.metadata.get("permission")
        for root in (admin.schema.query, admin.schema.mutation)
        for declared in root.__strawberry_definition__.fields  # pyright: ignore
    }
    assert ALL_PERMISSIONS - asked - FIELD_PERMISSIONS - {"customers.change_email", "customers.delete"} == {
        "jobs.manage",  # asked for by the mutations of jobs, for those of others
        "views.share",  # asked for by the mutations of views, for a view that is shared
        "orders.custom_price",  # asked for by mutations of carts, for an item with a price of its own
        "orders.archive",  # asked for by the actions on many orders that archive
        "storefront.proxy",  # asked for by the endpoint, before there are roots
    }


def test_masks():
    assert [mask_value(value) for value in ("", "Ada", "ada@example.com", None, ["1 Way", "Flat 2"])] == [
        "•••",
        "A•••",
        "a•••@•••",
        None,
        ["1•••", "F•••"],
    ]
