"""Lists of orders and one order by its id or number; `tests/loading/grids` look at what all grids have in common."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer, make_full_customer, make_order, make_product, make_shipment
from support.staff import make_website, staff_client

LIST = """query L($filter: OrderFilter, $search: String, $sort: [OrderSort!]) {
  orders(filter: $filter, search: $search, sort: $sort) { totalCount nodes { id number customer { id } } } }"""
ROW = """query R($filter: OrderFilter) { orders(filter: $filter) { nodes { gridRow {
  number state status website { id label } storeView { id label } placedAt customerNumber customerEmail customerName
  customerGroup { id label } billingName shippingName company grandTotal { amount currency } subtotal { amount currency }
  shippingTotal { amount currency } refundedTotal { amount currency } archivedAt salesRepresentative { id label } isCustomerDeleted
} } } }"""
ONE = "query O($by: OrderRef!) { order(by: $by) { id number customer { email } } }"
SORT_KEYS = """NUMBER STATE STATUS PLACED_AT UPDATED_AT ARCHIVED_AT CUSTOMER_NUMBER CUSTOMER_EMAIL CUSTOMER_NAME BILLING_NAME SHIPPING_NAME COMPANY GRAND_TOTAL
  SUBTOTAL SHIPPING_TOTAL REFUNDED_TOTAL IS_CUSTOMER_DELETED"""


def order_id(order):
    return encode_id("ord", order.customer_id, order.id)


async def place(connection, owner, **given):
    order = await make_order(connection, owner, [await make_product(connection)], **given)
    statement = "INSERT INTO sales_order_number (number, customer_id, order_id) VALUES ($1, $2, $3)"
    await connection.execute(statement, order.number, order.customer_id, order.id)
    return order


def numbers(read):
    return [node["number"] for node in read["orders"]["nodes"]]


async def test_a_row_shows_the_order_as_it_was_placed(admin_client, connection):
    owner = await make_customer(connection, first_name="Anna", last_name="Meyer")
    given = {"billing_name": "Anna Meyer", "shipping_name": "Bo Lee", "company": "Tea & Co", "refunded_total": 90}
    order = await place(connection, owner, **given)
    await connection.execute("UPDATE customer SET last_name = 'Other', group_id = 2 WHERE id = $1", owner.id)
    read = await admin_client.data(ROW, filter={"number": {"eq": order.number.lower()}})
    assert [node["gridRow"] for node in read["orders"]["nodes"]] == [
        {
            "number": order.number,
            "state": "COMPLETE",
            "status": "complete",
            "website": {"id": encode_id("web", 1), "label": "Main Website"},
            "storeView": {"id": encode_id("stv", 1), "label": "Default Store View"},
            "placedAt": "2026-03-01T12:00:00+00:00",
            "customerNumber": owner.number,
            "customerEmail": owner.email,
            "customerName": "Meyer",
            "customerGroup": {"id": encode_id("grp", 1), "label": "General"},
            "billingName": "Anna Meyer",
            "shippingName": "Bo Lee",
            "company": "Tea & Co",
            "grandTotal": {"amount": "19.90", "currency": "USD"},
            "subtotal": {"amount": "19.90", "currency": "USD"},
            "shippingTotal": {"amount": "0.00", "currency": "USD"},
            "refundedTotal": {"amount": "0.90", "currency": "USD"},
            "archivedAt": None,
            "salesRepresentative": None,
            "isCustomerDeleted": False,
        }
    ]


async def test_a_long_name_that_folds_into_a_longer_one_has_room_in_the_index(admin_client, connection):
    owner = await make_customer(connection, first_name="\ufdfa" * 255, last_name="Zoe")
    order = await place(connection, owner, customer_name="\ufdfa" * 511)
    assert numbers(await admin_client.data(LIST, filter={"customerName": {"startsWith": "\ufdfa"}})) == [order.number]
    assert numbers(await admin_client.data(LIST, filter={"customerName": {"startsWith": "\ufdfax"}})) == []
    for whole in ({"eq": order.customer_name}, {"in": ["x", order.customer_name]}, {"startsWith": "\ufdfa" * 400}):
        assert numbers(await admin_client.data(LIST, filter={"customerName": whole})) == [order.number], whole


async def test_an_amount_is_not_personal(http, admin_client, connection):
    columns = "query { gridColumns(grid: ORDERS) { key isPersonal missingPermission } }"
    blind = await staff_client(http, connection, ["customers.read", "orders.read"])
    told = {it["key"]: it for it in (await blind.data(columns))["gridColumns"]}
    assert told["shippingTotal"] == {"key": "shippingTotal", "isPersonal": False, "missingPermission": None}
    assert told["shippingName"]["missingPermission"] == "customers.pii"
    listed = await blind.answer(LIST, filter={"shippingTotal": {"currency": "USD", "lt": "0"}})
    assert listed["data"]["orders"] == {"totalCount": 0, "nodes": []}


async def test_orders_of_deleted_customers_are_listed(admin_client, connection):
    owner = await make_customer(connection)
    order = await place(connection, owner)
    filter = {"customerNumber": {"eq": owner.number}, "isCustomerDeleted": {"eq": False}}
    listed = (await admin_client.data(LIST, filter=filter))["orders"]["nodes"]
    assert listed == [{"id": order_id(order), "number": order.number, "customer": {"id": customer_id(owner)}}]
    await connection.execute("DELETE FROM customer WHERE id = $1", owner.id)
    filter["isCustomerDeleted"] = {"eq": True}
    listed = (await admin_client.data(LIST, filter=filter))["orders"]["nodes"]
    assert listed == [{"id": order_id(order), "number": order.number, "customer": None}]


async def test_the_website_of_the_order_decides_who_sees_it(http, admin_client, connection):
    here, there = await make_website(connection), await make_website(connection)
    owner = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    order = await place(connection, owner, store_view_id=there)
    of_order = await staff_client(http, connection, website_ids=[there])
    of_customer = await staff_client(http, connection, website_ids=[here])
    filter = {"customerNumber": {"eq": owner.number}}
    [node] = (await of_order.data(LIST, filter=filter))["orders"]["nodes"]
    assert node == {"id": order_id(order), "number": order.number, "customer": None}
    assert (await of_customer.data(LIST, filter=filter))["orders"] == {"totalCount": 0, "nodes": []}
    for by in ({"id": order_id(order)}, {"number": order.number}):
        assert (await of_order.data(ONE, by=by))["order"]["number"] == order.number
        assert (await of_customer.data(ONE, by=by))["order"] is None
    [node] = (await admin_client.data(LIST, filter=filter))["orders"]["nodes"]
    assert node["customer"] == {"id": customer_id(owner)}


async def test_what_staff_read_in_a_list_is_found_by_its_id(http, connection):
    here, there, elsewhere = [await make_website(connection) for _ in range(3)]
    owner = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    order = await place(connection, owner, store_view_id=there)
    await make_shipment(connection, order, ("DHL", "JD01"))
    document = "query N($id: ID!) { node(id: $id) { id ... on Order { items { id } shipments { id } } } }"
    for websites, is_found in (([there], True), ([here], True), ([elsewhere], False)):
        client = await staff_client(http, connection, website_ids=websites)
        found = (await client.data(document, id=order_id(order)))["node"]
        assert (found is not None) is is_found
        for id in [one["id"] for one in (found["items"] + found["shipments"] if found else [])]:
            assert (await client.data("query N($id: ID!) { node(id: $id) { id } }", id=id))["node"] == {"id": id}


async def test_one_order_by_id_or_number(admin_client, connection):
    owner = await make_customer(connection)
    order = await place(connection, owner)
    found = {"id": order_id(order), "number": order.number, "customer": {"email": owner.email}}
    assert (await admin_client.data(ONE, by={"id": order_id(order)}))["order"] == found
    assert (await admin_client.data(ONE, by={"number": order.number}))["order"] == found
    assert (await admin_client.data(ONE, by={"number": "nothing"}))["order"] is None
    assert (await admin_client.data(ONE, by={"id": encode_id("ord", 1, 1)}))["order"] is None


@pytest.mark.parametrize(
    "by",
    [{"id": "ord_1"}, {"id": encode_id("cus", 1)}, {"number": "a\x00b"}, {}, {"id": None}, {"id": "x", "number": "y"}],
)
async def test_an_order_that_cannot_be_named(by, admin_client):
    answer = await admin_client.answer(ONE, by=by)
    assert answer.get("data") in ({"order": None}, None)
    assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")


async def test_customers_and_guests_read_no_lists_of_orders(storefront, as_customer, connection):
    owner = await make_full_customer(connection)
    for client in (storefront, await as_customer(owner.id)):
        for document in ("{ orders { totalCount } }", '{ order(by: {number: "1"}) { id } }'):
            answer = await client.answer(document)
            assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    answer = await (await as_customer(owner.id)).answer("{ me { orders { nodes { customer { id } } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_orders_need_the_permission_of_customers(http, connection):
    clerk = await staff_client(http, connection, permissions=["history.read"])
    for document in ("{ orders { totalCount } }", '{ order(by: {number: "1"}) { id } }'):
        answer = await clerk.answer(document)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "orders.read"}


async def test_a_search_finds_orders(admin_client, connection):
    owner = await make_customer(connection, email="Search.Order@Example.com", last_name="Anything")
    given = {"customer_name": "Zo\u00eb Quux-Lind", "billing_name": "Marta Q\u00fcux", "company": "Quuxwerk"}
    order = await place(connection, owner, number="Q-2026/77", **given)
    for search in (
        "q-2026/77",
        "zoe quux",
        "lind",
        "marta",
        "quuxw",
        "search.order@example.com",
        "SEARCH.ORDER@",
        "Q-20",
    ):
        assert order.number in numbers(await admin_client.data(LIST, search=search)), search
    for search in ("uuxwerk", "nobody", "order@example.com"):
        assert order.number not in numbers(await admin_client.data(LIST, search=search)), search


async def test_orders_are_sorted_by_number_by_default(admin_client, connection):
    owner = await make_customer(connection)
    placed = [await place(connection, owner, number=f"S-{owner.number}-{i}") for i in (2, 1, 3)]
    filter = {"customerNumber": {"eq": owner.number}}
    expected = sorted((order.number for order in placed), reverse=True)
    assert numbers(await admin_client.data(LIST, filter=filter)) == expected
    assert numbers(await admin_client.data(LIST, filter=filter, sort=[{"by": "NUMBER"}])) == expected[::-1]
    for key in SORT_KEYS.split():
        assert len(numbers(await admin_client.data(LIST, filter=filter, sort=[{"by": key}]))) == 3


async def test_customers_of_a_page_are_read_together(admin_client, connection, statements):
    website = await make_website(connection)
    for _ in range(50):
        owner = await make_customer(connection, website_id=website, created_in_store_view_id=website)
        await place(connection, owner, store_view_id=website)
    document = """query L($filter: OrderFilter, $first: Int) { orders(filter: $filter, first: $first) {
      nodes { customer { id } } } }"""
    counts = []
    for size in (1, 50):
        await statements.clear()
        read = await admin_client.data(document, filter={"website": {"eq": encode_id("web", website)}}, first=size)
        assert len([node for node in read["orders"]["nodes"] if node["customer"]]) == size
        counts.append(await statements.count())
    assert counts[0] == counts[1]


async def test_indexes_serve_the_usual_lists(connection):
    """With few rows a plan prefers to read them all, so it is kept from that."""
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        for index, condition in {
            "number": 'fold_text(number) COLLATE "C" = fold_text(\'1\') COLLATE "C"',
            "customer_name": "left(fold_text(customer_name) COLLATE \"C\", 300) = 'a'",
        }.items():
            plan = await connection.fetch(f"EXPLAIN SELECT 1 FROM sales_order WHERE {condition}")
            assert f"ix_sales_order_{index}" in str(plan), plan
