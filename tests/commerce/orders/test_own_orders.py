"""Customers find their orders by filter, sort and where they were placed (docs/domain/orders.md#orders-24)."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.database.statements import Connection, Row
from support.customers import make_customer, make_order, make_product
from support.staff import make_website

LIST = """query O($filter: OwnOrderFilter, $sort: [OwnOrderSort!], $scope: OrderScope! = GLOBAL, $first: Int, $after: String) {
  me { orders(filter: $filter, sort: $sort, scope: $scope, first: $first, after: $after) {
    totalCount nodes { number } pageInfo { hasNextPage endCursor } } } }"""


async def place(connection: Connection, owner: Row, day: int, price: int, **given: Any) -> str:
    product = await make_product(connection, price=price)
    placed = dt.datetime(2026, 3, day, tzinfo=dt.UTC)
    return (await make_order(connection, owner, [product], placed_at=placed, **given)).number


async def ask(client: Any, **given: Any) -> list[str]:
    found = (await client.data(LIST, **given))["me"]["orders"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["number"] for node in found["nodes"]]


async def test_orders_are_filtered_and_sorted(as_customer: Any, connection: Connection):
    owner, other = await make_customer(connection), await make_customer(connection)
    cheap = await place(connection, owner, 1, 1000, state="NEW")
    dear = await place(connection, owner, 2, 5000)
    hidden = await place(connection, owner, 3, 2000, state="PENDING_PAYMENT")
    foreign = await place(connection, other, 4, 5000)
    client = await as_customer(owner.id)
    assert await ask(client) == [dear, cheap]
    assert await ask(client, sort=[{"by": "PLACED_AT"}]) == [cheap, dear]
    assert await ask(client, sort=[{"by": "NUMBER", "direction": "DESC"}]) == sorted([cheap, dear], reverse=True)
    assert await ask(client, sort=[{"by": "GRAND_TOTAL"}]) == [cheap, dear]
    for filter, expected in (
        ({}, [dear, cheap]),
        ({"number": {"eq": cheap.lower()}}, [cheap]),
        ({"number": {"in": [foreign, hidden]}}, []),
        ({"state": {"eq": "PENDING_PAYMENT"}}, []),
        ({"status": {"in": ["pending", "holded"]}}, [cheap]),
        ({"placedAt": {"gte": "2026-03-02T00:00:00Z"}}, [dear]),
        ({"grandTotal": {"gt": "20", "currency": "USD"}}, [dear]),
        ({"or": [{"number": {"eq": foreign}}, {"not": {"number": {"eq": dear}}}]}, [cheap]),
    ):
        assert await ask(client, filter=filter) == expected, filter


async def test_pages_of_a_filter_go_on(as_customer: Any, connection: Connection):
    owner = await make_customer(connection)
    numbers = [await place(connection, owner, day, 1000) for day in (1, 2, 3)]
    client, question = await as_customer(owner.id), {"filter": {}, "sort": [{"by": "PLACED_AT"}], "first": 2}
    first = (await client.data(LIST, **question))["me"]["orders"]
    assert ([node["number"] for node in first["nodes"]], first["totalCount"]) == (numbers[:2], 3)
    assert first["pageInfo"]["hasNextPage"]
    rest = (await client.data(LIST, **question, after=first["pageInfo"]["endCursor"]))["me"]["orders"]
    assert ([node["number"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (numbers[2:], False)


async def test_the_scope_is_where_the_request_comes_from(as_customer: Any, connection: Connection):
    website, elsewhere = await make_website(connection), await make_website(connection)
    owner = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    here = await place(connection, owner, 1, 1000, store_view_id=website)
    there = await place(connection, owner, 2, 1000, store_view_id=elsewhere)
    client = await as_customer(owner.id)
    assert await ask(client, scope="GLOBAL") == [there, here]
    assert await ask(client, scope="WEBSITE") == [here]
    assert await ask(client, scope="STORE_VIEW") == [here]


@pytest.mark.parametrize(
    "given",
    [
        {"sort": [{"by": "NUMBER"}, {"by": "NUMBER"}]},
        {"filter": {"number": {"eq": None}}},
        {"filter": {"grandTotal": {"currency": "USD"}}},
        {"first": 101, "filter": {}},
        {"after": "nonsense", "filter": {}},
    ],
)
async def test_wrong_questions_are_told(as_customer: Any, connection: Connection, given: dict[str, Any]):
    client = await as_customer((await make_customer(connection)).id)
    answer = await client.answer(LIST, **given)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
