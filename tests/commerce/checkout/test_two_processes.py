"""Orders that race over two processes (docs/domain/checkout.md#checkout-3)."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from commerce.checkout.buying import APPLY, call, complete, fill, place, sell
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import make_customer
from support.processes import run

pytestmark = pytest.mark.slow  # it starts two services
SHOPPERS = 8


async def shopper(services: list[Client], connection: Connection, owner: Row) -> list[Client]:
    """The same customer in both processes."""
    token = await issue_customer_token(connection, owner.id)
    return [Client(service.http, "/graphql", token) for service in services]


async def begin(services: list[Client], connection: Connection, made: Row, code: str | None = None) -> list[Client]:
    clients = await shopper(services, connection, await make_customer(connection))
    await fill(clients[0], (made, 1))
    if code is not None:
        assert (await call(clients[0], APPLY, code=code))["userErrors"] == []
    await complete(clients[0])
    return clients


def keys_of(answers: list[Any]) -> list[str]:
    return sorted(one["userErrors"][0]["key"] for one in answers if one["userErrors"])


async def test_orders_that_race(
    two_services: list[Client], empty_database: Database, empty_database_url: str, tmp_path: Path
):
    async with empty_database.writes.acquire() as connection:
        await race_with_one_key(two_services, connection)
        await race_with_many_keys(two_services, connection)
        await race_for_the_last_of_stock(two_services, connection)
        await race_for_the_last_coupon_use(two_services, connection)
        numbers = await connection.fetch("SELECT number FROM sales_order")
        assert len({row["number"] for row in numbers}) == len(numbers) == 2 + 3 + 2
    done = await asyncio.to_thread(run, tmp_path, "reproject", "--check", database_url=empty_database_url)
    assert done.returncode == 0, done.stderr


async def race_with_one_key(services: list[Client], connection: Connection) -> None:
    made = await sell(connection, 1000, stock=50)
    clients = await begin(services, connection, made)
    answers = await asyncio.gather(*[place(clients[turn % 2], "one", "15.00") for turn in range(20)])
    assert answers[0]["order"]["number"]
    assert all(answer == answers[0] for answer in answers)
    assert await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", made.id) == 49


async def race_with_many_keys(services: list[Client], connection: Connection) -> None:
    made = await sell(connection, 1000, stock=50)
    clients = await begin(services, connection, made)
    answers = await asyncio.gather(*[place(clients[turn % 2], f"k{turn}", "15.00") for turn in range(20)])
    assert keys_of(answers) == ["cart.ordered"] * 19
    assert await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", made.id) == 49


async def race_for_the_last_of_stock(services: list[Client], connection: Connection) -> None:
    made = await sell(connection, 1000, stock=3)
    carts = [await begin(services, connection, made) for _ in range(SHOPPERS)]
    answers = await asyncio.gather(*[place(one[turn % 2], "k", "15.00") for turn, one in enumerate(carts)])
    assert keys_of(answers) == ["product.insufficient_stock"] * (SHOPPERS - 3)
    assert await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", made.id) == 0


async def race_for_the_last_coupon_use(services: list[Client], connection: Connection) -> None:
    code = f"LAST{uuid.uuid4().hex[:8]}"
    rule = {
        "name": "Last",
        "isActive": True,
        "websiteIds": [encode_id("web", 1)],
        "groupIds": [encode_id("grp", 1)],
        "action": "PERCENT",
        "amount": "50",
        "couponKind": "SPECIFIC",
        "couponCode": code,
        "usesPerCoupon": 2,
    }
    document = "mutation C($i: CartPriceRuleCreateInput!) { cartPriceRuleCreate(input: $i) { userErrors { key } } }"
    assert (await call(services[0], document, **rule))["userErrors"] == []
    made = await sell(connection, 1000)
    carts = [await begin(services, connection, made, code) for _ in range(SHOPPERS)]
    answers = await asyncio.gather(*[place(one[turn % 2], "k", "10.00") for turn, one in enumerate(carts)])
    assert keys_of(answers) == ["coupon.used_up"] * (SHOPPERS - 2)
    key = code.upper()
    assert await connection.fetchval("SELECT use_count FROM coupon WHERE code_key = $1", key) == 2
