"""Guests see and cancel the order that they placed without an account (docs/domain/orders.md#orders-26)."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from commerce.checkout.buying import complete, fill, place, sell
from customer_gql.commerce.guest_orders.operations import LOOKUPS
from customer_gql.commerce.guest_orders.reads import has_last_name
from customer_gql.commerce.orders.cancellation.writes import CANCELLATION_ENABLED
from customer_gql.core.ids import decode_keys
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.clients import Client
from support.customers import make_customer, make_order, make_product
from support.mailed import newest_token

READ = """query G($by: GuestOrderRef!) { guestOrder(by: $by) { id number state customerEmail isGuest
  items { sku quantityOrdered } billingAddress { name } shippingAddress { city } comments { nodes { text } } } }"""
REQUEST = "mutation R($i: GuestOrderCancelRequestInput!) { guestOrderCancelRequest(input: $i) { userErrors { code key path } } }"
CONFIRM = """mutation C($i: GuestOrderCancelConfirmInput!) { guestOrderCancelConfirm(input: $i) {
  order { state comments { nodes { text } } } userErrors { code key path } } }"""
REASON = "Wrong items ordered"


@pytest.fixture
async def guest(storefront: Client, connection: Connection) -> AsyncGenerator[Client]:
    await connection.execute("DELETE FROM throttle")
    yield storefront
    storefront.http.headers.pop("x-cart-token", None)
    await connection.execute("DELETE FROM throttle")


@pytest.fixture
async def order(guest: Client, connection: Connection) -> dict[str, Any]:
    """What a guest got who ordered a mug, with its SKU."""
    mug = await sell(connection, 1000)
    guest.http.headers["x-cart-token"] = await fill(guest, (mug, 1)) or ""
    await complete(guest, email="Ada@Example.com")
    answer = await place(guest, "k", "15.00")
    assert answer["userErrors"] == []
    del guest.http.headers["x-cart-token"]
    return {**answer["order"], "token": answer["guestOrderToken"], "sku": mug.sku}


@pytest.fixture
async def cancelable(connection: Connection) -> AsyncGenerator[None]:
    await set_value(connection, CANCELLATION_ENABLED, True, scope=GLOBAL, scope_id=0)
    yield
    await connection.execute("DELETE FROM configuration_value WHERE path = $1", CANCELLATION_ENABLED.path)


def by_lookup(order: dict[str, Any], **given: str) -> dict[str, Any]:
    return {"lookup": {"number": order["number"], "email": "ada@example.COM", "lastName": "byron", **given}}


async def test_a_guest_reads_the_order_by_token_and_by_what_it_says(guest: Client, order: dict[str, Any]):
    expected = {
        "id": order["id"],
        "number": order["number"],
        "state": "NEW",
        "customerEmail": "Ada@example.com",
        "isGuest": True,
        "items": [{"sku": order["sku"], "quantityOrdered": 1}],
        "billingAddress": {"name": "Ada Byron"},
        "shippingAddress": {"city": "Beverly Hills"},
        "comments": {"nodes": []},
    }
    for by in ({"token": order["token"]}, by_lookup(order)):
        assert (await guest.data(READ, by=by))["guestOrder"] == expected
    # The id alone opens nothing.
    assert (await guest.data("query N($id: ID!) { node(id: $id) { id } }", id=order["id"]))["node"] is None


WRONG: list[Callable[[dict[str, Any]], Any]] = [
    lambda order: {"token": order["token"] + "0"},
    lambda _: {"token": ""},
    lambda order: by_lookup(order, number=order["number"] + "0"),
    lambda order: by_lookup(order, email="eve@example.com"),
    lambda order: by_lookup(order, email="no address"),
    lambda order: by_lookup(order, lastName="Lovelace"),
    lambda order: by_lookup(order, lastName="Ada"),
    lambda order: by_lookup(order, lastName=""),
    lambda order: by_lookup(order, number="9" * 1000),
]


@pytest.mark.parametrize("wrong", WRONG)
async def test_whatever_is_wrong_is_answered_alike(
    guest: Client, order: dict[str, Any], wrong: Any, connection: Connection, cancelable: None
):
    by = wrong(order)
    assert await guest.data(READ, by=by) == {"guestOrder": None}
    answer = (await guest.data(REQUEST, i={"by": by, "reason": REASON}))["guestOrderCancelRequest"]
    assert answer["userErrors"] == [{"code": "NOT_FOUND", "key": "order.not_found", "path": ["by"]}]
    key = decode_keys(order["id"], "ord", 2)
    assert await connection.fetchval("SELECT count(*) FROM guest_cancellation WHERE order_id = $1", key[1]) == 0


async def test_orders_of_accounts_are_not_looked_up(guest: Client, connection: Connection):
    owner = await make_customer(connection, email="grace@example.com")
    made = await make_order(connection, owner, [await make_product(connection)])
    name = await connection.fetchval("SELECT last_name FROM customer WHERE id = $1", owner.id)
    by = {"lookup": {"number": made.number, "email": made.customer_email, "lastName": name}}
    assert await guest.data(READ, by=by) == {"guestOrder": None}


async def test_wrong_look_ups_of_a_network_are_limited_and_right_ones_are_not(guest: Client, order: dict[str, Any]):
    for _ in range(LOOKUPS + 1):
        assert (await guest.data(READ, by=by_lookup(order)))["guestOrder"] is not None
    wrong = by_lookup(order, email="eve@example.com")
    for _ in range(LOOKUPS):
        assert await guest.data(READ, by=wrong) == {"guestOrder": None}
    for by in (wrong, by_lookup(order)):
        refused = (await guest.answer(READ, by=by))["errors"][0]["extensions"]
        assert refused["code"] == "RATE_LIMITED"
        assert 1 <= refused["retryAfter"] <= 600
    assert (await guest.data(READ, by={"token": order["token"]}))["guestOrder"] is not None


async def test_a_guest_cancels_by_the_link_in_the_mail(
    guest: Client, order: dict[str, Any], connection: Connection, cancelable: None
):
    key = decode_keys(order["id"], "ord", 2)
    links: list[str] = []
    for _ in range(2):
        asked = await guest.data(REQUEST, i={"by": by_lookup(order), "reason": REASON})
        assert asked["guestOrderCancelRequest"]["userErrors"] == []
        links.append(await newest_token(connection, "Ada@example.com", "guest_order_cancellation"))
    first, newest = links
    assert await connection.fetchval("SELECT state FROM sales_order WHERE id = $1", key[1]) == "NEW"
    dead = [{"code": "INVALID", "key": "order.cancellation_link_invalid", "path": ["token"]}]
    for token in (first, "", order["token"]):
        refused = (await guest.data(CONFIRM, i={"token": token}))["guestOrderCancelConfirm"]
        assert refused == {"order": None, "userErrors": dead}
    answer = (await guest.data(CONFIRM, i={"token": newest}))["guestOrderCancelConfirm"]
    assert answer == {
        "order": {"state": "CANCELED", "comments": {"nodes": [{"text": REASON}]}},
        "userErrors": [],
    }
    again = (await guest.data(CONFIRM, i={"token": newest}))["guestOrderCancelConfirm"]
    assert again["userErrors"] == dead


async def test_a_request_is_judged_as_a_cancellation_is(guest: Client, order: dict[str, Any], connection: Connection):
    by = {"token": order["token"]}

    async def ask(reason: str | None = REASON) -> Any:
        [refused] = (await guest.data(REQUEST, i={"by": by, "reason": reason}))["guestOrderCancelRequest"]["userErrors"]
        return refused["key"], refused["path"]

    assert await ask() == ("order.cancellation_disabled", ["by"])
    await set_value(connection, CANCELLATION_ENABLED, True, scope=GLOBAL, scope_id=0)
    try:
        assert await ask("Something else") == ("order.cancellation_reason_unknown", ["reason"])
        assert await ask(None) == ("order.cancellation_reason_unknown", ["reason"])
        key = decode_keys(order["id"], "ord", 2)
        await connection.execute("UPDATE sales_order_item SET quantity_shipped = 1 WHERE order_id = $1", key[1])
        assert await ask() == ("order.shipped", ["by"])
    finally:
        await connection.execute("DELETE FROM configuration_value WHERE path = $1", CANCELLATION_ENABLED.path)


async def test_what_was_sent_meanwhile_is_not_canceled(
    guest: Client, order: dict[str, Any], connection: Connection, cancelable: None
):
    await guest.data(REQUEST, i={"by": {"token": order["token"]}, "reason": REASON})
    key = decode_keys(order["id"], "ord", 2)
    await connection.execute("UPDATE sales_order_item SET quantity_shipped = 1 WHERE order_id = $1", key[1])
    token = await newest_token(connection, "Ada@example.com", "guest_order_cancellation")
    for _ in range(2):
        [refused] = (await guest.data(CONFIRM, i={"token": token}))["guestOrderCancelConfirm"]["userErrors"]
        assert (refused["key"], refused["path"]) == ("order.shipped", ["token"])
    assert await connection.fetchval("SELECT state FROM sales_order WHERE id = $1", key[1]) == "NEW"


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("Dr Ada Byron Jr", "Byron", True),
        ("Vincent van Gogh", "van gogh", True),
        ("Vincent van Gogh", "Gogh", True),
        ("Zoë Ångström", "angstrom", True),
        ("Madonna", "madonna", True),
        ("Ada Byron", "Ada", False),
        ("Ada Byron", "Ada Byron", True),
        ("Ada Byron", "Ada Byron King", False),
        ("Ada Byron", "  ", False),
        ("Ada Byron", "By", False),
    ],
)
def test_last_names(name: str, given: str, *, expected: bool):
    assert has_last_name(name, given) is expected
