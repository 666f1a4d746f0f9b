"""Pages of lists: every row once, in both directions, while others are added."""

import base64

import orjson
import pytest

from support.customers import customer_id, make_customer, make_order, make_product

PAGE = """query Page($first: Int, $after: String, $last: Int, $before: String, $sort: [CustomerSort!]) {
  customers(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
    totalCount edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture
async def alone(empty_database, settings):
    """A shop with exactly seven customers, and staff to look at it."""
    from customer_gql.staff import writes as staff
    from support.clients import Client, served

    async with empty_database.writes.acquire() as connection, served(settings, empty_database) as http:
        names = ["Ada", "Bea", "Cem", "Dan", "Eva", "Fay", "Gil"]
        shoppers = [await make_customer(connection, last_name=name) for name in names]
        await staff.create_staff_user(connection, email="a@example.com", name="A", role="viewer")
        token = await staff.issue_staff_token(connection, email="a@example.com")
        yield Client(http, "/admin/graphql", token), shoppers, connection


async def page(client, **variables):
    return (await client.data(PAGE, **variables))["customers"]


def ids(read):
    return [node["id"] for node in read["nodes"]]


@pytest.mark.parametrize("sort", [None, {"by": "NUMBER"}, {"by": "EMAIL"}, {"by": "NAME"}], ids=str)
async def test_forward_and_backward_meet_every_customer_once(sort, alone):
    client, shoppers, _ = alone
    forward, after = [], None
    while True:
        read = await page(client, first=3, after=after, sort=sort)
        forward += ids(read)
        after = read["pageInfo"]["endCursor"]
        if not read["pageInfo"]["hasNextPage"]:
            break
    assert sorted(forward) == sorted(customer_id(shopper) for shopper in shoppers)
    backward, before = [], None
    while True:
        read = await page(client, last=3, before=before, sort=sort)
        backward = ids(read) + backward
        before = read["pageInfo"]["startCursor"]
        if not read["pageInfo"]["hasPreviousPage"]:
            break
    assert backward == forward


async def test_names_are_sorted_and_counted(alone):
    client, shoppers, _ = alone
    read = await page(client, sort={"by": "NAME"})
    assert ids(read) == [customer_id(shopper) for shopper in shoppers]
    assert (read["totalCount"], read["pageInfo"]["hasNextPage"], read["pageInfo"]["hasPreviousPage"]) == (
        7,
        False,
        False,
    )
    assert [edge["node"]["id"] for edge in read["edges"]] == ids(read)
    assert read["pageInfo"]["endCursor"] == read["edges"][-1]["cursor"]


async def test_a_customer_added_meanwhile_shifts_nothing(alone):
    client, _, connection = alone
    first = await page(client, first=3)
    await make_customer(connection, last_name="New")
    second = await page(client, first=3, after=first["pageInfo"]["endCursor"])
    assert not set(ids(first)) & set(ids(second))
    assert second["pageInfo"]["hasPreviousPage"]


async def test_a_page_of_nothing_has_no_cursors(alone):
    client, _, _ = alone
    last = (await page(client, sort={"by": "NUMBER"}))["pageInfo"]["endCursor"]
    read = await page(client, after=last, sort={"by": "NUMBER"})
    assert read["nodes"] == []
    assert (read["pageInfo"]["startCursor"], read["pageInfo"]["endCursor"]) == (None, None)


def forged(*values):
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode()


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": -1},
        {"first": 101},
        {"last": 0},
        {"first": 1, "last": 1},
        {"first": 1, "before": "x"},
        {"after": "no cursor"},
        {"after": ""},
        {"after": "é"},
        {"after": forged("customer", "NUMBER:DESC")},
        {"after": forged("customer", "NUMBER:DESC", "1", 2)},
        {"after": forged("customer", "NUMBER:DESC", 1, 2**63)},
        {"after": forged("customer", "NUMBER:DESC", True, 2)},
        {"after": forged("customer", "EMAIL:ASC", "a", 2)},
        {"after": forged({"a": 1}, 2, 3)},
        {"after": base64.urlsafe_b64encode(b"1").decode()},
    ],
    ids=str,
)
async def test_a_page_that_cannot_be_is_bad_input(variables, admin_client):
    answer = await admin_client.answer(PAGE, **variables)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}, answer


async def test_pages_of_a_nested_list(admin_client, connection):
    shopper = await make_customer(connection)
    product = await make_product(connection)
    numbers = [(await make_order(connection, shopper, [product])).number for _ in range(5)]
    document = """query P($id: ID!, $first: Int, $after: String, $last: Int) { customer(id: $id) {
      orders(first: $first, after: $after, last: $last) {
        totalCount nodes { number itemCount } pageInfo { hasNextPage endCursor } } } }"""
    id = customer_id(shopper)
    first = (await admin_client.data(document, id=id, first=2))["customer"]["orders"]
    after = first["pageInfo"]["endCursor"]
    rest = (await admin_client.data(document, id=id, first=9, after=after))["customer"]["orders"]
    read = [node["number"] for node in first["nodes"] + rest["nodes"]]
    assert read == numbers[::-1]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (5, True, False)
    last = (await admin_client.data(document, id=id, last=2))["customer"]["orders"]
    assert [node["number"] for node in last["nodes"]] == numbers[:2][::-1]
    assert {node["itemCount"] for node in last["nodes"]} == {1}
