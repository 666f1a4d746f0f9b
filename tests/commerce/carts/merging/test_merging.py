"""Carts of guests who sign in (docs/domain/carts.md#carts-21)."""

import datetime as dt
from typing import Any

import pytest

from commerce.checkout.buying import APPLY, HOME, SET_ADDRESSES, SET_SHIPPING, call
from customer_gql.commerce.carts.cleanup import delete_expired_carts
from customer_gql.commerce.carts.merging import writes
from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.catalog.tables import product_stock, product_website
from customer_gql.core.ids import decode_keys, encode_id, new_id
from customer_gql.customers.accounts.sign_in.hooks import ON_SIGN_IN
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import Settings
from support.clients import Client
from support.customers import customer_id, make_product, put
from support.shopping import PASSWORD, SIGN_IN
from support.staff import make_website

ADD = """mutation A($i: CartItemsAddInput!) { cartItemsAdd(input: $i) { cart { id } cartToken userErrors { key } } }"""
MERGE = """mutation M($i: CartMergeInput!) { cartMerge(input: $i) { cart { id itemCount } userErrors { code key path } } }"""
READ = """{ cart { id version items { quantity product { sku } customPrice { amount } } coupons { code } changes { kind before after }
  shippingAddress { city } shippingMethod { code } } }"""
UNKNOWN = [{"code": "NOT_FOUND", "key": "cart.token_unknown", "path": ["cartToken"]}]


async def sell(connection: Connection, *, stock: dict[str, Any] | None = None, **given: Any) -> Row:
    made = await make_product(connection, 1000, **given)
    await put(connection, product_website, product_id=made.id, website_id=1)
    if stock is not None:
        await put(connection, product_stock, product_id=made.id, **stock)
    return made


async def add(client: Client, *lines: tuple[Row, int]) -> Any:
    answer = await call(client, ADD, items=[{"sku": row.sku, "quantity": quantity} for row, quantity in lines])
    assert answer["userErrors"] == []
    return answer


@pytest.fixture
def guest_with(browser: Any) -> Any:
    """A guest with these lines, and the token."""

    async def fill(*lines: tuple[Row, int]) -> tuple[Client, str, str]:
        guest = await browser()
        made = await add(guest, *lines)
        guest.http.headers["x-cart-token"] = made["cartToken"]
        return guest, made["cartToken"], made["cart"]["id"]

    return fill


def shown(found: Any) -> dict[str, int]:
    return {line["product"]["sku"]: line["quantity"] for line in found["cart"]["items"]}


async def test_signing_in_with_the_token_takes_the_cart_over(
    guest_with: Any, shopper: Any, signed_in: Any, as_customer: Any, connection: Connection
):
    mug, pot, cup, bowl = [await sell(connection) for _ in range(4)]
    scarce = await sell(connection, stock={"quantity": 5})
    small = await sell(connection, stock={"quantity": None, "max_quantity": 4})
    row = await shopper()
    await add(await as_customer(row.id), (mug, 1), (scarce, 3), (small, 3), (bowl, 1))
    guest, token, id = await guest_with((mug, 2), (pot, 1), (scarce, 4), (small, 2), (cup, 2))
    await connection.execute("UPDATE product SET is_salable = false WHERE id = $1", cup.id)
    client = await signed_in(row, x_cart_token=token)
    found = await client.data(READ)
    assert shown(found) == {mug.sku: 3, scarce.sku: 5, small.sku: 4, bowl.sku: 1, pot.sku: 1, cup.sku: 2}
    assert [one["kind"] for one in found["cart"]["changes"]] == ["NOT_SALABLE"]
    stored = await connection.fetchrow("SELECT is_active, merged_at FROM cart WHERE id = $1", _key(id))
    assert stored is not None
    assert (stored["is_active"], stored["merged_at"] is not None) == (False, True)
    # The token opens nothing any more, also for who signs in with it again.
    assert (await guest.data("{ cart { id } }"))["cart"] is None
    assert (await call(guest, ADD, items=[{"sku": pot.sku}]))["userErrors"] == [{"key": "cart.token_unknown"}]
    again = await signed_in(row, x_cart_token=token)
    assert (await again.data(READ))["cart"] == found["cart"]
    told = "SELECT count(*) FROM domain_event WHERE type = 'cart.changed' AND subject = $1"
    assert await connection.fetchval(told, found["cart"]["id"]) == 2


def _key(id: str) -> int:
    return decode_keys(id, "crt", 2)[1]


async def test_the_customers_own_cart_wins(
    guest_with: Any, shopper: Any, as_customer: Any, admin_client: Client, connection: Connection
):
    mug = await sell(connection)
    row = await shopper()
    client = await as_customer(row.id)
    priced = "mutation A($i: CustomerCartItemsAddInput!) { cartItemsAdd(input: $i) { userErrors { key } } }"
    line = {"sku": mug.sku, "customPrice": "5"}
    assert (await call(admin_client, priced, customerId=customer_id(row), items=[line]))["userErrors"] == []
    await call(client, SET_ADDRESSES, shipping={"address": HOME})
    guest, token, _ = await guest_with((mug, 2))
    await call(guest, SET_ADDRESSES, email="g@example.com", shipping={"address": {**HOME, "city": "Burbank"}})
    merged = await call(client, MERGE, cartToken=token)
    assert merged["userErrors"] == []
    found = (await client.data(READ))["cart"]
    assert found["items"] == [{"quantity": 3, "product": {"sku": mug.sku}, "customPrice": {"amount": "5.00"}}]
    assert found["shippingAddress"] == {"city": "Beverly Hills"}
    assert (await call(client, MERGE, cartToken=token))["userErrors"] == UNKNOWN


async def test_what_the_customer_has_not_chosen_comes_from_the_guest(
    guest_with: Any, shopper: Any, as_customer: Any, admin_client: Client, connection: Connection
):
    mug = await sell(connection)
    create = "mutation C($i: CartPriceRuleCreateInput!) { cartPriceRuleCreate(input: $i) { userErrors { key } } }"
    groups = [encode_id("grp", key) for key in (0, 1)]
    rule = {"name": "M", "isActive": True, "websiteIds": [encode_id("web", 1)], "groupIds": groups, "amount": "10"}
    code = f"MERGED{mug.id}"
    made = await call(admin_client, create, **rule, action="PERCENT", couponKind="SPECIFIC", couponCode=code)
    assert made["userErrors"] == []
    guest, token, _ = await guest_with((mug, 1))
    await call(guest, SET_ADDRESSES, email="g@example.com", shipping={"address": HOME})
    await call(guest, SET_SHIPPING, code="flat_rate")
    assert (await call(guest, APPLY, code=code))["userErrors"] == []
    row = await shopper()
    client = await as_customer(row.id)
    merged = await call(client, MERGE, cartToken=token)
    assert merged == {"cart": {"id": merged["cart"]["id"], "itemCount": 1}, "userErrors": []}
    found = (await client.data(READ))["cart"]
    assert (found["coupons"], found["shippingAddress"]) == ([{"code": code}], {"city": "Beverly Hills"})
    assert (found["shippingMethod"], found["changes"]) == ({"code": "flat_rate"}, [])
    assert await connection.fetchval("SELECT email FROM cart WHERE id = $1", _key(found["id"])) is None


async def test_signing_in_never_fails_for_the_cart(
    guest_with: Any, shopper: Any, browser: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    mug = await sell(connection)
    row = await shopper()
    guest, token, _ = await guest_with((mug, 2))

    async def fail(*_given: Any, **_named: Any) -> None:
        await connection.execute("SELECT 1")
        raise RuntimeError("broken")

    given = {"email": row.email, "password": PASSWORD}
    with monkeypatch.context() as patched:
        patched.setattr(writes, "_close_merged", fail)  # after the customer's cart was filled
        client = await browser(x_cart_token=token)
        answer = (await client.data(SIGN_IN, input=given))["signIn"]
    assert answer["userErrors"] == []
    assert await connection.fetchval("SELECT count(*) FROM cart WHERE customer_id = $1", row.id) == 0
    assert shown(await guest.data(READ)) == {mug.sku: 2}
    for wrong in ("cgk_" + "x" * 40, "nothing"):
        client = await browser(x_cart_token=wrong)
        assert (await client.data(SIGN_IN, input=given))["signIn"]["userErrors"] == []
    assert ON_SIGN_IN


async def test_a_wrong_password_merges_nothing(guest_with: Any, shopper: Any, connection: Connection):
    mug = await sell(connection)
    row = await shopper()
    guest, _, _ = await guest_with((mug, 2))
    answer = (await guest.data(SIGN_IN, input={"email": row.email, "password": "wrong wrong wrong"}))["signIn"]
    assert answer["userErrors"] != []
    assert shown(await guest.data(READ)) == {mug.sku: 2}


async def test_carts_of_other_websites_stay_with_the_guest(
    guest_with: Any, shopper: Any, as_customer: Any, browser: Any, connection: Connection
):
    there = await make_website(connection)
    await connection.execute("UPDATE website SET currency = 'USD' WHERE id = $1", there)
    mug = await sell(connection)
    await put(connection, product_website, product_id=mug.id, website_id=there)
    guest, token, _ = await guest_with((mug, 1))
    view = await connection.fetchrow("SELECT code FROM store_view WHERE id = $1", there)
    assert view is not None
    other = await browser(x_cart_token=token, x_store_view=view["code"])
    added = await call(other, ADD, items=[{"sku": mug.sku, "quantity": 4}])
    assert added["userErrors"] == []
    row = await shopper()
    assert (await call(await as_customer(row.id), MERGE, cartToken=token))["userErrors"] == []
    assert (await guest.data("{ cart { id } }"))["cart"] is None
    assert shown(await other.data(READ)) == {mug.sku: 4}


async def test_a_full_cart_takes_what_fits(
    guest_with: Any, shopper: Any, as_customer: Any, configured: Any, connection: Connection
):
    from customer_gql.commerce.carts.settings import MAX_LINES

    mug, pot, cup = [await sell(connection) for _ in range(3)]
    row = await shopper()
    client = await as_customer(row.id)
    await add(client, (mug, 1))
    _, token, _ = await guest_with((pot, 1), (cup, 1), (mug, 1))
    await configured(MAX_LINES, 2)
    assert (await call(client, MERGE, cartToken=token))["userErrors"] == []
    assert shown(await client.data(READ)) == {mug.sku: 2, pot.sku: 1}


async def test_merged_carts_are_deleted_after_the_lifetime(empty_database: Database, settings: Settings):
    now, owner = dt.datetime.now(dt.UTC), new_id()
    async with empty_database.writes.acquire() as connection:
        kept, gone = new_id(), new_id()
        for id, days in ((kept, 29), (gone, 31)):
            at = now - dt.timedelta(days=days)
            values = {"website_id": 1, "store_view_id": 1, "currency": "USD", "updated_at": at}
            await put(connection, cart, customer_id=owner, id=id, is_active=False, merged_at=at, **values)
    await delete_expired_carts(Tools(empty_database, settings))
    async with empty_database.reads.acquire() as connection:
        assert [row["id"] for row in await connection.fetch("SELECT id FROM cart")] == [kept]
