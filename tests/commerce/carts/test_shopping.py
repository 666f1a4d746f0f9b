"""Guests and customers fill carts (docs/domain/carts.md#carts-5)."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from customer_gql.commerce.carts.cleanup import delete_expired_carts
from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.catalog.tables import product_option, product_option_value, product_stock, product_website
from customer_gql.commerce.guests.writes import add_guest
from customer_gql.commerce.pricing.tables import product_tier_price
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.jobs.work import Tools
from support.clients import Client
from support.customers import customer_id, make_customer, make_product, put

CART = """{ cart { id version itemCount items { quantity product { sku } options { code value } unitPrice { amount currency }
  rowTotal { amount } } changes { kind before after item { product { sku } } } blockers { key params path } } }"""
_ERRORS = "userErrors { code key params path }"
ADD = (
    f"mutation A($i: CartItemsAddInput!) {{ cartItemsAdd(input: $i) {{ cart {{ id version }} cartToken {_ERRORS} }} }}"
)
UPDATE = f"mutation U($i: CartItemsUpdateInput!) {{ cartItemsUpdate(input: $i) {{ cart {{ itemCount }} {_ERRORS} }} }}"
REMOVE = f"mutation R($i: CartItemsRemoveInput!) {{ cartItemsRemove(input: $i) {{ cart {{ itemCount }} {_ERRORS} }} }}"
CLEAR = f"mutation {{ cartClear {{ cart {{ itemCount }} {_ERRORS} }} }}"
ACCEPT = (
    f"mutation C($i: CartChangesAcceptInput!) {{ cartChangesAccept(input: $i) {{ cart {{ version }} {_ERRORS} }} }}"
)


async def sell(connection: Connection, price: int = 1990, *, stock: dict[str, Any] | None = None, **given: Any) -> Row:
    made = await make_product(connection, price, **given)
    await put(connection, product_website, product_id=made.id, website_id=1)
    if stock is not None:
        await put(connection, product_stock, product_id=made.id, **stock)
    return made


async def add(client: Client, *lines: tuple[str, int], **given: Any) -> Any:
    items = [{"sku": sku, "quantity": quantity, **given} for sku, quantity in lines]
    return (await client.data(ADD, i={"items": items}))["cartItemsAdd"]


async def read(client: Client) -> Any:
    """With what hinders of its lines; that addresses and methods are missing is shown elsewhere."""
    found = (await client.data(CART))["cart"]
    if found is not None:
        found["blockers"] = [one for one in found["blockers"] if one["key"] != "cart.incomplete"]
    return found


def with_token(client: Client, token: str) -> Client:
    client.http.headers["x-cart-token"] = token
    return client


@pytest.fixture
async def guest(storefront: Client) -> Any:
    yield storefront
    storefront.http.headers.pop("x-cart-token", None)


async def test_a_guest_gets_a_token_with_the_first_line_and_finds_the_cart_by_it(guest: Client, connection: Connection):
    mug = await sell(connection)
    assert await read(guest) is None
    first = await add(guest, (mug.sku, 2))
    assert first["userErrors"] == []
    assert first["cartToken"].startswith("cgk_")
    assert await read(guest) is None
    with_token(guest, first["cartToken"])
    again = await add(guest, (f" {mug.sku} ", 1))
    assert again == {"cart": {"id": first["cart"]["id"], "version": 3}, "cartToken": None, "userErrors": []}
    assert await read(guest) == {
        "id": first["cart"]["id"],
        "version": 3,
        "itemCount": 1,
        "items": [
            {
                "quantity": 3,
                "product": {"sku": mug.sku},
                "options": [],
                "unitPrice": {"amount": "19.90", "currency": "USD"},
                "rowTotal": {"amount": "59.70"},
            }
        ],
        "changes": [],
        "blockers": [],
    }
    with_token(guest, "cgk_of_nobody")
    assert await read(guest) is None
    [refused] = (await add(guest, (mug.sku, 1)))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_FOUND", "cart.token_unknown")


async def test_lines_succeed_or_fail_alone(guest: Client, connection: Connection):
    mug, last = await sell(connection), await sell(connection, stock={"quantity": 2, "max_quantity": 5})
    closed, elsewhere = await sell(connection, is_salable=False), await make_product(connection)
    answer = await add(
        guest,
        (mug.sku, 1),
        (last.sku, 3),
        (closed.sku, 1),
        (elsewhere.sku, 1),
        (mug.sku, 0),
        (last.sku, 6),
        (last.sku, 2),
    )
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("product.insufficient_stock", ["items", "1", "quantity"]),
        ("product.not_salable", ["items", "2", "sku"]),
        ("product.not_found", ["items", "3", "sku"]),
        ("cart.quantity_wrong", ["items", "4", "quantity"]),
        ("cart.quantity_wrong", ["items", "5", "quantity"]),
    ]
    assert answer["userErrors"][0]["params"] == {"sku": last.sku, "available": 2}
    with_token(guest, answer["cartToken"])
    assert [(line["product"]["sku"], line["quantity"]) for line in (await read(guest))["items"]] == [
        (mug.sku, 1),
        (last.sku, 2),
    ]


async def test_nothing_is_made_where_everything_is_refused(guest: Client, connection: Connection):
    before = await connection.fetchval("SELECT count(*) FROM guest")
    answer = await add(guest, ("none", 1))
    assert (answer["cart"], answer["cartToken"], len(answer["userErrors"])) == (None, None, 1)
    assert await connection.fetchval("SELECT count(*) FROM guest") == before


async def test_options_make_lines_of_their_own_and_cost_extra(guest: Client, connection: Connection):
    mug = await sell(connection, price=1000)
    await put(connection, product_option, product_id=mug.id, code="text", title="Text", is_required=True, place=1)
    for place, (code, price) in enumerate({"none": 0, "name": 250}.items()):
        value = {"code": code, "title": code, "price": price, "place": place}
        await put(connection, product_option_value, product_id=mug.id, option_code="text", **value)
    chosen = [{"code": "text", "value": "name"}]
    token = (await add(guest, (mug.sku, 1), options=chosen))["cartToken"]
    with_token(guest, token)
    await add(guest, (mug.sku, 1), options=[{"code": "text", "value": "none"}])
    await add(guest, (mug.sku, 2), options=chosen)
    lines = (await read(guest))["items"]
    assert [(line["quantity"], line["options"][0]["value"], line["unitPrice"]["amount"]) for line in lines] == [
        (3, "name", "12.50"),
        (1, "none", "10.00"),
    ]
    for options, key in (
        ([], "product.option_required"),
        ([{"code": "text", "value": "other"}], "product.option_unknown"),
        ([*chosen, {"code": "text", "value": "none"}], "product.option_repeated"),
    ):
        [refused] = (await add(guest, (mug.sku, 1), options=options))["userErrors"]
        assert refused["key"] == key


async def test_prices_follow_the_quantity_and_changes_are_told_until_they_are_accepted(
    as_customer: Any, connection: Connection
):
    owner, mug = await make_customer(connection), await sell(connection, price=1000, stock={"quantity": 9})
    gone = await sell(connection)
    await put(connection, product_tier_price, id=new_id(), product_id=mug.id, quantity=5, price=800)
    client = await as_customer(owner.id)
    await add(client, (mug.sku, 5), (gone.sku, 1))
    shown = await read(client)
    assert [line["unitPrice"]["amount"] for line in shown["items"]] == ["8.00", "19.90"]
    assert shown["changes"] == shown["blockers"] == []
    await connection.execute("UPDATE product_tier_price SET price = 900 WHERE product_id = $1", mug.id)
    await connection.execute("UPDATE product_stock SET quantity = 4 WHERE product_id = $1", mug.id)
    await connection.execute("UPDATE product SET is_salable = false WHERE id = $1", gone.id)
    shown = await read(client)
    assert shown["changes"] == [
        {"kind": "PRICE_ROSE", "before": "8.00", "after": "9.00", "item": {"product": {"sku": mug.sku}}},
        {"kind": "QUANTITY_UNAVAILABLE", "before": "5", "after": "4", "item": {"product": {"sku": mug.sku}}},
        {"kind": "NOT_SALABLE", "before": "1", "after": "0", "item": {"product": {"sku": gone.sku}}},
    ]
    assert [blocker["key"] for blocker in shown["blockers"]] == ["product.insufficient_stock", "product.not_salable"]
    [refused] = (await client.data(ACCEPT, i={"version": 1}))["cartChangesAccept"]["userErrors"]
    assert (refused["code"], refused["path"]) == ("VERSION_CONFLICT", ["version"])
    await client.data(ACCEPT, i={"version": shown["version"]})
    shown = await read(client)
    assert [(line["quantity"], line["unitPrice"]["amount"]) for line in shown["items"]] == [(4, "10.00")]
    assert shown["changes"] == shown["blockers"] == []
    await connection.execute("UPDATE product SET price = 950 WHERE id = $1", mug.id)
    [fell] = (await read(client))["changes"]
    assert (fell["kind"], fell["before"], fell["after"]) == ("PRICE_FELL", "10.00", "9.50")


async def test_lines_are_changed_by_their_owner_alone(as_customer: Any, connection: Connection):
    mug, pot = await sell(connection), await sell(connection)
    ada, eve = await make_customer(connection), await make_customer(connection)
    client, other = await as_customer(ada.id), await as_customer(eve.id)
    await add(client, (mug.sku, 1), (pot.sku, 2))
    await add(other, (mug.sku, 7))
    rows = await connection.fetch("SELECT * FROM cart_item WHERE customer_id = $1 ORDER BY id", ada.id)
    ids = [encode_id("cit", row.customer_id, row.cart_id, row.id) for row in rows]
    for document, given, path in (
        (UPDATE, {"items": [{"id": ids[0], "quantity": 3}, {"id": "cit_x", "quantity": 1}]}, ["items", "0", "id"]),
        (REMOVE, {"ids": ids}, ["ids", "0"]),
    ):
        [answer] = (await other.data(document, i=given)).values()
        assert (answer["cart"], answer["userErrors"][0]["key"]) == (None, "cart.item_not_found")
        assert answer["userErrors"][0]["path"] == path
    [answer] = (
        await client.data(UPDATE, i={"items": [{"id": ids[0], "quantity": 3}, {"id": ids[1], "quantity": -1}]})
    ).values()
    assert [error["key"] for error in answer["userErrors"]] == ["cart.quantity_wrong"]
    assert [line["quantity"] for line in (await read(client))["items"]] == [3, 2]
    [answer] = (await client.data(UPDATE, i={"items": [{"id": ids[0], "quantity": 0}]})).values()
    assert answer == {"cart": {"itemCount": 1}, "userErrors": []}
    [answer] = (await client.data(REMOVE, i={"ids": [ids[1], ids[0]]})).values()
    assert [error["path"] for error in answer["userErrors"]] == [["ids", "1"]]
    assert answer["cart"] == {"itemCount": 0}
    assert [blocker["key"] for blocker in (await read(client))["blockers"]] == ["cart.empty"]
    assert (await other.data(CLEAR))["cartClear"] == {"cart": {"itemCount": 0}, "userErrors": []}


async def test_first_lines_at_the_same_time_share_one_cart(as_customer: Any, connection: Connection):
    owner, mug = await make_customer(connection), await sell(connection)
    client = await as_customer(owner.id)
    answers = await asyncio.gather(*[add(client, (mug.sku, 1)) for _ in range(8)])
    assert len({answer["cart"]["id"] for answer in answers}) == 1
    assert [line["quantity"] for line in (await read(client))["items"]] == [8]


async def test_a_full_cart_and_many_lines_cost_the_same_statements(
    as_customer: Any, connection: Connection, statements: Any, settled: Any
):
    owner = await make_customer(connection)
    client = await as_customer(owner.id)
    products = [await sell(connection, stock={"quantity": 5}) for _ in range(101)]
    await add(client, (products[0].sku, 1))
    await read(client)
    counts: dict[str, list[int]] = {"read": [], "add": []}
    for of in (products[:1], products[:100]):
        await settled()
        await statements.clear()
        await add(client, *[(each.sku, 1) for each in of])
        await settled()  # so that all of what no answer waits for is counted, or none
        counts["add"].append(await statements.count() - await statements.count("customer_activity"))
        await statements.clear()
        assert len((await read(client))["items"]) == len(of)
        counts["read"].append(await statements.count())
    assert counts["add"][0] == counts["add"][1] < 40
    assert counts["read"][0] == counts["read"][1] < 15


async def test_carts_that_nobody_changes_expire_and_guests_with_them(empty_database: Database, settings: Any):
    now = dt.datetime.now(dt.UTC)
    async with empty_database.transaction() as connection:
        old, _ = await add_guest(connection)
        new, _ = await add_guest(connection)
        shared = {"website_id": 1, "store_view_id": 1, "currency": "USD"}
        for owner, age in ((old, 31), (new, 29)):
            changed = now - dt.timedelta(days=age)
            await put(connection, cart, customer_id=owner, id=new_id(), **shared, updated_at=changed)
    await delete_expired_carts(Tools(empty_database, settings))
    async with empty_database.reads.acquire() as connection:
        for table in ("cart", "guest"):
            rows = await connection.fetch(f"SELECT customer_id FROM {table}")
            assert [row.customer_id for row in rows] == [new]


async def test_the_cart_goes_with_the_customer(admin_client: Client, as_customer: Any, connection: Connection):
    owner, mug = await make_customer(connection), await sell(connection)
    await add(await as_customer(owner.id), (mug.sku, 1))
    document = "mutation D($i: CustomerDeleteInput!) { customerDelete(input: $i) { userErrors { key } } }"
    assert (await admin_client.data(document, i={"id": customer_id(owner)}))["customerDelete"]["userErrors"] == []
    assert await connection.fetchval("SELECT count(*) FROM cart WHERE customer_id = $1", owner.id) == 0


async def test_the_carts_of_a_customer_are_those_of_all_websites(
    admin_client: Client, as_customer: Any, connection: Connection
):
    owner, mug = await make_customer(connection), await sell(connection)
    await add(await as_customer(owner.id), (mug.sku, 3))
    document = (
        "query C($id: ID!) { customer(id: $id) { cart { itemCount } carts { website { id } items { quantity } } } }"
    )
    assert (await admin_client.data(document, id=customer_id(owner)))["customer"] == {
        "cart": {"itemCount": 1},
        "carts": [{"website": {"id": encode_id("web", 1)}, "items": [{"quantity": 3}]}],
    }


async def test_a_guest_with_a_cart_is_online(guest: Client, admin_client: Client, connection: Connection, settled: Any):
    mug = await sell(connection)
    count = "{ nowOnline(filter: {kind: {eq: VISITOR}}) { totalCount } }"
    before = (await admin_client.data(count))["nowOnline"]["totalCount"]
    await add(guest, (mug.sku, 1))
    await settled()
    assert (await admin_client.data(count))["nowOnline"]["totalCount"] == before + 1
