"""A key belongs to the actor who chose it, and a repeat gets the answer of the first time, a refusal too."""

from types import SimpleNamespace
from typing import Any

import pytest

from customer_gql.core.ids import encode_id, new_id
from support.customers import make_customer
from support.ledgers import CREDIT, NOTHING, adjust, answer, events, stored
from support.staff import make_role, make_staff, make_website, session_of, staff_client, with_token


async def test_a_repeated_key_returns_the_first_entry_and_moves_nothing(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    first = await adjust(admin_client, ledger, shopper, "once", 500, comment="Gift")
    await adjust(admin_client, ledger, shopper, "other", 30)
    again = await adjust(admin_client, ledger, shopper, "once", 500, comment="Gift")
    assert again["entry"] == first["entry"]
    assert await stored(connection, ledger, shopper) == (530, 530, 2)
    assert len(await events(connection, shopper)) == 2


@pytest.mark.parametrize("comment", [" Gift ", "Gift\r\nfor you", "Cafe\u0301", "Gift\u200b", "   "], ids=ascii)
async def test_a_repeat_is_the_same_as_it_is_stored(comment, ledger, admin_client, connection):
    """A client that sends the same bytes again gets the same answer, whatever form its text is kept in."""
    shopper = await make_customer(connection)
    first, again = [await adjust(admin_client, ledger, shopper, "once", 500, comment=comment) for _ in range(2)]
    assert again == first
    assert first["userErrors"] == []
    assert await stored(connection, ledger, shopper) == (500, 500, 1)


async def test_a_key_of_another_movement_is_a_conflict(ledger, admin_client, connection):
    shopper, other = await make_customer(connection), await make_customer(connection)
    website = encode_id("web", await make_website(connection))
    await adjust(admin_client, ledger, shopper, "key", 500)
    changes = ((600, {}), (500, {"comment": "other"}), (500, {"notifyCustomer": True}), (500, {"websiteId": website}))
    for units, more in changes:
        body = await answer(admin_client, ledger, shopper, "key", ledger.given(units), **more)
        assert body["errors"][0]["extensions"] == {"code": "IDEMPOTENCY_CONFLICT"}
    assert await stored(connection, ledger, shopper) == (500, 500, 1)
    assert (await adjust(admin_client, ledger, other, "key", 600))["userErrors"] == []


async def test_a_refusal_by_a_rule_is_remembered(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    refused = await adjust(admin_client, ledger, shopper, "take", -5)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": [ledger.field]}]
    await adjust(admin_client, ledger, shopper, "give", 5)
    assert await adjust(admin_client, ledger, shopper, "take", -5) == refused
    changed = await answer(admin_client, ledger, shopper, "take", ledger.given(-4))
    assert changed["errors"][0]["extensions"] == {"code": "IDEMPOTENCY_CONFLICT"}
    assert (await adjust(admin_client, ledger, shopper, "take again", -5))["userErrors"] == []
    assert await stored(connection, ledger, shopper) == (0, 0, 2)


async def test_a_refusal_of_one_customer_says_nothing_about_another(ledger, admin_client, connection):
    shopper, other = await make_customer(connection), await make_customer(connection)
    assert (await adjust(admin_client, ledger, shopper, "take", -5))["userErrors"]
    await adjust(admin_client, ledger, other, "give", 5)
    assert (await adjust(admin_client, ledger, other, "take", -5))["userErrors"] == []
    assert await stored(connection, ledger, other) == (0, 0, 2)
    assert await stored(connection, ledger, shopper) == NOTHING


async def test_a_key_of_one_ledger_says_nothing_about_the_other(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    refused = await adjust(admin_client, ledger, shopper, "key", -5)
    assert refused["userErrors"]
    remembered = await connection.fetchval(
        "SELECT ledger FROM refused_movement WHERE customer_id = $1 AND idempotency_key = 'key'", shopper.id
    )
    assert remembered == ledger.table


async def test_a_refusal_that_is_not_about_the_data_is_not_remembered(ledger, http, connection):
    """A customer out of reach, and a permission that is missing, may be there the next time."""
    shopper, website = await make_customer(connection), await make_website(connection)
    role = await make_role(connection, ["credit.adjust", "customers.read"], [website])
    user = await make_staff(connection, role)
    clerk = with_token(await staff_client(http, connection), await session_of(connection, user.id))
    assert (await adjust(clerk, ledger, shopper, "key", 5))["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    await connection.execute("UPDATE staff_role SET website_ids = NULL, permissions = '{}' WHERE id = $1", role)
    assert (await answer(clerk, ledger, shopper, "key", ledger.given(5)))["errors"]
    await connection.execute("UPDATE staff_role SET permissions = '{credit.adjust,customers.read}' WHERE id = $1", role)
    assert (await adjust(clerk, ledger, shopper, "key", 5))["userErrors"] == []
    assert await stored(connection, ledger, shopper) == (5, 5, 1)


async def test_the_key_of_another_actor_is_another_key(ledger, http, connection):
    shopper = await make_customer(connection)
    first, second = await staff_client(http, connection), await staff_client(http, connection)
    entries = [await adjust(client, ledger, shopper, "key", 100) for client in (first, second)]
    assert entries[0]["entry"]["id"] != entries[1]["entry"]["id"]
    assert await stored(connection, ledger, shopper) == (200, 200, 2)


async def test_a_key_is_the_same_in_the_next_session_of_its_owner(ledger, http, connection):
    shopper = await make_customer(connection)
    user = await make_staff(connection, await make_role(connection))
    sessions = [
        with_token(await staff_client(http, connection), await session_of(connection, user.id)) for _ in range(2)
    ]
    entries = [(await adjust(client, ledger, shopper, "key", 100))["entry"] for client in sessions]
    assert entries[0] == entries[1]
    assert await stored(connection, ledger, shopper) == (100, 100, 1)


@pytest.mark.parametrize("key", ["", "x" * 129, "line\nbreak"])
async def test_a_key_that_cannot_be_stored_is_refused_each_time(key, ledger, admin_client, connection):
    shopper = await make_customer(connection)
    for _ in range(2):
        refused = await adjust(admin_client, ledger, shopper, key, 1)
        assert refused["userErrors"] == [{"code": "INVALID", "path": ["idempotencyKey"]}]
    assert await stored(connection, ledger, shopper) == NOTHING


async def test_an_unknown_customer_leaves_no_row(ledger, admin_client, connection):
    unknown: Any = SimpleNamespace(id=new_id())
    refused = await adjust(admin_client, ledger, unknown, "key", 1)
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    assert not await connection.fetchval("SELECT count(*) FROM refused_movement WHERE customer_id = $1", unknown.id)


async def test_a_repeat_is_compared_in_the_currency_of_its_website(admin_client, connection):
    website = await make_website(connection)
    await connection.execute("UPDATE website SET currency = 'JPY' WHERE id = $1", website)
    shopper = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    first, again = [(await answer(admin_client, CREDIT, shopper, "key", "500"))["data"] for _ in range(2)]
    assert first["adjusted"]["entry"]["moved"] == {"amount": "500", "currency": "JPY"}
    assert again["adjusted"]["entry"] == first["adjusted"]["entry"]
    assert await stored(connection, CREDIT, shopper, website) == (500, 500, 1)


async def test_a_refusal_that_another_version_stored_is_judged_once_more(
    ledger: Any, admin_client: Any, connection: Any
):
    shopper = await make_customer(connection)
    refused = await adjust(admin_client, ledger, shopper, "key", -5)
    old = '{"message": "No.", "path": [], "code": "INVALID"}'
    await connection.execute("UPDATE refused_movement SET refusals = $1 WHERE customer_id = $2", old, shopper.id)
    assert await adjust(admin_client, ledger, shopper, "key", -5) == refused
    await adjust(admin_client, ledger, shopper, "give", 5)
    await connection.execute("UPDATE refused_movement SET refusals = $1 WHERE customer_id = $2", old, shopper.id)
    assert (await adjust(admin_client, ledger, shopper, "key", -5))["userErrors"] == []
