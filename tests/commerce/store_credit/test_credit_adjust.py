"""The ledger: never below zero, every movement once, whatever is asked at the same moment."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer

ADJUST = """
mutation Adjust($input: StoreCreditAdjustInput!) {
  storeCreditAdjust(input: $input) {
    entry { id action amount { amount currency } balanceAfter { amount } comment }
    customer { storeCredit { balance { amount } entries { totalCount } } }
    userErrors { code path }
  }
}
"""


async def adjust(client, shopper, amount, key, **more):
    input = {"id": customer_id(shopper), "amount": amount, "idempotencyKey": key, **more}
    return await client.answer(ADJUST, input=input)


async def done(client, shopper, amount, key, **more):
    answer = await adjust(client, shopper, amount, key, **more)
    assert "errors" not in answer, answer
    return answer["data"]["storeCreditAdjust"]


async def stored(connection, shopper):
    """Balance, sum of the ledger, number of entries."""
    balance = await connection.fetchval("SELECT balance FROM store_credit WHERE customer_id = $1", shopper.id)
    ledger = "SELECT sum(amount), count(*) FROM store_credit_entry WHERE customer_id = $1"
    return (balance, *await connection.fetchrow(ledger, shopper.id))


async def test_gives_and_takes_and_tells_what_is_stored(admin_client, connection):
    shopper = await make_customer(connection)
    given = await done(admin_client, shopper, "12.50", "a", comment="Sorry for the delay")
    taken = await done(admin_client, shopper, "-2.50", "b")
    assert given | {"entry": given["entry"] | {"id": ""}} == {
        "entry": {
            "id": "",
            "action": "CREATED",
            "amount": {"amount": "12.50", "currency": "USD"},
            "balanceAfter": {"amount": "12.50"},
            "comment": "Sorry for the delay",
        },
        "customer": {"storeCredit": {"balance": {"amount": "12.50"}, "entries": {"totalCount": 1}}},
        "userErrors": [],
    }
    assert (taken["entry"]["action"], taken["entry"]["balanceAfter"]) == ("UPDATED", {"amount": "10.00"})
    assert await stored(connection, shopper) == (1000, 1000, 2)


async def test_a_key_seen_before_moves_nothing_more(admin_client, connection):
    shopper = await make_customer(connection)
    first = await done(admin_client, shopper, "5", "once")
    again = await done(admin_client, shopper, "5.00", "once")
    assert again["entry"] == first["entry"]
    assert await stored(connection, shopper) == (500, 500, 1)
    events = "SELECT count(*) FROM customer_event WHERE customer_id = $1"
    assert await connection.fetchval(events, shopper.id) == 1


async def test_a_key_for_something_else_is_a_conflict(admin_client, connection):
    shopper = await make_customer(connection)
    await done(admin_client, shopper, "5", "key")
    for amount, more in (("6", {}), ("5", {"comment": "other"})):
        answer = await adjust(admin_client, shopper, amount, "key", **more)
        assert answer["errors"][0]["extensions"] == {"code": "IDEMPOTENCY_CONFLICT"}
    assert await stored(connection, shopper) == (500, 500, 1)


async def test_a_hundred_who_take_at_once_take_no_more_than_there_is(admin_client, connection):
    shopper = await make_customer(connection)
    await done(admin_client, shopper, "100", "start")
    answers = await asyncio.gather(*[done(admin_client, shopper, "-2", f"take{i}") for i in range(100)])
    refused = [answer["userErrors"] for answer in answers if answer["userErrors"]]
    assert refused == [[{"code": "NOT_ALLOWED", "path": ["amount"]}]] * 50
    assert await stored(connection, shopper) == (0, 0, 51)


async def test_twenty_with_one_key_at_once_move_once(admin_client, connection):
    shopper = await make_customer(connection)
    answers = await asyncio.gather(*[done(admin_client, shopper, "3", "same") for _ in range(20)])
    assert len({answer["entry"]["id"] for answer in answers}) == 1
    assert await stored(connection, shopper) == (300, 300, 1)


@pytest.mark.parametrize(
    ("amount", "more", "error"),
    [
        ("0", {}, ("INVALID", ["amount"])),
        ("0.001", {}, ("INVALID", ["amount"])),
        ("NaN", {}, ("INVALID", ["amount"])),
        ("Infinity", {}, ("INVALID", ["amount"])),
        ("1e30", {}, ("INVALID", ["amount"])),
        ("-0.01", {}, ("NOT_ALLOWED", ["amount"])),
        ("1", {"comment": "x" * 1001}, ("TOO_LONG", ["comment"])),
        ("1", {"websiteId": encode_id("web", 2**62)}, ("NOT_FOUND", ["websiteId"])),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(amount, more, error, admin_client, connection):
    shopper = await make_customer(connection)
    answer = await done(admin_client, shopper, amount, "key", **more)
    assert (answer["entry"], answer["userErrors"]) == (None, [{"code": error[0], "path": error[1]}])
    assert await stored(connection, shopper) == (None, None, 0)


@pytest.mark.parametrize("key", ["", "x" * 129, "line\nbreak"])
async def test_a_key_that_is_none(key, admin_client, connection):
    answer = await done(admin_client, await make_customer(connection), "1", key)
    assert answer["userErrors"] == [{"code": "INVALID", "path": ["idempotencyKey"]}]


async def test_who_may_not_moves_nothing(as_staff, connection):
    shopper = await make_customer(connection)
    answer = await adjust(await as_staff("support"), shopper, "1", "key")
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "credit.adjust"}
    assert await stored(connection, shopper) == (None, None, 0)
