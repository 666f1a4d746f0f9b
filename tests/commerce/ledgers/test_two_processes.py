"""Movements of one balance raced over two processes: none lost, none doubled, and the listed order replays exactly."""

import asyncio
from typing import Any

import pytest

from customer_gql.core.ids import decode_keys
from support.clients import Client
from support.customers import make_customer
from support.ledgers import CREDIT, adjust, stored

pytestmark = pytest.mark.slow  # it starts two services
PAGE = """query L($id: ID!) { customer(id: $id) { ledger: %s { entries(first: 100) { nodes {
  id createdAt %s } } } } }"""
SHOWN = {True: "moved: amount { amount } after: balanceAfter { amount }", False: "moved: points after: balanceAfter"}


def units(ledger, shown):
    return round(float(shown["amount"]) * 100) if ledger is CREDIT else shown


async def test_sixty_movements_are_listed_in_an_order_that_replays(ledger, two_services, empty_database):
    async with empty_database.writes.acquire() as connection:
        shopper = await make_customer(connection)
        await adjust(two_services[0], ledger, shopper, "start", 10_000)
        moves = [(f"move {number}", (number % 7 + 1) * (-1) ** number) for number in range(60)]
        # Each movement is sent to both processes, so that its key is raced too; eight at a time, as a lock is waited for
        # for two seconds only.
        gate = asyncio.Semaphore(8)

        async def send(client: Client, key: str, amount: int) -> Any:
            async with gate:
                return await adjust(client, ledger, shopper, key, amount)

        answers = await asyncio.gather(*[send(client, *move) for move in moves for client in two_services])
        assert [answer["userErrors"] for answer in answers] == [[]] * 120
        total = 10_000 + sum(amount for _, amount in moves)
        assert await stored(connection, ledger, shopper) == (total, total, 61)
        section = "storeCredit" if ledger is CREDIT else "rewardPoints"
        document = PAGE % (section, SHOWN[ledger is CREDIT])
        listed = (await two_services[1].data(document, id=answers[0]["customer"]["id"]))["customer"]["ledger"]
    oldest_first = listed["entries"]["nodes"][::-1]
    balance = 0
    for entry in oldest_first:
        balance += units(ledger, entry["moved"])
        assert units(ledger, entry["after"]) == balance
    moments = [entry["createdAt"] for entry in oldest_first]
    assert moments == sorted(set(moments))
    assert len({decode_keys(entry["id"], entry["id"][:3], 2) for entry in oldest_first}) == 61
