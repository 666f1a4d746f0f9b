"""The points' ledger: never below zero, every movement once, whatever is asked at the same moment."""

import asyncio

import pytest

from support.customers import customer_id, make_customer

ADJUST = """
mutation Adjust($input: RewardPointsAdjustInput!) {
  rewardPointsAdjust(input: $input) {
    entry { id action points balanceAfter comment }
    customer { rewardPoints { balance entries { totalCount } } }
    userErrors { code path }
  }
}
"""


async def adjust(client, shopper, points, key, **more):
    input = {"id": customer_id(shopper), "points": points, "idempotencyKey": key, **more}
    return await client.answer(ADJUST, input=input)


async def done(client, shopper, points, key, **more):
    answer = await adjust(client, shopper, points, key, **more)
    assert "errors" not in answer, answer
    return answer["data"]["rewardPointsAdjust"]


async def stored(connection, shopper):
    balance = await connection.fetchval("SELECT balance FROM reward_points WHERE customer_id = $1", shopper.id)
    ledger = "SELECT sum(points), count(*) FROM reward_points_entry WHERE customer_id = $1"
    return (balance, *await connection.fetchrow(ledger, shopper.id))


async def test_gives_and_tells_what_is_stored(admin_client, connection):
    shopper = await make_customer(connection)
    answer = await done(admin_client, shopper, 50, "a", comment="Welcome")
    answer["entry"].pop("id")
    assert answer == {
        "entry": {"action": "ADMIN_UPDATE", "points": 50, "balanceAfter": 50, "comment": "Welcome"},
        "customer": {"rewardPoints": {"balance": 50, "entries": {"totalCount": 1}}},
        "userErrors": [],
    }


async def test_a_hundred_who_take_at_once_take_no_more_than_there_is(admin_client, connection):
    shopper = await make_customer(connection)
    await done(admin_client, shopper, 50, "start")
    answers = await asyncio.gather(*[done(admin_client, shopper, -1, f"take{i}") for i in range(100)])
    assert sum(bool(answer["userErrors"]) for answer in answers) == 50
    assert await stored(connection, shopper) == (0, 0, 51)


async def test_twenty_with_one_key_at_once_move_once_and_another_use_is_a_conflict(admin_client, connection):
    shopper = await make_customer(connection)
    answers = await asyncio.gather(*[done(admin_client, shopper, 3, "same") for _ in range(20)])
    assert len({answer["entry"]["id"] for answer in answers}) == 1
    other = await adjust(admin_client, shopper, 4, "same")
    assert other["errors"][0]["extensions"] == {"code": "IDEMPOTENCY_CONFLICT"}
    assert await stored(connection, shopper) == (3, 3, 1)


@pytest.mark.parametrize(("points", "code"), [(0, "INVALID"), (1_000_000_001, "INVALID"), (-1, "NOT_ALLOWED")])
async def test_what_cannot_be_is_refused_and_leaves_nothing(points, code, admin_client, connection):
    shopper = await make_customer(connection)
    answer = await done(admin_client, shopper, points, "key")
    assert (answer["entry"], answer["userErrors"]) == (None, [{"code": code, "path": ["points"]}])
    assert await stored(connection, shopper) == (None, None, 0)


async def test_who_may_not_moves_nothing(as_staff, connection):
    shopper = await make_customer(connection)
    answer = await adjust(await as_staff("viewer"), shopper, 1, "key")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await stored(connection, shopper) == (None, None, 0)
