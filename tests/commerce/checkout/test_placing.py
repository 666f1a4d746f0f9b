"""Shoppers order their carts (docs/domain/checkout.md#checkout-1)."""

import uuid
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from commerce.checkout.buying import APPLY, HOME, PLACE, SET_ADDRESSES, call, complete, fill, place, sell
from customer_gql.commerce.catalog.tables import product_option, product_option_value
from customer_gql.commerce.guests.writes import find_guest_order
from customer_gql.core.ids import decode_keys, encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.configuration import reset_one, set_one
from support.customers import customer_id, make_customer, put

READ = """{ cart { id version } me { orders { nodes { number isGuest shippingMethod paymentMethod couponCodes
  subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount } grandTotal { amount }
  billingAddress { name city } shippingAddress { name }
  items { sku quantityOrdered price { amount } rowTotal { amount } tax { amount } options { code value } } } } } }"""
CANCEL = "mutation C($i: OrderCancelInput!) { orderCancel(input: $i) { userErrors { key } } }"
CREATE_RULE = """mutation C($i: CartPriceRuleCreateInput!) { cartPriceRuleCreate(input: $i) {
  cartPriceRule { id } userErrors { key path } } }"""


@pytest.fixture
async def guest(storefront: Client) -> AsyncGenerator[Client]:
    yield storefront
    storefront.http.headers.pop("x-cart-token", None)


async def stock_of(connection: Connection, product: Any) -> int:
    return await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", product.id)


async def test_a_guest_orders_once_and_a_repeat_answers_alike(
    guest: Client, admin_client: Client, connection: Connection
):
    mug = await sell(connection, 1000, stock=5)
    guest.http.headers["x-cart-token"] = await fill(guest, (mug, 3)) or ""
    [refused] = [one["path"] for one in (await place(guest, "k", "30.00"))["userErrors"] if one["path"] == ["email"]]
    assert refused == ["email"]
    await complete(guest, email="ada@example.com")
    answer = await place(guest, "k", "30.00")
    assert [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]] == [
        ("NOT_ALLOWED", "cart.changed", ["expectedGrandTotal"])
    ]
    assert (await stock_of(connection, mug), answer["order"]) == (5, None)
    answer = await place(guest, "k", "35.00", comment="Ring twice")
    assert answer["userErrors"] == []
    order = answer["order"]
    assert (order["state"], order["status"], order["isGuest"], order["grandTotal"]) == (
        "NEW",
        "pending",
        True,
        {"amount": "35.00"},
    )
    assert await stock_of(connection, mug) == 2
    assert await place(guest, "k", "35.00", comment="Ring twice") == answer
    conflict = await guest.post(PLACE, i={"idempotencyKey": "k", "expectedGrandTotal": "35.00"})
    assert conflict.json()["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    [refused] = (await place(guest, "another", "35.00"))["userErrors"]
    assert refused["key"] == "cart.ordered"
    owner, key = decode_keys(order["id"], "ord", 2)
    opened = await find_guest_order(connection, answer["guestOrderToken"])
    assert opened is not None
    assert (opened.customer_id, opened.order_id) == (owner, key)
    row = await connection.fetchrow("SELECT * FROM sales_order WHERE id = $1", key)
    assert row is not None
    assert (row["customer_email"], row["customer_name"], row["customer_group_id"]) == (
        "ada@example.com",
        "Ada Byron",
        0,
    )
    comment = await connection.fetchrow("SELECT text, is_visible FROM order_comment WHERE order_id = $1", key)
    assert comment is not None
    assert tuple(comment) == ("Ring twice", True)
    told = await connection.fetch("SELECT type FROM domain_event WHERE subject = $1", order["id"])
    assert [one["type"] for one in told] == ["order.placed"]
    mails = await connection.fetch("SELECT template FROM mail_outbox WHERE recipient = 'ada@example.com'")
    assert "order_placed" in [one["template"] for one in mails]
    assert await connection.fetchval("SELECT payment_token FROM cart WHERE customer_id = $1", owner) is None


async def test_a_customer_orders_and_what_was_taken_comes_back_with_the_cancellation(
    as_customer: Any, admin_client: Client, connection: Connection
):
    owner, mug = await make_customer(connection, group_id=3), await sell(connection, 1000, stock=5)
    await put(connection, product_option, product_id=mug.id, code="size", title="Size", place=1)
    await put(
        connection,
        product_option_value,
        product_id=mug.id,
        option_code="size",
        code="XL",
        title="XL",
        price=50,
        place=1,
    )
    code = f"ONCE{uuid.uuid4().hex[:12]}"
    rule = {
        "name": "Once",
        "isActive": True,
        "websiteIds": [encode_id("web", 1)],
        "groupIds": [encode_id("grp", 3)],
        "action": "PERCENT",
        "amount": "10",
        "couponKind": "SPECIFIC",
        "couponCode": code,
        "usesPerCoupon": 2,
        "usesPerCustomer": 1,
    }
    made = (await admin_client.data(CREATE_RULE, i=rule))["cartPriceRuleCreate"]["cartPriceRule"]
    client = await as_customer(owner.id)

    async def fill_again() -> None:
        await fill(client, (mug, 2), options=[{"code": "size", "value": "XL"}])
        assert (await call(client, APPLY, code=code.lower()))["userErrors"] == []
        await complete(client)

    try:
        await fill_again()
        first = await place(client, "first", "23.90")
        assert (first["userErrors"], first["guestOrderToken"]) == ([], None)
        assert await connection.fetchval("SELECT use_count FROM coupon WHERE code = $1", code) == 1
        shown = await client.data(READ)
        assert shown["cart"] is None
        [order] = shown["me"]["orders"]["nodes"]
        assert order == {
            "number": first["order"]["number"],
            "isGuest": False,
            "shippingMethod": "flat_rate",
            "paymentMethod": "check_money_order",
            "couponCodes": [code],
            "subtotal": {"amount": "21.00"},
            "discountTotal": {"amount": "2.10"},
            "shippingTotal": {"amount": "5.00"},
            "taxTotal": {"amount": "0.00"},
            "grandTotal": {"amount": "23.90"},
            "billingAddress": {"name": "Ada Byron", "city": HOME["city"]},
            "shippingAddress": {"name": "Ada Byron"},
            "items": [
                {
                    "sku": mug.sku,
                    "quantityOrdered": 2,
                    "price": {"amount": "10.50"},
                    "rowTotal": {"amount": "18.90"},
                    "tax": {"amount": "0.00"},
                    "options": [{"code": "size", "value": "XL"}],
                }
            ],
        }
        statistics = await connection.fetchrow("SELECT * FROM order_statistics WHERE customer_id = $1", owner.id)
        assert statistics is not None
        assert (statistics["order_count"], statistics["lifetime_value"]) == (1, 2390)
        await fill(client, (mug, 1), options=[{"code": "size", "value": "XL"}])
        [refused] = (await call(client, APPLY, code=code))["userErrors"]
        assert refused["key"] == "coupon.invalid"
        assert (await call(admin_client, CANCEL, id=first["order"]["id"]))["userErrors"] == []
        assert await stock_of(connection, mug) == 5
        assert await connection.fetchval("SELECT use_count FROM coupon WHERE code = $1", code) == 0
        assert (await call(client, APPLY, code=code))["userErrors"] == []
        await connection.execute("UPDATE coupon SET use_count = 2 WHERE code = $1", code)
        await complete(client)
        [refused] = (await place(client, "second", "14.45"))["userErrors"]
        assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "coupon.used_up")
    finally:
        await connection.execute("DELETE FROM cart_price_rule WHERE id = $1", int(made["id"].removeprefix("car_"), 16))


async def test_who_may_not_order(as_customer: Any, guest: Client, admin_client: Client, connection: Connection):
    mug, owner = await sell(connection, 1000), await make_customer(connection, group_id=3)
    client = await as_customer(owner.id)
    await fill(client, (mug, 1))
    await complete(client)
    guest.http.headers["x-cart-token"] = await fill(guest, (mug, 1)) or ""
    await complete(guest, email="ada@example.com")
    await connection.execute("INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (0, 1)")
    try:
        [refused] = (await place(guest, "k", "15.00"))["userErrors"]
    finally:
        await connection.execute("DELETE FROM customer_group_excluded_website WHERE group_id = 0 AND website_id = 1")
    assert (refused["key"], refused["params"]) == ("order.guard", {"reason": "EXCLUDED_WEBSITE"})
    await set_one(admin_client, "checkout.guests_allowed", False)
    try:
        [refused] = (await place(guest, "k", "15.00"))["userErrors"]
    finally:
        await reset_one(admin_client, "checkout.guests_allowed")
    assert refused["params"] == {"reason": "GUEST"}
    for path in ("orders.per_minute_of_guests", "orders.per_minute_of_customer"):
        await set_one(admin_client, path, 1)
    await set_one(admin_client, "orders.rate_limit_enabled", True)
    try:
        for shopper in (client, guest):
            assert [one["key"] for one in (await place(shopper, "k1", "1.00"))["userErrors"]] == ["cart.changed"]
            assert [one["key"] for one in (await place(shopper, "k2", "15.00"))["userErrors"]] == ["order.too_many"]
    finally:
        for path in ("per_minute_of_guests", "per_minute_of_customer", "rate_limit_enabled"):
            await reset_one(admin_client, f"orders.{path}")
    assert (await place(client, "k", "15.00"))["userErrors"] == []


async def test_numbers_begin_with_the_prefix_of_the_store_view(
    as_customer: Any, admin_client: Client, connection: Connection
):
    mug, owner = await sell(connection, 1000), await make_customer(connection)
    client, numbers = await as_customer(owner.id), []
    for prefix in (f"x{uuid.uuid4().hex[:8]}", "no blanks"):
        answer = await set_one(admin_client, "orders.number_prefix", prefix)
        assert bool(answer["userErrors"]) is (" " in prefix)
    try:
        for _ in range(2):
            await fill(client, (mug, 1))
            await complete(client)
            numbers.append((await place(client, uuid.uuid4().hex, "15.00"))["order"]["number"])
    finally:
        await reset_one(admin_client, "orders.number_prefix")
    assert numbers[0].startswith("X")
    first, second = (int(number.rpartition("-")[2]) for number in numbers)
    assert second == first + 1


async def test_goods_that_go_while_they_are_ordered(as_customer: Any, connection: Connection):
    mug, file = await sell(connection, 1000, stock=3), await sell(connection, 500, type="VIRTUAL")
    owner = await make_customer(connection)
    client = await as_customer(owner.id)
    await fill(client, (mug, 3), (file, 1))
    await complete(client)
    await connection.execute("UPDATE product_stock SET quantity = 2 WHERE product_id = $1", mug.id)
    await connection.execute("UPDATE product SET is_salable = false WHERE id = $1", file.id)
    answer = await place(client, "k", "40.00")
    assert [one["key"] for one in answer["userErrors"]] == ["product.insufficient_stock", "product.not_salable"]
    assert await stock_of(connection, mug) == 2
    assert await connection.fetchval("SELECT count(*) FROM sales_order WHERE customer_id = $1", owner.id) == 0


async def test_one_line_and_a_hundred_cost_the_same_statements(
    as_customer: Any, connection: Connection, statements: Any, settled: Any
):
    products = [await sell(connection, 100, stock=5) for _ in range(100)]
    counts: list[int] = []
    for of, total in ((products[:1], "6.00"), (products[:1], "6.00"), (products, "105.00")):
        client = await as_customer((await make_customer(connection)).id)
        await fill(client, *[(one, 1) for one in of])
        await complete(client)
        await settled()
        await statements.clear()
        assert (await place(client, "k", total))["userErrors"] == []
        await settled()
        counts.append(await statements.count() - await statements.count("customer_activity"))
    assert counts[1] == counts[2] < 90


async def test_a_new_address_does_not_change_what_is_ordered(as_customer: Any, connection: Connection):
    owner, mug = await make_customer(connection), await sell(connection, 1000)
    client = await as_customer(owner.id)
    await fill(client, (mug, 1))
    await complete(client)
    placed = await place(client, "k", "15.00")
    await fill(client, (mug, 1))
    elsewhere = {**HOME, "city": "Reno", "region": "NV", "postcode": "89501"}
    assert (await call(client, SET_ADDRESSES, shipping={"address": elsewhere}))["userErrors"] == []
    cities = await connection.fetch("SELECT DISTINCT city FROM sales_order_address WHERE customer_id = $1", owner.id)
    assert [one["city"] for one in cities] == [HOME["city"]]
    assert placed["order"]["id"].startswith("ord_")
    assert customer_id(owner).startswith("cus_")
