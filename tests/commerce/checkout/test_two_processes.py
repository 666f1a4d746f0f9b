"""Orders that race over two processes (docs/domain/checkout.md#checkout-3)."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from commerce.checkout.buying import ADD, APPLY, call, complete, fill, place, sell
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
        await race_for_the_only_use_of_a_customer(two_services, connection)
        await race_first_adds(two_services, connection)
        numbers = await connection.fetch("SELECT number FROM sales_order")
        assert len({row["number"] for row in numbers}) == len(numbers) == 2 + 3 + 2 + 2 + 1
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


async def make_coupon(service: Client, **limits: int) -> str:
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
        **limits,
    }
    document = "mutation C($i: CartPriceRuleCreateInput!) { cartPriceRuleCreate(input: $i) { userErrors { key } } }"
    assert (await call(service, document, **rule))["userErrors"] == []
    return code


async def race_for_the_last_coupon_use(services: list[Client], connection: Connection) -> None:
    code = await make_coupon(services[0], usesPerCoupon=2)
    made = await sell(connection, 1000)
    carts = [await begin(services, connection, made, code) for _ in range(SHOPPERS)]
    answers = await asyncio.gather(*[place(one[turn % 2], "k", "10.00") for turn, one in enumerate(carts)])
    assert keys_of(answers) == ["coupon.used_up"] * (SHOPPERS - 2)
    key = code.upper()
    assert await connection.fetchval("SELECT use_count FROM coupon WHERE code_key = $1", key) == 2


async def race_for_the_only_use_of_a_customer(services: list[Client], connection: Connection) -> None:
    """Orders with other keys, then other carts of the same customer that are given the coupon and ordered at once."""
    code, made = await make_coupon(services[0], usesPerCustomer=1), await sell(connection, 1000)
    clients = await begin(services, connection, made, code)
    answers = await asyncio.gather(*[place(clients[turn % 2], f"k{turn}", "10.00") for turn in range(6)])
    assert keys_of(answers) == ["cart.ordered"] * 5
    await fill(clients[0], (made, 1))

    async def order_again(client: Client, turn: int) -> Any:
        refused = await call(client, APPLY, code=code)
        assert [one["key"] for one in refused["userErrors"]] == ["coupon.invalid"]
        return await place(client, f"again {turn}", "15.00")

    await complete(clients[1])
    answers = await asyncio.gather(*[order_again(clients[turn % 2], turn) for turn in range(4)])
    assert len([one for one in answers if one["order"]]) == 1
    key = code.upper()
    assert await connection.fetchval("SELECT use_count FROM coupon WHERE code_key = $1", key) == 1
    assert await connection.fetchval("SELECT count(*) FROM cart_rule_use WHERE code_key = $1", key) == 1


async def race_first_adds(services: list[Client], connection: Connection) -> None:
    """All of them get into one cart, which is then ordered."""
    made = await sell(connection, 1000, stock=20)
    owner = await make_customer(connection)
    clients = await shopper(services, connection, owner)
    line = {"sku": made.sku, "quantity": 1}
    answers = await asyncio.gather(*[call(clients[turn % 2], ADD, items=[line]) for turn in range(20)])
    assert [one["userErrors"] for one in answers] == [[]] * 20
    carts = await connection.fetch("SELECT id, is_active FROM cart WHERE customer_id = $1", owner.id)
    assert [one["is_active"] for one in carts] == [True]
    quantities = await connection.fetch("SELECT quantity FROM cart_item WHERE customer_id = $1", owner.id)
    assert [one["quantity"] for one in quantities] == [20]
    await complete(clients[0])
    assert (await place(clients[1], "k", "205.00"))["userErrors"] == []
    assert await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", made.id) == 0
