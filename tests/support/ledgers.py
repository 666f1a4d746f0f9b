"""The two ledgers as cases of one test, and what a test asks of them."""

from dataclasses import dataclass
from typing import Any

import orjson

from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id

CREDIT_DOCUMENT = """mutation Adjust($input: StoreCreditAdjustInput!) { adjusted: storeCreditAdjust(input: $input) {
  entry { id action comment moved: amount { amount currency } balanceAfter { amount currency } }
  customer { id version ledger: storeCredit { balance { amount currency } entries { totalCount } } }
  userErrors { code path } } }"""
POINTS_DOCUMENT = """mutation Adjust($input: RewardPointsAdjustInput!) { adjusted: rewardPointsAdjust(input: $input) {
  entry { id action comment moved: points balanceAfter }
  customer { id version ledger: rewardPoints { balance entries { totalCount } } }
  userErrors { code path } } }"""


@dataclass(frozen=True)
class LedgerCase:
    """One of the ledgers. The tests count in units: a point, or a cent."""

    document: str
    field: str
    table: str
    actions: tuple[str, str]
    kind: str
    history_field: str

    def given(self, units: int) -> Any:
        return units if self.field == "points" else f"{units / 100:.2f}"

    def shown(self, units: int, currency: str = "USD") -> Any:
        return units if self.field == "points" else {"amount": self.given(units), "currency": currency}


CREDIT = LedgerCase(
    CREDIT_DOCUMENT, "amount", "store_credit", ("CREATED", "UPDATED"), "STORE_CREDIT_ADJUSTED", "storeCredit"
)
POINTS = LedgerCase(
    POINTS_DOCUMENT,
    "points",
    "reward_points",
    ("ADMIN_UPDATE", "ADMIN_UPDATE"),
    "REWARD_POINTS_ADJUSTED",
    "rewardPoints",
)


async def answer(client: Client, ledger: LedgerCase, shopper: Row, key: str, amount: Any, **more: Any) -> Any:
    input = {"id": customer_id(shopper), ledger.field: amount, "idempotencyKey": key, **more}
    return await client.answer(ledger.document, input=input)


async def adjust(client: Client, ledger: LedgerCase, shopper: Row, key: str, units: int, **more: Any) -> Any:
    body = await answer(client, ledger, shopper, key, ledger.given(units), **more)
    assert "errors" not in body, body
    return body["data"]["adjusted"]


async def stored(connection: Connection, ledger: LedgerCase, shopper: Row, website: int = 1) -> tuple[Any, ...]:
    """Balance, sum of the entries, and their number."""
    key = (shopper.id, website)
    where = "WHERE customer_id = $1 AND website_id = $2"
    balance = await connection.fetchval(f"SELECT balance FROM {ledger.table} {where}", *key)
    entries = f"SELECT sum({ledger.field})::bigint, count(*) FROM {ledger.table}_entry {where}"
    sums = await connection.fetchrow(entries, *key)
    assert sums is not None
    return (balance, *sums)


NOTHING = (None, None, 0)


async def events(connection: Connection, shopper: Row) -> list[tuple[str, int, Any]]:
    rows = await connection.fetch(
        "SELECT kind, version, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", shopper.id
    )
    return [(row.kind, row.version, orjson.loads(row.changes)) for row in rows]
