"""Merges that race over two processes (docs/domain/carts.md#carts-21)."""

import asyncio

import pytest

from commerce.checkout.buying import ADD, call, fill, sell
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from support.clients import Client
from support.customers import make_customer
from support.shopping import PASSWORD, SIGN_IN

pytestmark = pytest.mark.slow  # it starts two services
MERGE = "mutation M($i: CartMergeInput!) { cartMerge(input: $i) { cart { id } userErrors { key } } }"
QUANTITIES = "SELECT i.quantity FROM cart_item i JOIN cart c ON (c.customer_id, c.id) = (i.customer_id, i.cart_id) WHERE c.is_active AND c.customer_id = $1"


async def of(services: list[Client], connection: Connection, owner: Row) -> list[Client]:
    token = await issue_customer_token(connection, owner.id)
    return [Client(service.http, "/graphql", token) for service in services]


async def test_merges_that_race(two_services: list[Client], empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        for _ in range(3):
            await race_of_one_customer(two_services, connection)
            await race_of_many_customers(two_services, connection)
            await race_of_sign_ins(two_services, connection)


async def begin(services: list[Client], connection: Connection) -> tuple[Row, str]:
    made = await sell(connection, 1000, stock=50)
    token = await fill(Client(services[0].http, "/graphql", None), (made, 3))
    assert token is not None
    return made, token


async def race_of_one_customer(services: list[Client], connection: Connection) -> None:
    """With adds to the same cart at the same time."""
    made, token = await begin(services, connection)
    owner = await make_customer(connection)
    clients = await of(services, connection, owner)
    merges = [call(clients[turn % 2], MERGE, cartToken=token) for turn in range(12)]
    adds = [call(clients[turn % 2], ADD, items=[{"sku": made.sku}]) for turn in range(6)]
    answers = await asyncio.gather(*merges, *adds)
    told = sorted(one["key"] for answer in answers[:12] for one in answer["userErrors"])
    assert told == ["cart.token_unknown"] * 11
    assert [answer["userErrors"] for answer in answers[12:]] == [[]] * 6
    assert [row["quantity"] for row in await connection.fetch(QUANTITIES, owner.id)] == [9]


async def race_of_many_customers(services: list[Client], connection: Connection) -> None:
    """One of them gets the cart, whole."""
    _, token = await begin(services, connection)
    owners = [await make_customer(connection) for _ in range(10)]
    clients = [await of(services, connection, owner) for owner in owners]
    answers = await asyncio.gather(*[call(one[turn % 2], MERGE, cartToken=token) for turn, one in enumerate(clients)])
    assert [len(answer["userErrors"]) for answer in answers].count(0) == 1
    found = [row["quantity"] for owner in owners for row in await connection.fetch(QUANTITIES, owner.id)]
    assert found == [3]


async def race_of_sign_ins(services: list[Client], connection: Connection) -> None:
    """A sign-in and merges of two others: the customer is let in whoever gets the cart."""
    _, token = await begin(services, connection)
    owners = [await make_customer(connection) for _ in range(3)]
    await store_password(connection, customer_password, owners[0].id, await hashing.hash_password(PASSWORD))
    body = {"query": SIGN_IN, "variables": {"input": {"email": owners[0].email, "password": PASSWORD}}}
    others = [(await of(services, connection, owner))[1] for owner in owners[1:]]
    signing_in = services[0].http.post("/graphql", json=body, headers={"X-Cart-Token": token})
    merges = [call(other, MERGE, cartToken=token) for other in others * 3]
    answer, *_ = await asyncio.gather(signing_in, *merges)
    assert answer.json()["data"]["signIn"]["userErrors"] == []
    found = [row["quantity"] for owner in owners for row in await connection.fetch(QUANTITIES, owner.id)]
    assert found == [3]
