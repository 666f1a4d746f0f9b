"""Entries of ledgers with every action there is, and each field with a value of its own."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id
from support.furnished import money, shown

CREDIT = """query C($id: ID!) { customer(id: $id) { storeCredit { balance { amount currency } entries { nodes {
  id action amount { amount currency } balanceAfter { amount currency } comment createdAt
} } } } }"""
POINTS = """query P($id: ID!) { customer(id: $id) { rewardPoints { balance entries { nodes {
  id action points balanceAfter comment createdAt expiresAt
} } } } }"""


async def read(client: Client, document: str, rows: dict[str, Row]) -> Any:
    return next(iter((await client.data(document, id=customer_id(rows["customer"])))["customer"].values()))


@pytest.mark.parametrize("action", ["CREATED", "UPDATED", "USED", "REFUNDED", "REVERTED"])
async def test_store_credit(action: str, admin_client: Client, furnished: dict[str, Row], connection: Connection):
    entry = await add_like(connection, furnished["store_credit_entry"], action)
    answer = await read(admin_client, CREDIT, furnished)
    assert answer["balance"] == money(furnished["store_credit"].balance)
    assert answer["entries"]["nodes"][0] == {
        "id": encode_id("sce", entry.customer_id, entry.id),
        "action": action,
        "amount": money(entry.amount),
        "balanceAfter": money(entry.balance_after),
        **shown(entry, "comment createdAt"),
    }


@pytest.mark.parametrize(
    "action",
    [
        "ADMIN_UPDATE",
        "PURCHASE",
        "REGISTRATION",
        "NEWSLETTER",
        "REVIEW",
        "INVITATION_CUSTOMER",
        "INVITATION_ORDER",
        "REDEEMED",
        "REFUNDED",
        "REVERTED",
        "EXPIRED",
    ],
)
async def test_reward_points(action: str, admin_client: Client, furnished: dict[str, Row], connection: Connection):
    entry = await add_like(connection, furnished["reward_points_entry"], action)
    answer = await read(admin_client, POINTS, furnished)
    assert answer["balance"] == furnished["reward_points"].balance
    assert answer["entries"]["nodes"][0] == {
        "id": encode_id("rpe", entry.customer_id, entry.id),
        "action": action,
        **shown(entry, "points balanceAfter comment createdAt expiresAt"),
    }


async def add_like(connection: Connection, entry: Row, action: str) -> Row:
    """A newer entry like the given one, but for the action; entries themselves are never changed."""
    table = "store_credit_entry" if "amount" in entry.keys() else "reward_points_entry"  # noqa: SIM118 - of a record
    values = {**entry, "id": entry.id + 1, "action": action, "idempotency_key": action}
    columns, numbers = ", ".join(values), ", ".join(f"${number}" for number in range(1, len(values) + 1))
    made = await connection.fetchrow(
        f"INSERT INTO {table} ({columns}) VALUES ({numbers}) RETURNING *", *values.values()
    )
    assert made is not None
    return made
