"""Customers order again what they ordered before (docs/domain/orders.md#orders-25)."""

from typing import Any

import pytest

from commerce.checkout.buying import fill, sell
from customer_gql.commerce.reorder.settings import REORDER_ALLOWED
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import STORE_VIEW
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer, make_order, make_product
from support.staff import make_website

REORDER = """mutation R($input: OrderReorderInput!) { orderReorder(input: $input) {
  cart { items { quantity product { sku } } } failures { itemId key params message }
  userErrors { code key path params } } }"""
CARTS = "SELECT count(*) FROM cart WHERE customer_id = $1"


async def reorder(client: Any, order: Any) -> Any:
    return (await client.data(REORDER, input={"id": encode_id("ord", order.customer_id, order.id)}))["orderReorder"]


def item_id(order: Any, position: int) -> str:
    return encode_id("oit", order.customer_id, order.id, position)


def refusal(code: str, key: str, **params: Any) -> dict[str, Any]:
    return {
        "cart": None,
        "failures": [],
        "userErrors": [{"code": code, "key": key, "path": ["id"], "params": params}],
    }


async def test_items_join_what_is_in_the_cart_and_the_rest_is_told(as_customer: Any, connection: Connection):
    owner = await make_customer(connection)
    mug, plate, gone = await sell(connection, 1000), await sell(connection, 500), await make_product(connection)
    scarce = await sell(connection, 700, stock=1)
    order = await make_order(connection, owner, [mug, plate, gone, scarce])
    await connection.execute(
        "UPDATE sales_order_item SET quantity_ordered = 2, row_total = 2 * price WHERE order_id = $1 AND sku = $2",
        order.id,
        scarce.sku,
    )
    await connection.execute(
        "UPDATE sales_order_item SET product_id = NULL WHERE order_id = $1 AND sku = $2", order.id, plate.sku
    )
    client = await as_customer(owner.id)
    await fill(client, (mug, 2))
    answer = await reorder(client, order)
    assert answer["userErrors"] == []
    assert {(line["product"]["sku"], line["quantity"]) for line in answer["cart"]["items"]} == {
        (mug.sku, 3),
        (plate.sku, 1),
    }
    assert [(one["itemId"], one["key"]) for one in answer["failures"]] == [
        (item_id(order, 3), "product.not_found"),
        (item_id(order, 4), "product.insufficient_stock"),
    ]
    assert answer["failures"][1]["params"] == {"sku": scarce.sku, "available": 1}


async def test_where_nothing_can_be_bought_no_cart_is_made(as_customer: Any, connection: Connection):
    owner, product = await make_customer(connection), await make_product(connection)
    order = await make_order(connection, owner, [product])
    answer = await reorder(await as_customer(owner.id), order)
    assert (answer["cart"], answer["userErrors"]) == (None, [])
    assert [(one["itemId"], one["key"]) for one in answer["failures"]] == [(item_id(order, 1), "product.not_found")]
    assert await connection.fetchval(CARTS, owner.id) == 0


@pytest.mark.parametrize("state", ["ON_HOLD", "PAYMENT_REVIEW"])
async def test_states_that_wait_are_refused(as_customer: Any, connection: Connection, state: str):
    owner, mug = await make_customer(connection), await sell(connection, 1000)
    order = await make_order(connection, owner, [mug], state=state)
    found = await reorder(await as_customer(owner.id), order)
    assert found == refusal("NOT_ALLOWED", "order.state_not_possible", state=state)
    assert await connection.fetchval(CARTS, owner.id) == 0


async def test_orders_of_others_and_hidden_ones_are_unknown(as_customer: Any, storefront: Any, connection: Connection):
    owner, other, mug = await make_customer(connection), await make_customer(connection), await sell(connection, 1000)
    order = await make_order(connection, owner, [mug])
    hidden = await make_order(connection, owner, [mug], state="PENDING_PAYMENT")
    assert await reorder(await as_customer(other.id), order) == refusal("NOT_FOUND", "order.not_found")
    assert await reorder(await as_customer(owner.id), hidden) == refusal("NOT_FOUND", "order.not_found")
    input = {"id": encode_id("ord", order.customer_id, order.id)}
    assert (await storefront.answer(REORDER, input=input))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await connection.fetchval(CARTS, owner.id) == await connection.fetchval(CARTS, other.id) == 0


async def test_the_shop_can_forbid_it(as_customer: Any, connection: Connection):
    view = await make_website(connection)
    await set_value(connection, REORDER_ALLOWED, False, scope=STORE_VIEW, scope_id=view)
    owner = await make_customer(connection, website_id=view, created_in_store_view_id=view)
    product = await make_product(connection)
    order = await make_order(connection, owner, [product], store_view_id=view)
    found = await reorder(await as_customer(owner.id), order)
    assert found == refusal("NOT_ALLOWED", "order.reorder_disabled")
