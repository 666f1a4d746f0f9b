"""Two movements of one balance: the second waits, and sees what the first did."""

import asyncio
from dataclasses import dataclass

import pytest

from support.customers import customer_id, make_customer
from support.races import stop_after, stop_before

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
CREDIT = """mutation C($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) {
  entry { id } userErrors { code path } } }"""
POINTS = """mutation P($input: RewardPointsAdjustInput!) { rewardPointsAdjust(input: $input) {
  entry { id } userErrors { code path } } }"""


@dataclass(frozen=True)
class Balance:
    """`unit` is what the stored balance grows by for an amount of 1."""

    document: str
    field: str
    table: str
    unit: int


BALANCES = [Balance(CREDIT, "amount", "store_credit", 100), Balance(POINTS, "points", "reward_points", 1)]


@pytest.fixture(params=BALANCES, ids=lambda balance: balance.table)
def balance(request):
    return request.param


async def adjust(client, balance, shopper, value, key):
    given = str(value) if balance.field == "amount" else value
    input = {"id": customer_id(shopper), balance.field: given, "idempotencyKey": key}
    return next(iter((await client.data(balance.document, input=input)).values()))


async def stored(connection, balance, shopper):
    """Balance and number of entries."""
    amount = f"SELECT balance FROM {balance.table} WHERE customer_id = $1"
    count = f"SELECT count(*) FROM {balance.table}_entry WHERE customer_id = $1"
    return await connection.fetchval(amount, shopper.id), await connection.fetchval(count, shopper.id)


async def test_of_two_with_one_key_the_second_finds_the_entry_of_the_first(balance, admin_client, connection):
    shopper = await make_customer(connection)
    async with stop_after(*LOCK) as stop:
        first = asyncio.create_task(adjust(admin_client, balance, shopper, 5, "once"))
        await stop.reached_by(first)
        second = asyncio.create_task(adjust(admin_client, balance, shopper, 5, "once"))
        assert await stop.is_waited_for_by(second, connection)
    assert (await first)["entry"] == (await second)["entry"]
    assert await stored(connection, balance, shopper) == (5 * balance.unit, 1)


async def test_what_was_taken_meanwhile_cannot_be_taken_again(balance, admin_client, connection):
    shopper = await make_customer(connection)
    await adjust(admin_client, balance, shopper, 9, "open")
    async with stop_before(*LOCK) as stop:
        late = asyncio.create_task(adjust(admin_client, balance, shopper, -8, "late"))
        await stop.reached_by(late)
        assert (await adjust(admin_client, balance, shopper, -7, "early"))["userErrors"] == []
    assert await late == {"entry": None, "userErrors": [{"code": "NOT_ALLOWED", "path": [balance.field]}]}
    assert await stored(connection, balance, shopper) == (2 * balance.unit, 2)


async def test_a_movement_waits_for_no_other_customer(balance, admin_client, connection):
    shopper, other = await make_customer(connection), await make_customer(connection)
    for owner in (shopper, other):
        await adjust(admin_client, balance, owner, 5, "open")
    async with stop_after(f"UPDATE {balance.table} SET balance") as stop:
        first = asyncio.create_task(adjust(admin_client, balance, shopper, 1, "first"))
        await stop.reached_by(first)
        assert (await adjust(admin_client, balance, other, 1, "other"))["userErrors"] == []
    assert (await first)["userErrors"] == []
