"""Carts, orders and attributes of customers who live on two machines, and the rows that are derived of them."""

from decimal import Decimal
from typing import Any

from commerce.checkout.buying import complete, fill, place, sell
from customer_gql.database.pools import Database
from customers.attributes.samples import make_attribute
from support.clients import Client
from support.distribution.people import PEOPLE, sign_up
from support.distribution.router import RoutingConnection, find_machine

EDIT = """mutation M($i: MeUpdateInput!) { meUpdate(input: $i) {
  customer { attributes { code text } } userErrors { code path } } }"""
ME = """{ me { cart { items { quantity product { sku } } } attributes { code text }
  orders(first: 2) { totalCount nodes { number state } } } }"""
TOTAL = "{ me { cart { grandTotal { amount } } } }"
ROWS = {
    "customer": "SELECT id FROM customer",
    "sales_order": "SELECT customer_id FROM sales_order",
    "order_statistics": "SELECT customer_id, order_count, lifetime_value::bigint FROM order_statistics",
    "customer_grid_attribute": "SELECT customer_id, value FROM customer_grid_attribute",
    "customer_grid_row": "SELECT customer_id, order_count, lifetime_value::bigint FROM customer_grid_row",
}


async def read_rows(database: Database) -> dict[str, list[list[tuple[Any, ...]]]]:
    """By table the rows of each machine."""
    async with database.writes.acquire() as connection:
        machines = await connection._con._machines()  # type: ignore[attr-defined]
        return {
            name: [sorted(tuple(row) for row in await machine.fetch(sql)) for machine in machines]
            for name, sql in ROWS.items()
        }


async def test_what_customers_buy_and_state_is_derived_where_they_live(guest: Client, database: Database):
    async with database.writes.acquire() as connection:
        mug = await sell(connection, 1500)
        await make_attribute(connection, code="club", is_grid_column=True, is_grid_filter=True)
    shoppers = [await sign_up(guest, email) for email in PEOPLE]
    total = ""
    for number, shopper in enumerate(shoppers):
        stated = {"code": "club", "value": {"text": f"Club {number}"}}
        edited = (await shopper.data(EDIT, i={"attributes": [stated]}))["meUpdate"]
        assert edited["userErrors"] == []
        await fill(shopper, (mug, 2))
        await complete(shopper)
        total = (await shopper.data(TOTAL))["me"]["cart"]["grandTotal"]["amount"]
        placed = await place(shopper, f"order {number}", total)
        assert placed["userErrors"] == []
        await fill(shopper, (mug, 1))
        me = (await shopper.data(ME))["me"]
        assert me["cart"]["items"] == [{"quantity": 1, "product": {"sku": mug.sku}}]
        assert me["attributes"] == [{"code": "club", "text": f"Club {number}"}]
        assert me["orders"]["totalCount"] == 1
    found = await read_rows(database)
    cents = int(Decimal(total) * 100)
    assert RoutingConnection.refused == []
    assert [] not in found["customer"]
    for machine in (0, 1):
        keys = [row[0] for row in found["customer"][machine]]
        assert {find_machine(key) for key in keys} == {machine}
        assert [row[0] for row in found["sales_order"][machine]] == keys
        assert found["order_statistics"][machine] == [(key, 1, cents) for key in keys]
        assert found["customer_grid_row"][machine] == [(key, 1, cents) for key in keys]
        assert [row[0] for row in found["customer_grid_attribute"][machine]] == keys
    values = [value for machine in found["customer_grid_attribute"] for _, value in machine]
    assert sorted(values) == sorted(f"club {number}" for number in range(len(PEOPLE)))
