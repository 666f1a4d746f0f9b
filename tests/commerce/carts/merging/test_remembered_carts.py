"""Carts on devices that remember a customer (docs/domain/carts.md#carts-22, docs/domain/sessions.md#sessions-13)."""

import datetime as dt
from typing import Any

import pytest

from commerce.carts.merging.test_merging import READ, add, sell, shown
from commerce.checkout.buying import HOME, PLACE, SET_ADDRESSES, call
from customer_gql.commerce.carts.tables import cart
from customer_gql.core.ids import new_id
from customer_gql.customers.accounts.sessions import settings as options
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id, put
from support.shopping import PASSWORD, SIGN_OUT
from support.staff import make_website

SIGN_IN = """mutation I($input: SignInInput!) { signIn(input: $input) {
  accessToken persistentToken userErrors { code } } }"""
REMEMBERED = "{ remembered { firstName cart { itemCount items { quantity product { sku } } } } }"
STAFF_ADD = "mutation A($i: CustomerCartItemsAddInput!) { cartItemsAdd(input: $i) { userErrors { key } } }"


@pytest.fixture(autouse=True)
async def remembering(configured: Any) -> None:
    await configured(options.REMEMBER_ME, True)


@pytest.fixture
def device(browser: Any) -> Any:
    """A browser on which a customer signed in and was remembered: the client of the session, and one with the token alone."""

    async def sign_in(row: Row, **headers: str) -> tuple[Client, Client]:
        given = {"email": row.email, "password": PASSWORD, "isRemembered": True}
        answer = (await (await browser(**headers)).data(SIGN_IN, input=given))["signIn"]
        assert answer["userErrors"] == []
        token = answer["persistentToken"]
        return await browser(token=answer["accessToken"], x_persistent_token=token), await browser(
            x_persistent_token=token
        )

    return sign_in


def token_of(client: Client) -> str:
    return client.http.headers["x-persistent-token"]


async def test_the_cart_stays_open_on_the_device_and_places_nothing(device: Any, shopper: Any, connection: Connection):
    mug, pot = await sell(connection), await sell(connection)
    row = await shopper()
    own, left = await device(row)
    await add(own, (mug, 2))
    await call(own, SET_ADDRESSES, shipping={"address": HOME})
    added = await add(left, (pot, 1))
    assert added["cartToken"] is None
    assert shown(await own.data(READ)) == {mug.sku: 2, pot.sku: 1}
    assert shown((await left.data(REMEMBERED))["remembered"]) == {mug.sku: 2, pot.sku: 1}
    answer = await left.post(PLACE, i={"idempotencyKey": "remembered", "expectedGrandTotal": "30.00"})
    assert [one["extensions"]["code"] for one in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert await connection.fetchval("SELECT count(*) FROM sales_order WHERE customer_id = $1", row.id) == 0
    found = (await left.data("{ cart { email shippingAddress { city } } }"))["cart"]
    assert found == {"email": None, "shippingAddress": None}


@pytest.mark.parametrize("is_cleared", [True, False])
async def test_signing_out_shows_the_cart_or_not(
    is_cleared: bool, device: Any, shopper: Any, configured: Any, connection: Connection
):
    mug = await sell(connection)
    await configured(options.CLEAR_ON_SIGN_OUT, is_cleared)
    row = await shopper()
    own, left = await device(row)
    await add(own, (mug, 2))
    assert (await own.data(SIGN_OUT, input={}))["signOut"]["userErrors"] == []
    found = await left.data(READ)
    assert (found["cart"] is None) is is_cleared
    # Either way it is there at the next sign-in.
    again, _ = await device(row, **({} if is_cleared else {"x_persistent_token": token_of(left)}))
    assert shown(await again.data(READ)) == {mug.sku: 2}


async def test_another_customer_on_the_device_takes_the_lines_over(
    device: Any, shopper: Any, admin_client: Client, connection: Connection
):
    mug, pot, cup = [await sell(connection) for _ in range(3)]
    scarce = await sell(connection, stock={"quantity": 1})
    ada, bob = await shopper(), await shopper()
    hers, left = await device(ada)
    await add(hers, (mug, 2), (pot, 1), (scarce, 1))
    priced = [{"sku": cup.sku, "customPrice": "1"}]
    assert (await call(admin_client, STAFF_ADD, customerId=customer_id(ada), items=priced))["userErrors"] == []
    await call(hers, SET_ADDRESSES, shipping={"address": HOME})
    his, _ = await device(bob)
    await add(his, (mug, 1), (scarce, 1))
    his, _ = await device(bob, x_persistent_token=token_of(left))
    found = (await his.data(READ))["cart"]
    assert shown({"cart": found}) == {mug.sku: 3, pot.sku: 1, scarce.sku: 1, cup.sku: 1}
    assert [line["customPrice"] for line in found["items"]] == [None] * 4
    assert found["shippingAddress"] is None
    hers_now = (await hers.data(READ))["cart"]
    assert (hers_now["items"], hers_now["shippingAddress"]) == ([], {"city": "Beverly Hills"})
    assert (await left.data(REMEMBERED))["remembered"] is None
    told = "SELECT count(*) FROM domain_event WHERE type = 'cart.changed' AND subject = $1 AND actor_id = $2"
    assert await connection.fetchval(told, hers_now["id"], bob.id) == 1


@pytest.mark.parametrize("kept", ["cart option", "remember option", "token over", "token of a guest", "wrong password"])
async def test_nothing_moves(
    kept: str, device: Any, browser: Any, shopper: Any, configured: Any, connection: Connection
):
    mug, pot = await sell(connection), await sell(connection)
    ada, bob = await shopper(), await shopper()
    hers, left = await device(ada)
    await add(hers, (mug, 2))
    headers = {"x_persistent_token": token_of(left)}
    if kept == "cart option":
        await configured(options.REMEMBER_CART, False)
    elif kept == "remember option":
        await configured(options.REMEMBER_ME, False)
    elif kept == "token over":
        await connection.execute("UPDATE remembered_sign_in SET expires_at = now() WHERE customer_id = $1", ada.id)
    elif kept == "token of a guest":
        headers["x_cart_token"] = (await add(await browser(), (pot, 1)))["cartToken"]
    client = await browser(**headers)
    given = {"email": bob.email, "password": PASSWORD if kept != "wrong password" else "wrong wrong wrong"}
    answer = (await client.data(SIGN_IN, input=given))["signIn"]
    assert (answer["userErrors"] == []) is (kept != "wrong password")
    assert shown(await hers.data(READ)) == {mug.sku: 2}
    if answer["accessToken"]:
        found = (await (await browser(token=answer["accessToken"])).data(READ))["cart"]
        assert (None if found is None else shown({"cart": found})) == (
            {pot.sku: 1} if kept == "token of a guest" else None
        )


async def test_the_same_customer_keeps_the_cart(device: Any, shopper: Any, connection: Connection):
    mug, row = await sell(connection), await shopper()
    own, left = await device(row)
    await add(own, (mug, 2))
    before = (await own.data(READ))["cart"]
    again, _ = await device(row, x_persistent_token=token_of(left))
    assert (await again.data(READ))["cart"] == before


async def test_the_cart_is_that_of_the_website(device: Any, shopper: Any, connection: Connection):
    """Of a customer who shopped on several websites, also where another cart was changed last."""
    there, mug = await make_website(connection), await sell(connection)
    row = await shopper()
    own, left = await device(row)
    values = {"website_id": there, "store_view_id": there, "currency": "EUR"}
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    await put(connection, cart, customer_id=row.id, id=new_id(), **values, updated_at=later)
    assert (await left.data(REMEMBERED))["remembered"]["cart"] is None
    await add(own, (mug, 3))
    assert shown((await left.data(REMEMBERED))["remembered"]) == {mug.sku: 3}
